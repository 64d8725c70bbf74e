//! The page's build: its modules by Cargo, the site around them by Trunk.

use std::process::Command;

use anyhow::Result;

use crate::{
    setup::WasmToolchain,
    shell::{command, run, say},
};

/// As Trunk has Cargo compile a release of the page: what is compiled for one is there for the others.
pub const RELEASE: [&str; 5] = ["--release", "--target", WasmToolchain::TARGET, "--features", "web"];

/// Compiles the modules that Trunk will then find ready. Cargo takes both at once, Trunk one after the other; and it
/// needs no Trunk, which on a fresh machine is compiled at the same time.
pub fn compile(toolchain: &WasmToolchain, release: bool) -> Result<()> {
    say("page", "compiling the page's programs");
    run(&mut compiling(toolchain, release))
}

/// What [`compile`] runs.
pub fn compiling(toolchain: &WasmToolchain, release: bool) -> Command {
    let mut cargo = toolchain.cargo();
    let flags = if release { &RELEASE[..] } else { &RELEASE[1..] };
    // Offline as Trunk, so that both say the same if set-up left something out.
    cargo.args(["build", "--offline", "--bin", "app", "--bin", "worker"]).args(flags);
    cargo
}

/// Trunk with the set-up's tools, never downloading any itself.
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
