//! What is made to happen to the page for hours: `cargo xtask faults` kills tabs, browsers, workers and devices under small
//! runs, and sees that each goes on to the same bytes; `cargo xtask soak` works one visit for long, and reads its memory.

use anyhow::Result;
use clap::Args;

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{command, run},
};

#[derive(Args)]
pub struct FaultsArgs {
    /// How many faults are made, of all kinds in turn.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Of the moments at which they come.
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

#[derive(Args)]
pub struct SoakArgs {
    /// Runs one after another in one visit; on a GPU that the CPU imitates a tenth of this and of the others.
    #[arg(long, default_value_t = 50)]
    runs: u32,
    /// Steps of one long run.
    #[arg(long, default_value_t = 10_000)]
    steps: u32,
    /// Sentences encoded one by one.
    #[arg(long, default_value_t = 20_000)]
    encodings: u32,
}

pub fn faults(args: &FaultsArgs) -> Result<()> {
    build()?;
    program("tests/e2e/faults.mjs", &[args.count, args.seed])
}

pub fn soak(args: &SoakArgs) -> Result<()> {
    build()?;
    program("tests/e2e/soak.mjs", &[args.runs, args.steps, args.encodings])
}

fn build() -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    setup::for_serving(&toolchain, |_| Ok(()))?;
    setup::for_testing()?;
    let mut build = page::trunk(&toolchain, "build", true);
    // It makes the modules smaller, and takes minutes.
    run(build.env("SIMCSE_WASM_OPT", "off"))
}

fn program(file: &str, numbers: &[u32]) -> Result<()> {
    run(command("node").arg(file).args(numbers.iter().map(u32::to_string)))
}
