//! Bytes of the files that a request names.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use super::{error::WorkerError, hub, kept, outbox::post_progress, scope};
use crate::{
    app::protocol::{PickedFile, RequestId, SiteFile, Source, Stage},
    localize::messages,
};

/// Reports of progress come no closer together than this, bytes.
const REPORT_EVERY: f64 = 1e6;

/// Texts of more bytes are refused: sentences and tokens of a larger one do not fit in the 4 GiB that WebAssembly has
/// for everything, and a tab that runs out of memory takes the run with it.
const MOST_TEXT: f64 = 512e6;

/// A file in memory.
pub struct NamedBytes {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// All files of `source`, with progress posted under `id`.
pub async fn gather(id: RequestId, source: Source) -> Result<Vec<NamedBytes>, WorkerError> {
    match source {
        Source::Files(files) => read_all(id, files).await,
        Source::Site(files) => fetch_all(id, &files).await,
        Source::Cached(address) => Ok(hub::read_cached(id, address).await?),
    }
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
    match bytes > MOST_TEXT {
        false => Ok(()),
        true => Err(WorkerError::TextTooLarge {
            path: files.first().map_or_else(String::new, |file| file.path.clone()),
            megabytes: bytes / 1e6,
            most: MOST_TEXT / 1e6,
        }),
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
            reason: messages::worker_file_changed(words(&error)),
        })?;
        done += file.blob.size();
        read.push(NamedBytes { path: file.path, bytes: Uint8Array::new(&buffer).to_vec() });
    }
    Ok(read)
}

async fn fetch_all(id: RequestId, files: &[SiteFile]) -> Result<Vec<NamedBytes>, WorkerError> {
    let cache = kept::open().await;
    let mut answers = Vec::with_capacity(files.len());
    for file in files {
        answers.push(kept::answer(cache.as_ref(), file).await?);
    }
    // Without every length the sum says nothing; a compressing server leaves them out.
    let lengths = answers.iter().map(|answer| content_length(&answer.response));
    let total = lengths.sum::<Option<f64>>();
    let (mut done, mut reported) = (0.0, -REPORT_EVERY);
    let mut fetched = Vec::with_capacity(files.len());
    for (file, answer) in files.iter().zip(answers) {
        answer.keep(file);
        let bytes = body(file, &answer.response, |portion| {
            done += portion;
            if done - reported >= REPORT_EVERY {
                reported = done;
                post_progress(id, Stage::Fetching, done, total);
            }
        });
        fetched.push(NamedBytes { path: file.path.clone(), bytes: bytes.await? });
    }
    Ok(fetched)
}

/// Asks the host for a file.
pub(super) async fn request(file: &SiteFile) -> Result<Response, WorkerError> {
    let response = JsFuture::from(scope().fetch_with_str(&file.url)).await;
    let response = response.map_err(|error| match scope().navigator().on_line() {
        true => failed(file, &error),
        false => WorkerError::Fetch { path: file.path.clone(), reason: messages::worker_file_offline() },
    })?;
    let response: Response = response.unchecked_into();
    match response.ok() {
        true => Ok(response),
        false => Err(WorkerError::Fetch {
            path: file.path.clone(),
            reason: messages::server_answered(response.status(), response.status_text()),
        }),
    }
}

pub(super) fn content_length(response: &Response) -> Option<f64> {
    response.headers().get("content-length").ok()??.parse().ok()
}

/// The URL of a file of the site, whose root the worker's script lies in.
pub fn beside_the_worker(path: &str) -> String {
    let script = scope().location().href();
    let root = script.rfind('/').map_or("", |end| &script[..=end]);
    format!("{root}{path}")
}

/// The whole body; `portion` hears of bytes as they arrive.
async fn body(
    file: &SiteFile,
    response: &Response,
    mut portion: impl FnMut(f64),
) -> Result<Vec<u8>, WorkerError> {
    let Some(stream) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::with_capacity(content_length(response).unwrap_or(0.0) as usize);
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|error| failed(file, &error))?;
        let field = |name: &str| Reflect::get(&chunk, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = field("value").unchecked_into();
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[start..]);
        portion(f64::from(chunk.length()));
    }
}

fn failed(file: &SiteFile, error: &JsValue) -> WorkerError {
    WorkerError::Fetch { path: file.path.clone(), reason: words(error).into() }
}

/// A JavaScript error's message.
pub(super) fn words(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
