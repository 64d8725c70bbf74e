//! What a model or text was loaded from, so that a run on it can be kept with all that it reads.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::files::NamedBytes;
use crate::app::protocol::Source;

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
}

impl InputFile {
    pub fn of(file: &NamedBytes) -> Self {
        Self { path: file.path.clone(), digest: digest(&file.bytes) }
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}
