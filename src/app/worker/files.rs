//! Bytes of the files that a request names.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;

use super::{browser::js_error_text, error::WorkerError, hub, outbox::post_progress, site_files};
use crate::{
    app::protocol::{PickedFile, RequestId, Source, Stage},
    localize::messages,
};

/// Texts of more bytes are refused: sentences and tokens of a larger one do not fit in the 4 GiB that WebAssembly has
/// for everything, and a tab that runs out of memory takes the run with it.
const MAX_TEXT: f64 = 512e6;

/// A file in memory.
pub struct NamedBytes {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// All files of `source`, with progress posted under `id`.
pub async fn gather(id: RequestId, source: Source) -> Result<Vec<NamedBytes>, WorkerError> {
    match source {
        Source::Files(files) => read_all(id, files).await,
        Source::Site(files) => Ok(named(site_files::fetch_all(id, &files).await?)),
        Source::Cached(address) => Ok(named(hub::read_cached(id, address).await?)),
    }
}

fn named(files: Vec<(String, Vec<u8>)>) -> Vec<NamedBytes> {
    files.into_iter().map(|(path, bytes)| NamedBytes { path, bytes }).collect()
}

/// The one file of `source`.
pub async fn gather_one(id: RequestId, source: Source) -> Result<NamedBytes, WorkerError> {
    let files = gather(id, source).await?;
    let found = files.len();
    let mut files = files.into_iter();
    files.next().filter(|_| found == 1).ok_or(WorkerError::OneFile { found })
}

/// The one text file of `source`.
///
/// # Errors
/// One that is too large for a tab, before it is read.
pub async fn gather_text(id: RequestId, source: Source) -> Result<NamedBytes, WorkerError> {
    check_text_size(&source)?;
    gather_one(id, source).await
}

/// Refuses texts that are too large for a tab together.
pub fn check_text_size(source: &Source) -> Result<(), WorkerError> {
    let Source::Files(files) = source else { return Ok(()) };
    let bytes: f64 = files.iter().map(|file| file.blob.size()).sum();
    if bytes > MAX_TEXT {
        Err(WorkerError::TextTooLarge {
            path: files.first().map_or_else(String::new, |file| file.path.clone()),
            megabytes: bytes / 1e6,
            most: MAX_TEXT / 1e6,
        })
    } else {
        Ok(())
    }
}

async fn read_all(id: RequestId, files: Vec<PickedFile>) -> Result<Vec<NamedBytes>, WorkerError> {
    let total: f64 = files.iter().map(|file| file.blob.size()).sum();
    let mut done = 0.0;
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        post_progress(id, Stage::Reading, done, Some(total));
        let buffer = JsFuture::from(file.blob.array_buffer()).await.map_err(|error| WorkerError::Read {
            path: file.path.clone(),
            reason: messages::worker_file_changed(js_error_text(&error)),
        })?;
        done += file.blob.size();
        read.push(NamedBytes { path: file.path, bytes: Uint8Array::new(&buffer).to_vec() });
    }
    Ok(read)
}
