//! `cargo xtask bench`: compares the engine with its peers in the same browser on the same adapter.

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{command, root, run, say},
};

#[derive(Args)]
pub struct BenchArgs {
    /// Passed to `bench/run.mjs`, such as --quick, --workloads matmul,train or --json FILE; listed by
    /// `cargo xtask bench -- --help`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

pub fn execute(args: &BenchArgs) -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    setup::for_serving(&toolchain, compile)?;
    setup::for_benchmark()?;
    bind(&toolchain)?;
    run(command("node").arg("bench/run.mjs").args(&args.args))
}

fn compile(toolchain: &WasmToolchain) -> Result<()> {
    say("bench", "building the engine");
    run(toolchain.cargo().args(["build", "--bin", "bench"]).args(page::WORKER))
}

/// Makes the engine's module for `bench/contenders/ours.mjs`.
fn bind(toolchain: &WasmToolchain) -> Result<()> {
    let module = toolchain.target_dir().join(WasmToolchain::TARGET).join("release/bench.wasm");
    let folder = root().join("bench/generated/ours");
    let mut bindgen = command("wasm-bindgen");
    // Named as the script of the engine's threads expects it.
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "worker", "--out-dir"]).arg(&folder);
    run(bindgen.arg(module))?;
    std::fs::copy(root().join("www/worker_thread.js"), folder.join("worker_thread.js"))
        .context("the script of a thread")?;
    Ok(())
}
