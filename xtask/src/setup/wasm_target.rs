//! A compiler for wasm32: rustup's target where it can be had, else Debian's compiler with std built from source.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::debian;
use crate::shell::{command, output, root, run, say};

/// Set to anything to build std from source even where rustup has the target: how that path is tested.
const FORCE_SOURCE: &str = "SIMCSE_STD_FROM_SOURCE";
/// Cargo's home in a folder of its own, and the settings in a home.
const CARGO_HOME: &str = "cargo-home";
const CARGO_CONFIG: &str = "config.toml";

/// How Cargo compiles for the browser on this machine.
pub struct WasmToolchain {
    source: Source,
    /// See [`WasmToolchain::set_apart`].
    apart: Option<PathBuf>,
}

enum Source {
    /// The Rust that runs this program has the target's std.
    Installed,
    /// Debian's rustc-web with std from rust-web-src, linked by the wasm linker named.
    FromSource { linker: String },
}

impl WasmToolchain {
    pub const TARGET: &str = "wasm32-unknown-unknown";

    pub fn find() -> Result<Self> {
        Ok(Self { source: Source::find()?, apart: None })
    }

    /// From here on as on a machine where nothing was ever built: `folder`, emptied first, holds what Cargo downloads
    /// and what it compiles. Only so does a test see that set-up fetches all that the offline build of the page reads.
    pub fn set_apart(&mut self, folder: PathBuf) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        let home = folder.join(CARGO_HOME);
        fs::create_dir_all(&home)?;
        // Cargo may have been told to get crates from a mirror, the only one within reach.
        let users = users_cargo_home().map(|users| users.join(CARGO_CONFIG));
        if let Some(config) = users.filter(|config| config.exists()) {
            fs::copy(config, home.join(CARGO_CONFIG))?;
        }
        self.apart = Some(folder);
        Ok(())
    }

    /// Debian's compiler, which builds std from source, comes without clippy.
    pub fn has_clippy(&self) -> bool {
        matches!(self.source, Source::Installed)
    }

    /// Fetches every crate that compiling the page reads, those of std too where it is compiled: Trunk keeps Cargo off
    /// the network. The page's macros and build scripts run here, hence the second target.
    pub fn fetch_crates(&self) -> Result<()> {
        say("crates", "cargo fetch");
        run(self.cargo().args([
            "fetch",
            "--locked",
            "--quiet",
            "--target",
            Self::TARGET,
            "--target",
            "host-tuple",
        ]))
    }

    /// Environment under which Cargo, also when Trunk calls it, compiles for wasm32.
    pub fn apply(&self, command: &mut Command) {
        command.env("CARGO_TARGET_DIR", self.target_dir());
        if let Some(folder) = &self.apart {
            command.env("CARGO_HOME", folder.join(CARGO_HOME));
        }
        let Source::FromSource { linker } = &self.source else { return };
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
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }

    /// Where its artefacts go.
    pub fn target_dir(&self) -> PathBuf {
        let own = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        match (&self.apart, &self.source) {
            (Some(folder), _) => folder.join("target"),
            (None, Source::Installed) => own.unwrap_or_else(|| root().join("target")),
            // Another compiler's artefacts must not mix with the native build's.
            (None, Source::FromSource { .. }) => root().join("target/std-from-source"),
        }
    }

    /// A Cargo command that compiles for wasm32.
    pub fn cargo(&self) -> Command {
        let program = match self.source {
            Source::Installed => "cargo",
            Source::FromSource { .. } => "/usr/bin/cargo",
        };
        let mut command = command(program);
        self.apply(&mut command);
        command
    }
}

impl Source {
    fn find() -> Result<Self> {
        if std::env::var_os(FORCE_SOURCE).is_none() {
            if has_std() {
                say("wasm target", "already there");
                return Ok(Self::Installed);
            }
            say("wasm target", "rustup target add wasm32-unknown-unknown");
            let added = command("rustup").args(["target", "add", WasmToolchain::TARGET]).status();
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
}

fn users_cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

fn has_std() -> bool {
    let Some(sysroot) = output(command("rustc").args(["--print", "sysroot"])) else { return false };
    Path::new(&sysroot).join("lib/rustlib").join(WasmToolchain::TARGET).join("lib").is_dir()
}
