//! The site's files, and of them the large ones, kept when they are first loaded. Here and not in the service worker: browsers
//! end a service worker that is busy for some minutes, and a large model on a slow line takes longer.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, Response};

use super::{
    browser::{field, js_error_text, scope, site_url},
    error::WorkerError,
    outbox::{post, post_progress},
};
use crate::{
    app::{
        protocol::{Event, RequestId, SiteFile, Stage},
        site_cache::{SiteCache, is_full},
    },
    localize::messages,
};

/// Reports of progress come no closer together than this, bytes.
const REPORT_EVERY: f64 = 1e6;

/// Status of an answer that is the whole file.
const WHOLE: u16 = 200;

/// Files of the site with their bytes, with progress posted under `id`.
///
/// # Errors
/// One is not kept, and the host cannot be reached or does not have it.
pub async fn fetch_all(id: RequestId, files: &[SiteFile]) -> Result<Vec<(String, Vec<u8>)>, WorkerError> {
    let cache = open().await;
    let mut responses = Vec::with_capacity(files.len());
    for file in files {
        responses.push(fetch(cache.as_ref(), file).await?);
    }
    // Without every length the sum says nothing; a compressing server leaves them out.
    let lengths = responses.iter().map(|fetched_file| content_length(&fetched_file.response));
    let total = lengths.sum::<Option<f64>>();
    let (mut done, mut reported) = (0.0, -REPORT_EVERY);
    let mut fetched = Vec::with_capacity(files.len());
    for (file, fetched_file) in files.iter().zip(responses) {
        fetched_file.keep(file);
        let bytes = body(file, &fetched_file.response, |portion| {
            done += portion;
            if done - reported >= REPORT_EVERY {
                reported = done;
                post_progress(id, Stage::Fetching, done, total);
            }
        });
        fetched.push((file.path.clone(), bytes.await?));
    }
    Ok(fetched)
}

/// A file's body, not yet read, and the cache that it should go into.
struct Fetched {
    response: Response,
    wanted_by: Option<Rc<SiteCache>>,
}

/// `None` where the site is not kept.
async fn open() -> Option<Rc<SiteCache>> {
    SiteCache::open(scope().caches().ok()?, site_url("")).await.map(Rc::new)
}

/// A file of the site's: the one kept, or the host's.
///
/// # Errors
/// The file is not kept, and the host cannot be reached or does not have it.
async fn fetch(cache: Option<&Rc<SiteCache>>, file: &SiteFile) -> Result<Fetched, WorkerError> {
    let cache = cache.filter(|cache| cache.lists(&file.url));
    if let Some(cache) = cache
        && let Some(response) = cache.find(&file.url).await
    {
        return Ok(Fetched { response, wanted_by: None });
    }
    let response = request(file).await?;
    let wanted_by = cache.filter(|_| response.status() == WHOLE).cloned();
    Ok(Fetched { response, wanted_by })
}

impl Fetched {
    /// Keeps a copy of the body, if it is to be kept, while the caller reads it; not before, or all of it would wait in
    /// memory. That it cannot be kept is no error.
    fn keep(&self, file: &SiteFile) {
        let (Some(cache), Ok(copy)) = (self.wanted_by.clone(), self.response.clone()) else { return };
        let url = file.url.clone();
        spawn_local(async move {
            match cache.keep(&url, &copy).await {
                Ok(()) => post(Event::SiteFileLoaded { room: true }),
                Err(error) if is_full(&error) => post(Event::SiteFileLoaded { room: false }),
                // The line broke; whoever reads the other copy is told.
                Err(_) => {}
            }
        });
    }
}

/// Asks the host for a file.
async fn request(file: &SiteFile) -> Result<Response, WorkerError> {
    let response = JsFuture::from(scope().fetch_with_str(&file.url)).await;
    let response = response.map_err(|error| {
        if scope().navigator().on_line() {
            failed(file, &error)
        } else {
            WorkerError::Fetch { path: file.path.clone(), reason: messages::worker_file_offline() }
        }
    })?;
    let response: Response = response.unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(WorkerError::Fetch {
            path: file.path.clone(),
            reason: messages::server_answered(response.status(), response.status_text()),
        })
    }
}

pub fn content_length(response: &Response) -> Option<f64> {
    response.headers().get("content-length").ok()??.parse().ok()
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
        if field(&chunk, "done").is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = field(&chunk, "value").unchecked_into();
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[start..]);
        portion(f64::from(chunk.length()));
    }
}

fn failed(file: &SiteFile, error: &JsValue) -> WorkerError {
    WorkerError::Fetch { path: file.path.clone(), reason: js_error_text(error).into() }
}
