//! `cargo xtask …`: set-up, serve and test, each with one command on a fresh machine.

mod serve;
mod setup;
mod shell;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set up, serve and test SimCSE Lab")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing and serve the page on localhost.
    Serve(serve::ServeArgs),
    /// Install what is missing and run every test.
    Test {
        /// Run only this stage.
        stage: Option<test::Stage>,
    },
    /// Install what is missing, for serving and for testing.
    Setup,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Test { stage } => test::run(stage),
        Command::Setup => {
            setup::for_serving()?;
            setup::for_testing()
        }
    }
}
