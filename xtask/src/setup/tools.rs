//! Trunk and the wasm-bindgen command line, in the project's own `.setup/bin` unless the right ones are on PATH.

use anyhow::{Context, Result};

use super::WasmToolchain;
use crate::shell::{command, output, root, run, say, setup_dir};

/// The newest Trunk that the supported compilers build.
const TRUNK: &str = "0.21.14";

pub fn trunk(_: &WasmToolchain) -> Result<()> {
    cargo_install("trunk", "trunk", TRUNK, &["--locked"])
}

/// The version must be that of the wasm-bindgen crate in the lock file.
pub fn wasm_bindgen(_: &WasmToolchain) -> Result<()> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    // Not --locked: the lock file of the published command names a crate version that registries may lack.
    cargo_install("wasm-bindgen-cli", "wasm-bindgen", &version, &[])
}

fn cargo_install(package: &str, program: &str, version: &str, flags: &[&str]) -> Result<()> {
    let found = output(command(program).arg("--version"));
    if found.is_some_and(|line| line.split_whitespace().any(|word| word == version)) {
        say(program, format!("{version} already there"));
        return Ok(());
    }
    say(program, format!("cargo install {package} {version} (minutes, once)"));
    let mut install = command("cargo");
    install.args(["install", package, "--version", version, "--root"]).arg(setup_dir()).args(flags);
    // These programs wait for files and compilers; building them quickly matters more than their speed.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env_remove("CARGO_TARGET_DIR");
    run(&mut install)
}

/// The version a lock file has of a package.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
