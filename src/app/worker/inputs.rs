//! What a model or text was loaded from, so that a run on it can be kept with all that it reads.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::{
    error::WorkerError,
    files::{NamedBytes, gather},
};
use crate::{app::protocol::Source, localize::messages};

/// A file of an input: what it is called, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    pub path: String,
    /// XXH3 of its bytes, 32 hexadecimal digits: files of the same content are kept once.
    pub digest: String,
}

/// Where an input's bytes can be had again.
#[derive(Debug, Clone)]
pub enum Origin {
    Source(Source),
    /// Items that came in a request, as JSON.
    Items(String),
}

/// What was loaded.
#[derive(Debug, Clone)]
pub struct Input {
    pub origin: Origin,
    pub files: Vec<InputFile>,
}

impl Input {
    /// Of files that have been read from `source`.
    pub fn of_files(source: Source, files: &[NamedBytes]) -> Self {
        Self { origin: Origin::Source(source), files: files.iter().map(InputFile::of).collect() }
    }

    /// Of items in a request.
    pub fn of_items(items: &impl Serialize) -> Self {
        // Plain data: there is always JSON for it.
        let json = serde_json::to_string(items).unwrap_or_default();
        let file = InputFile { path: String::new(), digest: digest(json.as_bytes()) };
        Self { origin: Origin::Items(json), files: vec![file] }
    }

    pub fn is_items(&self) -> bool {
        matches!(self.origin, Origin::Items(_))
    }

    async fn read_again(&self) -> Result<Vec<(InputFile, NamedBytes)>, WorkerError> {
        let files = match &self.origin {
            // Nobody waits for it: its progress is posted under no request.
            Origin::Source(source) => gather(0, source.clone()).await?,
            Origin::Items(json) => {
                vec![NamedBytes { path: String::new(), bytes: json.clone().into_bytes() }]
            }
        };
        Ok(files.into_iter().map(|file| (InputFile::of(&file), file)).collect())
    }
}

/// Everything that a run reads, as it was when the run began.
pub struct RunInputs {
    inputs: Vec<Input>,
    /// Files that were read and not asked for yet.
    read: Vec<(InputFile, NamedBytes)>,
}

impl RunInputs {
    /// `dictionary` is kept as it is; the others are read again.
    pub fn new(inputs: Vec<Input>, dictionary: Option<NamedBytes>) -> Self {
        Self { inputs, read: dictionary.map(|file| (InputFile::of(&file), file)).into_iter().collect() }
    }

    /// The bytes of one of its files.
    ///
    /// # Errors
    /// It cannot be read, or is not what it was: a run that goes on from what it is now would be another.
    pub async fn content(&mut self, wanted: &InputFile) -> Result<NamedBytes, WorkerError> {
        let place = |read: &[(InputFile, NamedBytes)]| read.iter().position(|(file, _)| file == wanted);
        if place(&self.read).is_none()
            && let Some(input) = self.inputs.iter().find(|input| input.files.contains(wanted))
        {
            self.read = input.read_again().await?;
        }
        match place(&self.read) {
            Some(place) => Ok(self.read.swap_remove(place).1),
            None => {
                Err(WorkerError::Read { path: wanted.path.clone(), reason: messages::worker_file_replaced() })
            }
        }
    }
}

impl InputFile {
    pub fn of(file: &NamedBytes) -> Self {
        Self { path: file.path.clone(), digest: digest(&file.bytes) }
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}
