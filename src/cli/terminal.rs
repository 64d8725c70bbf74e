//! What commands print: results on standard output, notes, warnings and progress on standard error.

use std::io::Write;

use super::error::CliError;

/// One JSON object on a line of standard output.
pub fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(value).map_err(|error| CliError::Output(error.to_string()))?;
    writeln!(std::io::stdout(), "{line}").map_err(|error| CliError::Output(error.to_string()))
}

/// Text on standard output, as it is.
pub fn print_text(text: &str) -> Result<(), CliError> {
    write!(std::io::stdout(), "{text}").map_err(|error| CliError::Output(error.to_string()))
}

/// A line on standard error about what was guessed, left out or not used.
pub fn note(words: &str) {
    // As for a warning.
    let _ = writeln!(std::io::stderr(), "note: {words}");
}

/// A line on standard error that says what the result does not.
pub fn warn(words: &str) {
    // Standard error may be closed; the result is the same then.
    let _ = writeln!(std::io::stderr(), "warning: {words}");
}

/// A bar on standard error; silent where that is no terminal.
pub fn progress_bar(total: usize, what: &'static str) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left");
    let bar = indicatif::ProgressBar::new(total as u64).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
