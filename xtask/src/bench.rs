//! `cargo xtask bench`: our engine and its peers in the same browser on the same adapter.

use anyhow::Result;
use clap::Args;

use crate::{
    setup::{self, WasmToolchain},
    shell::{command, root, run, say},
};

#[derive(Args)]
pub struct BenchArgs {
    /// Passed to `bench/run.mjs`, such as --quick, --workloads matmul,train or --json FILE; `cargo xtask bench -- --help`
    /// lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

pub fn execute(args: &BenchArgs) -> Result<()> {
    setup::for_serving()?;
    setup::for_benchmark()?;
    build(&WasmToolchain::find()?)?;
    run(command("node").arg("bench/run.mjs").args(&args.args))
}

/// The engine's module, for `bench/contenders/ours.mjs`.
fn build(toolchain: &WasmToolchain) -> Result<()> {
    say("bench", "building the engine");
    let mut cargo = toolchain.cargo();
    cargo.args([
        "build",
        "--release",
        "--target",
        WasmToolchain::TARGET,
        "--features",
        "web",
        "--bin",
        "bench",
    ]);
    run(&mut cargo)?;
    let module = toolchain.target_dir().join(WasmToolchain::TARGET).join("release/bench.wasm");
    let mut bindgen = command("wasm-bindgen");
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-dir"])
        .arg(root().join("bench/generated/ours"));
    run(bindgen.arg(module))
}
