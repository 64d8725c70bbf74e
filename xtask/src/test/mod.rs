//! `cargo xtask test`: every check, each counted, none skipped.

mod count;

use std::{process::Command, time::Instant};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{command, root, run_captured, say},
};
use count::Counts;

#[derive(Args)]
pub struct TestArgs {
    /// Run only this stage.
    stage: Option<Stage>,
    /// Build the page as on a machine where nothing was ever built: crates are fetched and compiled anew, in a folder of
    /// their own under target/. Takes some minutes more where they were there already.
    #[arg(long)]
    fresh: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The page's build, off the network, from what set-up fetched.
    Build,
    /// rustfmt and clippy, native and wasm.
    Lint,
    /// Unit, kernel and model tests on the native adapter.
    Native,
    /// The same kernel tests in headless Chromium.
    KernelsChromium,
    /// The built page in headless Chromium.
    Page,
}

// The build is first: what it compiles, clippy for wasm and the kernel tests in Chromium use again, and it is the page
// that is tested.
const ALL: [Stage; 5] = [Stage::Build, Stage::Lint, Stage::Native, Stage::KernelsChromium, Stage::Page];

impl Stage {
    /// Whether it runs when `only` is asked for: the page cannot be tested before it is built.
    fn is_part_of(self, only: Self) -> bool {
        self == only || (only == Self::Page && self == Self::Build)
    }
}

/// One command of a stage.
struct Check {
    name: &'static str,
    command: Command,
    /// How its tests are counted; `None`: the command itself is one check.
    tests: Option<fn(&str) -> Counts>,
}

pub fn run(args: &TestArgs) -> Result<()> {
    let mut toolchain = WasmToolchain::find()?;
    if args.fresh {
        // Before set-up, so that nothing but set-up itself can have fetched what the build reads.
        toolchain.set_apart(root().join("target/fresh"))?;
    }
    setup::for_serving(&toolchain, |_| Ok(()))?;
    setup::for_testing()?;
    let mut total = Counts::default();
    for stage in ALL.into_iter().filter(|stage| args.stage.is_none_or(|only| stage.is_part_of(only))) {
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
        Stage::Build => vec![check("page build", page::trunk(toolchain, "build", true), None)],
        Stage::Lint => {
            let mut native = command("cargo");
            native.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            let mut format = command("cargo");
            format.args(["fmt", "--all", "--check"]);
            let mut checks = vec![check("format", format, None), check("clippy", native, None)];
            if toolchain.has_clippy() {
                let mut wasm = toolchain.cargo();
                wasm.arg("clippy").args(page::RELEASE);
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
                .args(page::RELEASE)
                .args(["--test", "kernels"])
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
                .env("CHROMEDRIVER", "/usr/bin/chromedriver")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "900");
            vec![check("kernel tests in Chromium", tests, Some(count::cargo_test))]
        }
        Stage::Page => {
            let mut tests = command("npm");
            tests.args(["run", "--silent", "test:page"]);
            vec![check("page tests in Chromium", tests, Some(count::node_test))]
        }
    }
}
