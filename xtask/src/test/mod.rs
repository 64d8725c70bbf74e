//! `cargo xtask test`: runs and counts every check, and skips none.

mod count;

use std::{
    process::{Command, Stdio},
    thread,
    time::Instant,
};

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
    /// Build the page as on a fresh machine: fetch and compile all crates again, in a separate folder under target/.
    /// Takes some minutes longer.
    #[arg(long)]
    fresh: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The page's offline build, from what set-up fetched.
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

// The build comes first: linting and the kernel tests in Chromium reuse what it compiles, and the page tests test it.
const ALL: [Stage; 5] = [Stage::Build, Stage::Lint, Stage::Native, Stage::KernelsChromium, Stage::Page];

impl Stage {
    /// Whether it runs if only the stage `only` is wanted: the page must be built before it is tested.
    fn is_part_of(self, only: Self) -> bool {
        self == only || (only == Self::Page && self == Self::Build)
    }
}

/// One command of a stage.
struct Check {
    name: &'static str,
    command: Command,
    /// How its tests are counted; `None` if the command itself is one check.
    tests: Option<fn(&str) -> Counts>,
}

pub fn run(args: &TestArgs) -> Result<()> {
    let mut toolchain = WasmToolchain::find()?;
    if args.fresh {
        // Before set-up, so that the build can only use what set-up fetches.
        toolchain.set_apart(root().join("target/fresh"))?;
    }
    let stages: Vec<Stage> =
        ALL.into_iter().filter(|stage| args.stage.is_none_or(|only| stage.is_part_of(only))).collect();
    setup::for_serving(&toolchain, |toolchain| {
        ahead(&stages, toolchain);
        setup::for_testing()
    })?;
    let mut total = Counts::default();
    for check in stages.into_iter().flat_map(|stage| checks(stage, &toolchain)) {
        total += execute(check)?;
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("{} of {} checks failed", total.failed, total.passed + total.failed);
    }
    Ok(())
}

/// Compiles what the stages will run, for the page and for this machine in parallel, so that no core is idle while
/// one large crate compiles. Errors are reported by the stages themselves.
fn ahead(stages: &[Stage], toolchain: &WasmToolchain) {
    say("test", "compiling the page and the tests meanwhile");
    let wanted = |stage: Stage, compile: Command| stages.contains(&stage).then_some(compile);
    // Native linting compiles the tests.
    let natively = stages.iter().any(|stage| matches!(stage, Stage::Native | Stage::Lint));
    let of_page = [wanted(Stage::Build, linted(page::compiling_page(toolchain, true), toolchain))];
    let of_worker = [
        wanted(Stage::Build, linted(page::compiling_worker(toolchain, true), toolchain)),
        wanted(Stage::KernelsChromium, no_run(kernel_tests(toolchain))),
        wanted(Stage::Lint, worker_and_bench(toolchain)).filter(|_| toolchain.has_clippy()),
    ];
    let for_machine = [natively.then(|| no_run(native_tests()))];
    thread::scope(|scope| {
        // One after another within a profile's folder, which Cargo locks.
        for row in [Vec::from(of_page), of_worker.into(), for_machine.into()] {
            scope.spawn(move || {
                for mut compile in row.into_iter().flatten() {
                    // Its output is not needed: the stage reports errors again.
                    let _ = compile.stdout(Stdio::null()).stderr(Stdio::null()).status();
                }
            });
        }
    });
}

/// Compiles with clippy in place of rustc, since a separate clippy run would check everything, dependencies included, a
/// second time.
fn with_clippy(mut compile: Command) -> Command {
    compile.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    compile
}

/// The same for wasm32, where there is a clippy for it.
fn linted(compile: Command, toolchain: &WasmToolchain) -> Command {
    if toolchain.has_clippy() { with_clippy(compile) } else { compile }
}

fn native_tests() -> Command {
    let mut tests = command("cargo");
    tests.args(["test", "--workspace"]);
    with_clippy(tests)
}

fn kernel_tests(toolchain: &WasmToolchain) -> Command {
    let mut tests = toolchain.cargo();
    tests.arg("test").args(page::WORKER).args(["--test", "kernels"]);
    linted(tests, toolchain)
}

/// The worker's module and that of the benchmark.
fn worker_and_bench(toolchain: &WasmToolchain) -> Command {
    let mut programs = page::compiling_worker(toolchain, true);
    programs.args(["--bin", "bench"]);
    linted(programs, toolchain)
}

fn no_run(mut tests: Command) -> Command {
    tests.arg("--no-run");
    tests
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
        Stage::Build => {
            vec![check("page build", linted(page::trunk(toolchain, "build", true), toolchain), None)]
        }
        Stage::Lint => {
            let mut format = command("cargo");
            format.args(["fmt", "--all", "--check"]);
            let clippy = check("clippy", no_run(native_tests()), Some(count::warnings));
            let mut checks = vec![check("format", format, None), clippy];
            if toolchain.has_clippy() {
                let page = linted(page::compiling_page(toolchain, true), toolchain);
                let [worker, tests] = [worker_and_bench(toolchain), no_run(kernel_tests(toolchain))];
                for (name, compile) in [
                    ("clippy for wasm, page", page),
                    ("clippy for wasm, worker", worker),
                    ("clippy for wasm, tests", tests),
                ] {
                    checks.push(check(name, compile, Some(count::warnings)));
                }
            }
            checks
        }
        Stage::Native => {
            let mut tests = native_tests();
            // lavapipe uses all cores; a second test keeps them busy between its calls.
            tests.args(["--", "--test-threads", "2"]);
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
            let mut tests = kernel_tests(toolchain);
            tests
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
