//! A compiler for wasm32: rustup's target where it can be had, else Debian's compiler with std built from source.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::debian;
use crate::shell::{command, output, say};

/// Set to anything to build std from source even where rustup has the target: how that path is tested.
const FORCE_SOURCE: &str = "SIMCSE_STD_FROM_SOURCE";

/// How Cargo compiles for the browser on this machine.
pub enum WasmToolchain {
    /// The Rust that runs this program has the target's std.
    Installed,
    /// Debian's rustc-web with std from rust-web-src, linked by the wasm linker named.
    FromSource { linker: String },
}

impl WasmToolchain {
    pub const TARGET: &str = "wasm32-unknown-unknown";

    pub fn find() -> Result<Self> {
        if std::env::var_os(FORCE_SOURCE).is_none() {
            if has_std() {
                say("wasm target", "already there");
                return Ok(Self::Installed);
            }
            say("wasm target", "rustup target add wasm32-unknown-unknown");
            let added = command("rustup").args(["target", "add", Self::TARGET]).status();
            if added.is_ok_and(|status| status.success()) && has_std() {
                return Ok(Self::Installed);
            }
            say("wasm target", "rustup cannot fetch it; building std from Debian's source packages");
        }
        debian::install("wasm std", &["rustc-web", "cargo-web", "rust-web-src"], &["/usr/bin/rustc"])?;
        let linker = match debian::wasm_linker() {
            Some(linker) => linker,
            None => {
                debian::install("wasm linker", &["lld-22"], &["/usr/bin/wasm-ld-22"])?;
                "/usr/bin/wasm-ld-22".to_owned()
            }
        };
        Ok(Self::FromSource { linker })
    }

    /// Environment under which Cargo, also when Trunk calls it, compiles for wasm32.
    pub fn apply(&self, command: &mut Command) {
        let Self::FromSource { linker } = self else { return };
        let path = command.get_envs().find(|(key, _)| *key == "PATH").and_then(|(_, value)| value);
        let path = path.map(ToOwned::to_owned).or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        let mut first = std::ffi::OsString::from("/usr/bin:");
        first.push(path);
        command
            .env("PATH", first)
            .env("RUSTC", "/usr/bin/rustc")
            .env("CARGO", "/usr/bin/cargo")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
            // Another compiler's artefacts must not mix with the native build's.
            .env("CARGO_TARGET_DIR", self.target_dir());
    }

    /// Where its artefacts go.
    pub fn target_dir(&self) -> PathBuf {
        let own = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        match self {
            Self::Installed => own.unwrap_or_else(|| crate::shell::root().join("target")),
            Self::FromSource { .. } => crate::shell::root().join("target/std-from-source"),
        }
    }

    /// A Cargo command that compiles for wasm32.
    pub fn cargo(&self) -> Command {
        let program = match self {
            Self::Installed => "cargo",
            Self::FromSource { .. } => "/usr/bin/cargo",
        };
        let mut command = command(program);
        self.apply(&mut command);
        command
    }
}

fn has_std() -> bool {
    let Some(sysroot) = output(command("rustc").args(["--print", "sysroot"])) else { return false };
    Path::new(&sysroot).join("lib/rustlib").join(WasmToolchain::TARGET).join("lib").is_dir()
}
