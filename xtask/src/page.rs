//! Builds the page: its WebAssembly modules with Cargo, the site around them with Trunk.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context, Result, anyhow};
use clap::Args;

use crate::{
    setup::WasmToolchain,
    shell::{command, run, say},
};

/// The flags with which Trunk calls Cargo for a release of the worker's module, so that compiled crates are shared with
/// Trunk's build; the kernels' tests and the benchmark share them too.
pub const WORKER: [&str; 5] = ["--release", "--target", WasmToolchain::TARGET, "--features", "worker"];
/// The same for the page's module, which has a profile of its own: it is compiled for size.
const PAGE: [&str; 6] = ["--profile", "page", "--target", WasmToolchain::TARGET, "--features", "page"];

/// Where Trunk's hook finds this program (www/build/page.mjs).
const XTASK: &str = "SIMCSE_XTASK";

/// Compiles both modules ahead of Trunk, in parallel, while Trunk does one after the other; and on a fresh machine it can
/// run while Trunk itself is being compiled.
pub fn compile(toolchain: &WasmToolchain, release: bool) -> Result<()> {
    say("page", "compiling the page's programs");
    let [mut worker, mut page] = [compiling_worker(toolchain, release), compiling_page(toolchain, release)];
    thread::scope(|scope| {
        let page = scope.spawn(|| run(&mut page));
        let worker = run(&mut worker);
        page.join().unwrap_or_else(|_| Err(anyhow!("compiling the page panicked"))).and(worker)
    })
}

/// The command that compiles the worker's module.
pub fn compiling_worker(toolchain: &WasmToolchain, release: bool) -> Command {
    let mut cargo = toolchain.cargo();
    // Offline like Trunk, so that both fail alike if set-up left something out.
    cargo.args(["build", "--offline", "--bin", "worker"]).args(if release {
        &WORKER[..]
    } else {
        &WORKER[1..]
    });
    cargo
}

/// The command that compiles the page's module.
pub fn compiling_page(toolchain: &WasmToolchain, release: bool) -> Command {
    let mut cargo = toolchain.cargo_for_page();
    cargo.args(["build", "--offline", "--bin", "app"]).args(if release { &PAGE[..] } else { &PAGE[2..] });
    cargo
}

/// A Trunk command that uses the tools from set-up and never downloads any.
pub fn trunk(toolchain: &WasmToolchain, action: &str, release: bool) -> Command {
    let mut trunk = command("trunk");
    toolchain.apply(&mut trunk);
    trunk.args([action, "--offline", "true"]);
    // Trunk takes NO_COLOR's value for its own flag and accepts only true or false.
    trunk.env_remove("NO_COLOR");
    if release {
        trunk.arg("--release");
    }
    if let Ok(program) = std::env::current_exe() {
        trunk.env(XTASK, program);
    }
    trunk
}

#[derive(Args)]
pub struct PageArgs {
    /// The site's folder: the page's program gets a folder of its own there.
    into: PathBuf,
    #[arg(long)]
    release: bool,
}

/// Trunk's hook: compiles the page's program and splits it. The first module is what every visitor needs at once; the
/// functions marked with `wasm_split` and what only they need are in modules that are fetched when they are wanted.
///
/// Trunk does not do it, since splitting comes between the linker and wasm-bindgen.
pub fn build(args: &PageArgs) -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    run(&mut compiling_page(&toolchain, args.release))?;
    let profile = if args.release { "page" } else { "debug" };
    let built = toolchain.target_dir().join(WasmToolchain::TARGET).join(profile);
    let module = built.join("app.wasm");
    let split = built.join("split");
    empty(&split)?;
    run(command("wasm-split-cli").arg(&module).arg(&split).args(["--out-name", PROGRAM]))?;

    let folder = args.into.join(format!("page-{:016x}", fingerprint(&module)?));
    empty(&folder)?;
    // The other modules call functions of the first by the names that the linker gave them.
    let bindgen = ["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", PROGRAM];
    run(command("wasm-bindgen").args(bindgen).arg("--out-dir").arg(&folder).arg(split.join(first())))?;
    // Names the npm packages that the page's scripts import, which are bundled.
    fs::remove_file(folder.join("package.json")).context("wasm-bindgen wrote no package.json")?;
    for entry in fs::read_dir(&split)? {
        let name = entry?.file_name();
        if name != first().as_str() {
            fs::copy(split.join(&name), folder.join(&name))?;
        }
    }
    Ok(())
}

/// The stem of the page's first module and of its script.
const PROGRAM: &str = "app";

fn first() -> String {
    format!("{PROGRAM}.wasm")
}

/// Modules of two builds do not fit together, so a build's folder has a name of its own.
fn fingerprint(module: &Path) -> Result<u64> {
    let bytes = fs::read(module).with_context(|| format!("{} cannot be read", module.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(hasher.finish())
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
}
