//! `cargo xtask fuzz`: fuzzes everything that reads a user's files, for a given time. It runs the tests in tests/fuzz, compiled
//! as tests are: optimised, with overflow checks.

use std::{fs, num::NonZero, thread};

use anyhow::{Result, bail};
use clap::Args;

use crate::shell::{command, output, root, run, say};

#[derive(Args)]
pub struct FuzzArgs {
    /// Total time in minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Seed of the inputs, which also determines their order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One of the tests in tests/fuzz/main.rs; by default all of them.
    #[arg(long)]
    target: Option<String>,
    /// Run only the input with this number, which a finding's message gives.
    #[arg(long, requires = "target")]
    case: Option<u64>,
}

const CARGO_TEST_ARGS: [&str; 5] = ["test", "--quiet", "--test", "fuzz", "--"];

pub fn execute(args: &FuzzArgs) -> Result<()> {
    let filter: &[&str] = match &args.target {
        Some(target) => &["--exact", target],
        None => &[],
    };
    let listed =
        output(command("cargo").args(CARGO_TEST_ARGS).args(["--list", "--format", "terse"]).args(filter));
    let targets = listed.iter().flat_map(|list| list.lines()).filter(|line| line.ends_with(": test")).count();
    if targets == 0 {
        bail!(
            "no such target; tests/fuzz/main.rs lists them, and `cargo test --test fuzz` says if they do not compile"
        );
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(targets);
    let seconds = args.minutes * 60 * threads as u64 / targets as u64;
    say("fuzz", format!("{targets} targets on {threads} threads, {seconds} s each"));
    let mut tests = command("cargo");
    tests.args(CARGO_TEST_ARGS).args(["--nocapture", "--test-threads", &threads.to_string()]).args(filter);
    tests.env("FUZZ_SECONDS", seconds.to_string()).env("FUZZ_SEED", args.seed.to_string());
    tests.envs(args.case.map(|case| ("FUZZ_CASE", case.to_string())));
    let result = run(&mut tests);
    if result.is_err() {
        print_inputs_in_progress()?;
    }
    result
}

/// Prints which inputs were being read when the program crashed.
fn print_inputs_in_progress() -> Result<()> {
    for entry in fs::read_dir(root().join("target/tmp"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(what) = name.strip_prefix("fuzz-") {
            say("fuzz", format!("{what} was at case {}", fs::read_to_string(&path)?.trim()));
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
