//! `cargo xtask serve`: the page on localhost.

use anyhow::Result;
use clap::Args;

use crate::{
    setup::{self, WasmToolchain},
    shell::{self, command, say},
};

#[derive(Args)]
pub struct ServeArgs {
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build without optimisation: quick to build, slow to run.
    #[arg(long)]
    debug: bool,
}

pub fn run(args: &ServeArgs) -> Result<()> {
    setup::for_serving()?;
    let mut trunk = trunk(&WasmToolchain::find()?, "serve", !args.debug);
    trunk.args(["--address", "127.0.0.1", "--port"]).arg(args.port.to_string());
    say("serve", format!("building, then http://localhost:{}/ (Ctrl-C ends it)", args.port));
    shell::run(&mut trunk)
}

/// Trunk with the set-up's tools, never downloading any itself.
pub fn trunk(toolchain: &WasmToolchain, action: &str, release: bool) -> std::process::Command {
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
