//! Installs npm packages exactly as in a package-lock.json.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, root, run, say};

/// Installs the packages of the page and its tests.
pub fn packages() -> Result<()> {
    install("npm packages", &root())
}

/// Installs the libraries that the benchmark compares with.
pub fn peers() -> Result<()> {
    install("npm packages of the peers", &root().join("bench"))
}

fn install(step: &str, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let lock = std::fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let stamp = folder.join("node_modules/.simcse-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        say(step, "already there");
        return Ok(());
    }
    if output(command("npm").arg("--version")).is_none() {
        bail!("{step}: npm was not found; install Node.js 20.19 or later of 20, or 22.12 or newer");
    }
    say(step, "npm ci");
    run(command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    std::fs::write(stamp, lock).with_context(|| format!("{} cannot be written", folder.display()))
}
