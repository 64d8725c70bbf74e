//! `cargo xtask test`: every check, each counted, none skipped.

mod count;

use std::{process::Command, time::Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::{
    serve,
    setup::{self, WasmToolchain},
    shell::{command, run_captured, say},
};
use count::Counts;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// rustfmt and clippy, native and wasm.
    Lint,
    /// Unit, kernel and model tests on the native adapter.
    Native,
    /// The same kernel tests in headless Chromium.
    KernelsChromium,
    /// The built page in headless Chromium.
    Page,
}

const ALL: [Stage; 4] = [Stage::Lint, Stage::Native, Stage::KernelsChromium, Stage::Page];

/// As Trunk builds the page: what is compiled for one of the three is there for the others.
const FOR_THE_PAGE: [&str; 5] = ["--release", "--target", "wasm32-unknown-unknown", "--features", "web"];

/// One command of a stage.
struct Check {
    name: &'static str,
    command: Command,
    /// How its tests are counted; `None`: the command itself is one check.
    tests: Option<fn(&str) -> Counts>,
}

pub fn run(only: Option<Stage>) -> Result<()> {
    setup::for_serving()?;
    setup::for_testing()?;
    let toolchain = WasmToolchain::find()?;
    let mut total = Counts::default();
    for stage in ALL.into_iter().filter(|stage| only.is_none_or(|only| only == *stage)) {
        for check in checks(stage, &toolchain) {
            total += execute(check)?;
        }
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("{} of {} checks failed", total.failed, total.passed + total.failed);
    }
    Ok(())
}

fn execute(mut check: Check) -> Result<Counts> {
    println!("\n=== {}", check.name);
    let started = Instant::now();
    let (success, output) = run_captured(&mut check.command)?;
    let mut counts = match check.tests {
        Some(count) => count(&output),
        None => Counts { passed: usize::from(success), failed: usize::from(!success) },
    };
    if counts.passed + counts.failed == 0 {
        say(check.name, "ran no test: counted as a failure");
        counts.failed = 1;
    }
    if !success && counts.failed == 0 {
        say(check.name, "ended with an error outside its tests: counted as a failure");
        counts.failed = 1;
    }
    let seconds = started.elapsed().as_secs();
    say(check.name, format!("{} passed, {} failed in {seconds} s", counts.passed, counts.failed));
    Ok(counts)
}

fn checks(stage: Stage, toolchain: &WasmToolchain) -> Vec<Check> {
    let check = |name, command, tests| Check { name, command, tests };
    match stage {
        Stage::Lint => {
            let mut native = command("cargo");
            native.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            let mut format = command("cargo");
            format.args(["fmt", "--all", "--check"]);
            let mut checks = vec![check("format", format, None), check("clippy", native, None)];
            // Debian's compiler, which builds std from source, comes without clippy.
            if matches!(toolchain, WasmToolchain::Installed) {
                let mut wasm = toolchain.cargo();
                wasm.arg("clippy").args(FOR_THE_PAGE);
                wasm.args(["--lib", "--bins", "--test", "kernels", "--", "-D", "warnings"]);
                checks.push(check("clippy for wasm", wasm, None));
            }
            checks
        }
        Stage::Native => {
            let mut tests = command("cargo");
            // lavapipe uses all cores by itself; two tests at a time keep them busy between its calls.
            tests.args(["test", "--workspace", "--", "--test-threads", "2"]);
            let mut bench = command("npm");
            bench.args(["run", "--silent", "test:bench"]);
            let mut build = command("npm");
            build.args(["run", "--silent", "test:build"]);
            vec![
                check("native tests", tests, Some(count::cargo_test)),
                check("tests of the site's list of files", build, Some(count::node_test)),
                check("the benchmark's own tests", bench, Some(count::node_test)),
            ]
        }
        Stage::KernelsChromium => {
            let mut tests = toolchain.cargo();
            tests
                .arg("test")
                .args(FOR_THE_PAGE)
                .args(["--test", "kernels"])
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
                .env("CHROMEDRIVER", "/usr/bin/chromedriver")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "900");
            vec![check("kernel tests in Chromium", tests, Some(count::cargo_test))]
        }
        Stage::Page => {
            let mut tests = command("npm");
            tests.args(["run", "--silent", "test:page"]);
            vec![
                check("page build", serve::trunk(toolchain, "build", true), None),
                check("page tests in Chromium", tests, Some(count::node_test)),
            ]
        }
    }
}
