//! Builds the page: its WebAssembly modules with Cargo, the site around them with Trunk.

use std::{process::Command, thread};

use anyhow::{Result, anyhow};

use crate::{
    setup::WasmToolchain,
    shell::{command, run, say},
};

/// The flags with which Trunk calls Cargo for a release of the worker's module, so that compiled crates are shared with
/// Trunk's build; the kernels' tests and the benchmark share them too.
pub const WORKER: [&str; 5] = ["--release", "--target", WasmToolchain::TARGET, "--features", "worker"];
/// The same for the page's module, which has a profile of its own: it is compiled for size.
const PAGE: [&str; 6] = ["--profile", "page", "--target", WasmToolchain::TARGET, "--features", "page"];

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
    let mut cargo = offline_build(toolchain);
    cargo.args(["--bin", "worker"]).args(if release { &WORKER[..] } else { &WORKER[1..] });
    cargo
}

/// The command that compiles the page's module.
pub fn compiling_page(toolchain: &WasmToolchain, release: bool) -> Command {
    let mut cargo = offline_build(toolchain);
    cargo.args(["--bin", "app"]).args(if release { &PAGE[..] } else { &PAGE[2..] });
    cargo
}

/// Offline like Trunk, so that both fail alike if set-up left something out.
fn offline_build(toolchain: &WasmToolchain) -> Command {
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--offline"]);
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
    trunk
}
