//! A compiler for wasm32 with threads. The std that Rust ships for it has none, so it is compiled from its sources: those
//! of rustup, or, where rustup cannot fetch them, Debian's with Debian's compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::debian;
use crate::shell::{command, output, root, run, say};

/// Set to anything to take Debian's compiler even where rustup has the sources: how that path is tested.
const FORCE_DEBIAN: &str = "SIMCSE_DEBIAN_RUST";
/// Vectors and threads; the first of it stands in .cargo/config.toml too, for those who call Trunk themselves.
const RUSTFLAGS: &str =
    "--cfg erase_components -C target-feature=+simd128,+atomics,+bulk-memory,+mutable-globals";
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
    /// The Rust that runs this program, with the component rust-src.
    Rustup,
    /// Debian's rustc-web with std from rust-web-src, linked by the wasm linker named.
    Debian { linker: String },
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

    /// Debian's compiler comes without clippy.
    pub fn has_clippy(&self) -> bool {
        matches!(self.source, Source::Rustup)
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
        command
            // A stable compiler builds std for those alone who say that they know it to be unstable.
            .env("RUSTC_BOOTSTRAP", "1")
            // With `test`, which tests want: with another list of these crates, Cargo compiles all others anew.
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort,test")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
        let Source::Debian { linker } = &self.source else { return };
        let path = command.get_envs().find(|(key, _)| *key == "PATH").and_then(|(_, value)| value);
        let path = path.map(ToOwned::to_owned).or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        let mut first = std::ffi::OsString::from("/usr/bin:");
        first.push(path);
        command
            .env("PATH", first)
            .env("RUSTC", "/usr/bin/rustc")
            .env("CARGO", "/usr/bin/cargo")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }

    /// Where its artefacts go.
    pub fn target_dir(&self) -> PathBuf {
        match &self.apart {
            Some(folder) => folder.join("target"),
            // Other flags, or another compiler: its artefacts must not mix with the native build's.
            None => root().join("target/wasm"),
        }
    }

    /// A Cargo command that compiles for wasm32.
    pub fn cargo(&self) -> Command {
        let program = match self.source {
            Source::Rustup => "cargo",
            Source::Debian { .. } => "/usr/bin/cargo",
        };
        let mut command = command(program);
        self.apply(&mut command);
        command
    }
}

impl Source {
    fn find() -> Result<Self> {
        if std::env::var_os(FORCE_DEBIAN).is_none() {
            if has_std_source() {
                say("wasm target", "the sources of std are already there");
                return Ok(Self::Rustup);
            }
            say("wasm target", "rustup component add rust-src");
            let added = command("rustup").args(["component", "add", "rust-src"]).status();
            if added.is_ok_and(|status| status.success()) && has_std_source() {
                return Ok(Self::Rustup);
            }
            say("wasm target", "rustup cannot fetch it; taking Debian's compiler and sources");
        }
        debian::install("wasm std", &["rustc-web", "cargo-web", "rust-web-src"], &["/usr/bin/rustc"])?;
        let linker = match debian::wasm_linker() {
            Some(linker) => linker,
            None => {
                debian::install("wasm linker", &["lld-22"], &["/usr/bin/wasm-ld-22"])?;
                "/usr/bin/wasm-ld-22".to_owned()
            }
        };
        Ok(Self::Debian { linker })
    }
}

fn users_cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

fn has_std_source() -> bool {
    let Some(sysroot) = output(command("rustc").args(["--print", "sysroot"])) else { return false };
    Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").is_dir()
}
