//! Finds a compiler for wasm32 with threads. The std that Rust ships for wasm32 has no threads, so it is compiled
//! from its sources: rustup's, or, if rustup cannot fetch them, Debian's with Debian's compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::debian;
use crate::shell::{command, output, root, run, say};

/// Environment variable that, if set, selects Debian's compiler even if rustup has the sources, to test that path.
const FORCE_DEBIAN: &str = "SIMCSE_DEBIAN_RUST";
/// Environment variable for Trunk's hook: the folder of [`WasmToolchain::set_apart`], which is full by then.
const APART: &str = "SIMCSE_APART";
/// SIMD and threads.
const RUSTFLAGS: &str =
    "--cfg erase_components -C target-feature=+simd128,+atomics,+bulk-memory,+mutable-globals";
/// Of the page's module: one thread, and nothing that computes. Shared memory could not be divided among the modules
/// that it is split into.
const PAGE_RUSTFLAGS: &str = "--cfg erase_components";
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
/// Cargo's home within the folder of [`WasmToolchain::set_apart`], and the settings file in a home.
const CARGO_HOME: &str = "cargo-home";
const CARGO_CONFIG: &str = "config.toml";

/// How Cargo compiles for the browser on this machine.
pub struct WasmToolchain {
    source: Source,
    /// See [`WasmToolchain::set_apart`].
    apart: Option<PathBuf>,
}

enum Source {
    /// The Rust that compiled this program, with the component rust-src.
    Rustup,
    /// Debian's rustc-web with std from rust-web-src, and this wasm linker.
    Debian { linker: String },
}

impl WasmToolchain {
    pub const TARGET: &str = "wasm32-unknown-unknown";

    pub fn find() -> Result<Self> {
        Ok(Self { source: Source::find()?, apart: std::env::var_os(APART).map(PathBuf::from) })
    }

    /// Builds as on a fresh machine from now on: Cargo downloads and compiles everything again in `folder`, which is
    /// emptied first. This tests that set-up fetches everything that the offline build of the page needs.
    pub fn set_apart(&mut self, folder: PathBuf) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        let home = folder.join(CARGO_HOME);
        fs::create_dir_all(&home)?;
        // The user's settings may name a mirror of the registry, possibly the only one that can be reached.
        let users = users_cargo_home().map(|users| users.join(CARGO_CONFIG));
        if let Some(config) = users.filter(|config| config.exists()) {
            fs::copy(config, home.join(CARGO_CONFIG))?;
        }
        self.apart = Some(folder);
        Ok(())
    }

    /// Whether there is clippy for wasm32; Debian's compiler has none.
    pub fn has_clippy(&self) -> bool {
        matches!(self.source, Source::Rustup)
    }

    /// Fetches every crate for compiling the page, including those of std, since Trunk runs Cargo offline. Macros and
    /// build scripts run on this machine, hence the second target.
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

    /// Sets the environment with which Cargo, also when called by Trunk, compiles for wasm32.
    pub fn apply(&self, command: &mut Command) {
        command.env("CARGO_TARGET_DIR", self.target_dir());
        if let Some(folder) = &self.apart {
            command.env("CARGO_HOME", folder.join(CARGO_HOME)).env(APART, folder);
        }
        command
            // A stable compiler allows building std, which is an unstable feature, only with this variable.
            .env("RUSTC_BOOTSTRAP", "1")
            // Includes `test` for the tests: with a different list of crates, Cargo would compile all others again.
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort,test")
            .env(FLAGS, RUSTFLAGS);
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

    /// The target folder.
    pub fn target_dir(&self) -> PathBuf {
        match &self.apart {
            Some(folder) => folder.join("target"),
            // Separate from the native build, since flags or compiler differ.
            None => root().join("target/wasm"),
        }
    }

    /// A Cargo command that compiles the page's module.
    pub fn cargo_for_page(&self) -> Command {
        let mut command = self.cargo();
        command.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size").env(FLAGS, PAGE_RUSTFLAGS);
        command
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
