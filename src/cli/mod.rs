//! The command line: the engine of the page, natively and headless. Results go to stdout or files, progress and the
//! one line that says what went wrong to stderr. Exit status 0, 1 for a failure, 2 for wrong usage.

mod ablate;
mod ablate_args;
mod args;
mod bench;
mod bench_rows;
mod commands;
mod device;
mod embed;
mod encode;
mod error;
mod evaluate;
mod figure;
mod files;
mod gradients;
mod output;
mod pretrain;
mod profile;
mod recipe_args;
mod reproduce;
mod shrink;
mod sts;
mod terminal;
mod train;
mod transfer;
mod verify;
mod vocabulary;
mod whiten;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use commands::{Cli, Command};
use error::CliError;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    quiet_wayland();
    env_logger::init();
    let cli = Cli::parse();
    match pollster::block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; there is nobody left to tell then.
            let _ = writeln!(std::io::stderr(), "error: {}", error.to_string().replace('\n', " "));
            ExitCode::from(error.exit_status())
        }
    }
}

/// Mesa's Vulkan layer looks for a Wayland display and complains on standard error where there can be none.
fn quiet_wayland() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: the process has one thread yet, so nobody reads the environment meanwhile.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

async fn run(cli: Cli) -> Result<(), CliError> {
    let options = cli.device.options();
    match cli.command {
        Command::Embed(args) => embed::run(&args, options).await,
        Command::Eval(args) => evaluate::run(&args, options).await,
        Command::Analyse(args) => evaluate::analyse(&args, options).await,
        Command::Sts(args) => sts::run(&args, options).await,
        Command::Transfer(args) => transfer::run(&args, options).await,
        Command::Train(args) => train::run(&args, options).await,
        Command::Pretrain(args) => pretrain::run(&args, options).await,
        Command::Shrink(args) => shrink::run(&args),
        Command::Vocabulary(args) => vocabulary::run(&args),
        Command::Ablate(args) => ablate::run(&args, options).await,
        Command::Reproduce(args) => reproduce::run(&args, options).await,
        Command::Gradients(args) => gradients::run(&args, options).await,
        Command::Profile(args) => profile::run(&args, options).await,
        Command::Bench(args) => bench::run(&args, options).await,
        Command::Verify(args) => verify::run(&args, options).await,
        Command::Device(args) => device::run(&args, options).await,
    }
}
