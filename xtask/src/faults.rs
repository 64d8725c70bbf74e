//! `cargo xtask faults`: kills tabs, browsers, workers and devices under small runs, and sees that each goes on to the same
//! bytes.

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

pub fn execute(args: &FaultsArgs) -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    setup::for_serving(&toolchain, |_| Ok(()))?;
    setup::for_testing()?;
    let mut build = page::trunk(&toolchain, "build", true);
    // It makes the modules smaller, and takes minutes.
    run(build.env("SIMCSE_WASM_OPT", "off"))?;
    let (count, seed) = (args.count.to_string(), args.seed.to_string());
    run(command("node").args(["tests/e2e/faults.mjs", &count, &seed]))
}
