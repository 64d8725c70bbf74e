//! Runs other programs, with errors that name the command.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// The folder of downloads and tools of this project.
pub fn setup_dir() -> PathBuf {
    root().join(".setup")
}

/// A command that runs in the repository's root, with this project's tools first on its PATH.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut paths = vec![setup_dir().join("bin")];
    paths.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let mut command = Command::new(program);
    command.current_dir(root());
    if let Ok(path) = std::env::join_paths(paths) {
        command.env("PATH", path);
    }
    command
}

fn words(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, arg| line + " " + &arg.to_string_lossy())
}

/// Runs a command and shows its output; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let line = words(command);
    let status = command.status().with_context(|| format!("could not start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The standard output of a command; `None` if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command and shows its output line by line; returns whether it succeeded, and all output.
pub fn run_captured(command: &mut Command) -> Result<(bool, String)> {
    let line = words(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{line}`"))?;
    let stdout = child.stdout.take().map(|pipe| thread::spawn(move || echo(pipe)));
    let stderr = child.stderr.take().map(|pipe| thread::spawn(move || echo(pipe)));
    let status = child.wait()?;
    let read = [stdout, stderr].into_iter().flatten().filter_map(|reader| reader.join().ok());
    Ok((status.success(), read.collect::<Vec<_>>().join("\n")))
}

fn echo(pipe: impl Read) -> String {
    let mut all = String::new();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        all.push_str(&line);
        all.push('\n');
    }
    all
}

/// Prints a line about a step.
pub fn say(step: &str, what: impl std::fmt::Display) {
    println!("[{step}] {what}");
}
