//! `cargo xtask`: sets up, serves, tests and benchmarks, each with one command on a fresh machine.

mod bench;
mod dist;
mod endurance;
mod fuzz;
mod page;
mod serve;
mod setup;
mod shell;
mod starter;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set up, serve, test and benchmark SimCSE Lab")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing and serve the page on localhost.
    Serve(serve::ServeArgs),
    /// Install what is missing, build the site and pack it into dist.zip, for any static host and any folder of it.
    Dist,
    /// Install what is missing, build the site and pack its engine for npm, simcse-lab-VERSION.tgz.
    Npm,
    /// Install what is missing and run every test.
    Test(test::TestArgs),
    /// Install what is missing, build the page, and kill what runs depend on at random moments.
    Faults(endurance::FaultsArgs),
    /// Install what is missing, build the page, and use it for hours: its memory must not grow.
    Soak(endurance::SoakArgs),
    /// Install what is missing and compare the engine's speed with its peers' in headless Chromium.
    Bench(bench::BenchArgs),
    /// Fuzz everything that reads a user's files, for as long as you like.
    Fuzz(fuzz::FuzzArgs),
    /// Make the encoder that comes with the site again: some two minutes, resumable.
    Starter(starter::StarterArgs),
    /// Compile and split the page's program; Trunk's hook calls it.
    #[command(hide = true)]
    Page(page::PageArgs),
    /// Install what is missing, for serving and for testing.
    Setup,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Dist => dist::run(),
        Command::Npm => dist::npm(),
        Command::Test(args) => test::run(&args),
        Command::Faults(args) => endurance::faults(&args),
        Command::Soak(args) => endurance::soak(&args),
        Command::Bench(args) => bench::execute(&args),
        Command::Fuzz(args) => fuzz::execute(&args),
        Command::Starter(args) => starter::execute(&args),
        Command::Page(args) => page::build(&args),
        Command::Setup => {
            setup::for_serving(&setup::WasmToolchain::find()?, |_| Ok(()))?;
            setup::for_testing()
        }
    }
}
