//! Builds the page: its WebAssembly modules with Cargo, the site around them with Trunk.

use std::process::Command;

use anyhow::Result;

use crate::{
    setup::WasmToolchain,
    shell::{command, run, say},
};

/// The flags with which Trunk calls Cargo for a release, so that compiled crates are shared with Trunk's build.
pub const RELEASE: [&str; 5] = ["--release", "--target", WasmToolchain::TARGET, "--features", "web"];

/// Compiles the modules ahead of Trunk. Cargo compiles both at once, while Trunk does one after the other; and on a
/// fresh machine it can run while Trunk itself is being compiled.
pub fn compile(toolchain: &WasmToolchain, release: bool) -> Result<()> {
    say("page", "compiling the page's programs");
    run(&mut compiling(toolchain, release))
}

/// The command of [`compile`].
pub fn compiling(toolchain: &WasmToolchain, release: bool) -> Command {
    let mut cargo = toolchain.cargo();
    let flags = if release { &RELEASE[..] } else { &RELEASE[1..] };
    // Offline like Trunk, so that both fail alike if set-up left something out.
    cargo.args(["build", "--offline", "--bin", "app", "--bin", "worker"]).args(flags);
    cargo
}

/// A Trunk command that uses the tools from set-up and never downloads any.
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
