//! Installs Debian packages whose files are missing.

use std::{path::Path, sync::Once};

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, run, say};

static UPDATED: Once = Once::new();

/// Installs `packages` unless all of `files` exist.
pub fn install(step: &str, packages: &[&str], files: &[&str]) -> Result<()> {
    if files.iter().all(|file| Path::new(file).exists()) {
        say(step, "already there");
        return Ok(());
    }
    let names = packages.join(" ");
    if !has_apt() {
        bail!("{step}: this machine has no apt-get; install the equivalent of: {names}");
    }
    say(step, format!("apt-get install {names}"));
    update();
    run(privileged().args(["apt-get", "-qq", "install", "--yes", "--no-install-recommends"]).args(packages))?;
    Ok(())
}

/// Whether this machine has apt-get.
pub fn has_apt() -> bool {
    output(command("apt-get").arg("--version")).is_some()
}

/// Downloads a package and unpacks its files under `folder` instead of installing it.
pub fn unpack(package: &str, folder: &Path) -> Result<()> {
    update();
    let downloads = folder.with_extension("deb");
    std::fs::create_dir_all(&downloads)?;
    // Otherwise apt warns root that its own user cannot write to the folder.
    let quiet = ["-qq", "-o", "APT::Sandbox::User=root", "download", package];
    run(command("apt-get").args(quiet).current_dir(&downloads))?;
    let mut files = std::fs::read_dir(&downloads)?.filter_map(|entry| Some(entry.ok()?.path()));
    let deb = files.find(|path| path.extension().is_some_and(|kind| kind == "deb"));
    let deb = deb.with_context(|| format!("apt-get left no package {package} in {}", downloads.display()))?;
    run(command("dpkg-deb").arg("-x").arg(deb).arg(folder))
}

/// Updates the package lists, once per run.
fn update() {
    UPDATED.call_once(|| {
        // Not an error: with an old list the next command still works, or says what is missing.
        let _ = run(privileged().args(["apt-get", "-qq", "update"]));
    });
}

/// `env` for root, `sudo` for others.
fn privileged() -> std::process::Command {
    let root = output(command("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = command(if root { "env" } else { "sudo" });
    if root {
        command.arg("DEBIAN_FRONTEND=noninteractive");
    }
    command
}

/// A wasm-ld of any version.
pub fn wasm_linker() -> Option<String> {
    let versions = (14..=30).rev().map(|version| format!("/usr/bin/wasm-ld-{version}"));
    versions.chain(["/usr/bin/wasm-ld".to_owned()]).find(|path| Path::new(path).exists())
}

/// Installs Mesa's software driver if there is no Vulkan driver.
pub fn vulkan() -> Result<()> {
    let has_driver = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"]
        .iter()
        .any(|folder| Path::new(folder).read_dir().is_ok_and(|mut entries| entries.next().is_some()));
    if has_driver && !Path::new("/etc/debian_version").exists() {
        say("vulkan", "already there");
        return Ok(());
    }
    let library = format!("/usr/lib/{}-linux-gnu/libvulkan.so.1", std::env::consts::ARCH);
    let driver = if has_driver {
        "/usr/share/vulkan/icd.d".to_owned()
    } else {
        format!("/usr/share/vulkan/icd.d/lvp_icd.{}.json", std::env::consts::ARCH)
    };
    install("vulkan", &["mesa-vulkan-drivers", "libvulkan1"], &[&driver, &library])
}

pub fn chromium() -> Result<()> {
    install("chromium", &["chromium", "chromium-driver"], &["/usr/bin/chromium", "/usr/bin/chromedriver"])
}

pub fn firefox() -> Result<()> {
    install("firefox", &["firefox-esr"], &["/usr/bin/firefox-esr"])
}

pub fn pip() -> Result<()> {
    if output(command("python3").args(["-m", "pip", "--version"])).is_some() {
        return Ok(());
    }
    install("pip", &["python3-pip"], &["/usr/bin/pip3"])
}
