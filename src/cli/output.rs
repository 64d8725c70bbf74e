//! Results on standard output, as lines of JSON or as CSV.

use std::io::Stdout;

use serde::Serialize;

use super::{error::CliError, terminal::print_json};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A JSON object a line.
    Json,
    /// A header and rows, for spreadsheets and data frames.
    Csv,
}

/// Where a command's results go, one after another, each as soon as it is there.
pub enum Output {
    Json,
    Csv(Box<csv::Writer<Stdout>>),
}

impl Output {
    pub fn new(format: Format) -> Output {
        match format {
            Format::Json => Output::Json,
            Format::Csv => Output::Csv(Box::new(csv::Writer::from_writer(std::io::stdout()))),
        }
    }

    /// Writes a result: `json` on a line, or its `rows`. The first row's field names are the header.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn write<R: Serialize>(
        &mut self,
        json: &impl Serialize,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), CliError> {
        match self {
            Output::Json => print_json(json),
            Output::Csv(writer) => {
                for row in rows {
                    writer.serialize(row).map_err(|error| CliError::Output(error.to_string()))?;
                }
                writer.flush().map_err(|error| CliError::Output(error.to_string()))
            }
        }
    }
}
