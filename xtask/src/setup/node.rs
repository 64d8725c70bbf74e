//! npm packages, exactly those of package-lock.json.

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, root, run, say};

pub fn packages() -> Result<()> {
    let lock = std::fs::read(root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    let stamp = root().join("node_modules/.simcse-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        say("npm packages", "already there");
        return Ok(());
    }
    if output(command("npm").arg("--version")).is_none() {
        bail!("npm packages: npm was not found; install Node.js 20 or newer");
    }
    say("npm packages", "npm ci");
    run(command("npm").args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(stamp, lock).context("node_modules cannot be written")
}
