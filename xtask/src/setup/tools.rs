//! Installs Trunk and the command lines of wasm-bindgen and wasm-split into `.setup/bin`, unless the right versions are on PATH.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::shell::{command, output, root, run, say, setup_dir};

/// The newest Trunk that the supported compilers can build.
const TRUNK: &str = "0.21.14";
const WASM_SPLIT: &str = "0.2.4";

/// A package with programs, and the flags for compiling it.
struct Tool<'a> {
    package: &'a str,
    programs: &'a [&'a str],
    version: &'a str,
    flags: &'a [&'a str],
}

pub fn trunk() -> Result<()> {
    Tool { package: "trunk", programs: &["trunk"], version: TRUNK, flags: &["--locked"] }.install()
}

/// Installs the version of the wasm-bindgen crate in the lock file, as wasm-bindgen requires.
pub fn wasm_bindgen() -> Result<()> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    Tool {
        package: "wasm-bindgen-cli",
        // The test runner runs the kernel tests in a browser.
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        version: &version,
        // Not --locked: the lock file of the published package names a crate version that some registries lack.
        flags: &[],
    }
    .install()
}

/// Installs the splitter that fits `wasm_split_helpers` in the lock file.
pub fn wasm_split() -> Result<()> {
    Tool {
        package: "wasm_split_cli_support",
        programs: &["wasm-split-cli"],
        version: WASM_SPLIT,
        flags: &["--locked", "--features", "build-binary"],
    }
    .install()
}

impl Tool<'_> {
    fn install(&self) -> Result<()> {
        let Self { package, version, .. } = self;
        if self.is_installed() {
            say(package, format!("{version} already there"));
            return Ok(());
        }
        if self.install_ready_made() {
            say(package, format!("{version} installed ready-made"));
            return Ok(());
        }
        say(package, format!("compiling {version} (some minutes, once)"));
        self.compile()
    }

    fn is_installed(&self) -> bool {
        let is_right = |program: &&str| {
            let found = output(command(program).arg("--version"));
            found.is_some_and(|line| line.split_whitespace().any(|word| word == self.version))
        };
        self.programs.iter().all(is_right) || self.is_listed()
    }

    /// Whether Cargo has installed it into `.setup`: wasm-split-cli does not tell its version.
    fn is_listed(&self) -> bool {
        let list = output(command("cargo").args(["install", "--list", "--root"]).arg(setup_dir()));
        let wanted = format!("{} v{}:", self.package, self.version);
        list.is_some_and(|list| list.lines().any(|line| line == wanted))
    }

    /// Installs a ready-made binary with cargo-binstall, if this machine has it and a binary exists.
    fn install_ready_made(&self) -> bool {
        if output(command("cargo").args(["binstall", "-V"])).is_none() {
            return false;
        }
        say(self.package, format!("cargo binstall {} {}", self.package, self.version));
        let mut install = command("cargo");
        // Without this it would compile the package itself, with full optimisation.
        install.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
        install.arg(setup_dir()).arg(format!("{}@{}", self.package, self.version));
        run(&mut install).is_ok() && self.is_installed()
    }

    /// Compiles with little optimisation, since these programs mostly wait for files and compilers, and without the
    /// default features, which are for the network (TLS, looking for newer versions).
    fn compile(&self) -> Result<()> {
        let mut install = command("cargo");
        install.args([
            "install",
            "--quiet",
            self.package,
            "--version",
            self.version,
            "--no-default-features",
        ]);
        install.args(self.programs.iter().flat_map(|program| ["--bin", program]));
        // In one target folder, so that crates of both packages are compiled once.
        install.args(self.flags).arg("--root").arg(setup_dir()).arg("--target-dir").arg(tools_target());
        for (setting, value) in [
            ("OPT_LEVEL", "0"),
            ("LTO", "off"),
            ("CODEGEN_UNITS", "256"),
            ("DEBUG", "false"),
            ("STRIP", "true"),
        ] {
            install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        run(&mut install)
    }
}

/// The target folder of the tools.
fn tools_target() -> PathBuf {
    root().join("target/tools")
}

/// The version of a package in a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
