//! Long tests of the page: `cargo xtask faults` kills tabs, browsers, workers and devices during small runs and
//! checks that each resumes to the same bytes; `cargo xtask soak` uses one page for hours and watches its memory.

use anyhow::Result;
use clap::Args;

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{command, run},
};

#[derive(Args)]
pub struct FaultsArgs {
    /// Number of faults, of all kinds in turn.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Seed of the moments at which they happen.
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

#[derive(Args)]
pub struct SoakArgs {
    /// Runs, one after another in one visit. On a software GPU, a tenth of this and of the other numbers.
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
    // wasm-opt only makes the modules smaller, and takes minutes.
    run(build.env("SIMCSE_WASM_OPT", "off"))
}

fn program(file: &str, numbers: &[u32]) -> Result<()> {
    run(command("node").arg(file).args(numbers.iter().map(u32::to_string)))
}
