//! Debian packages, installed only where what they bring is missing.

use std::{path::Path, sync::Once};

use anyhow::{Result, bail};

use crate::shell::{command, output, run, say};

static UPDATED: Once = Once::new();

/// Installs `packages` unless all of `files` are there.
pub fn install(step: &str, packages: &[&str], files: &[&str]) -> Result<()> {
    if files.iter().all(|file| Path::new(file).exists()) {
        say(step, "already there");
        return Ok(());
    }
    let names = packages.join(" ");
    if output(command("apt-get").arg("--version")).is_none() {
        bail!("{step}: this machine has no apt-get; install the equivalent of: {names}");
    }
    say(step, format!("apt-get install {names}"));
    UPDATED.call_once(|| {
        // A stale list is no reason to stop: the install below says what is missing.
        let _ = run(privileged().args(["apt-get", "-qq", "update"]));
    });
    run(privileged().args(["apt-get", "-qq", "install", "--yes", "--no-install-recommends"]).args(packages))?;
    Ok(())
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

/// Any Vulkan driver will do; without one, Mesa's software driver.
pub fn vulkan() -> Result<()> {
    let has_driver = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"]
        .iter()
        .any(|folder| Path::new(folder).read_dir().is_ok_and(|mut entries| entries.next().is_some()));
    if has_driver && !Path::new("/etc/debian_version").exists() {
        say("vulkan", "already there");
        return Ok(());
    }
    let library = format!("/usr/lib/{}-linux-gnu/libvulkan.so.1", std::env::consts::ARCH);
    let driver =
        if has_driver { "/usr/share/vulkan/icd.d" } else { "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json" };
    install("vulkan", &["mesa-vulkan-drivers", "libvulkan1"], &[driver, &library])
}

pub fn chromium() -> Result<()> {
    install("chromium", &["chromium", "chromium-driver"], &["/usr/bin/chromium", "/usr/bin/chromedriver"])
}

pub fn pip() -> Result<()> {
    if output(command("python3").args(["-m", "pip", "--version"])).is_some() {
        return Ok(());
    }
    install("pip", &["python3-pip"], &["/usr/bin/pip3"])
}
