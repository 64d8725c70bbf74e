//! The command line: the engine of the page, natively and headless. Results go to stdout or files, progress and the
//! one line that says what went wrong to stderr. Exit status 0, 1 for a failure, 2 for wrong usage.

mod ablate;
mod ablate_args;
mod args;
mod bench;
mod bench_rows;
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
mod train;
mod transfer;
mod verify;
mod vocabulary;
mod whiten;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use crate::device::{Device, DeviceOptions};
use args::{Cli, Command};
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

async fn open_device(options: DeviceOptions) -> Result<Device, CliError> {
    let device = Device::open(options).await?;
    log::info!("{:?}", device.info());
    Ok(device)
}

/// One JSON object on a line of standard output.
fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(value).map_err(|error| CliError::Output(error.to_string()))?;
    writeln!(std::io::stdout(), "{line}").map_err(|error| CliError::Output(error.to_string()))
}

/// Text on standard output, as it is.
fn print_text(text: &str) -> Result<(), CliError> {
    write!(std::io::stdout(), "{text}").map_err(|error| CliError::Output(error.to_string()))
}

/// A line on standard error about what was guessed, left out or not used.
fn note(words: &str) {
    // As for a warning.
    let _ = writeln!(std::io::stderr(), "note: {words}");
}

/// A line on standard error that says what the result does not.
fn warn(words: &str) {
    // Standard error may be closed; the result is the same then.
    let _ = writeln!(std::io::stderr(), "warning: {words}");
}

/// A bar on standard error; silent where that is no terminal.
fn progress_bar(total: usize, what: &'static str) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left");
    let bar = indicatif::ProgressBar::new(total as u64).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
