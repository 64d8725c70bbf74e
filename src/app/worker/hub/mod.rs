//! Models from the hub: downloaded when the visitor asks, kept in the browser's Cache API, read from there after.

mod cache;
mod download;
pub mod error;
mod meter;

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::outbox::{answer, post, post_progress};
use crate::{
    app::protocol::{Answer, Event, HubAddress, RequestId, Stage},
    localize::Localize,
};
use cache::ModelCache;
use error::HubAccessError;

/// The download under way; one at a time, beside the session's other work.
#[derive(Debug, Default)]
pub struct Downloads {
    running: Rc<RefCell<Option<AbortController>>>,
}

impl Downloads {
    /// Starts a download and returns; its events follow under `id`.
    ///
    /// # Errors
    /// Another is under way.
    pub fn start(&self, id: RequestId, address: HubAddress) -> Result<(), HubAccessError> {
        if self.running.borrow().is_some() {
            return Err(HubAccessError::Busy);
        }
        let controller = AbortController::new().map_err(|error| HubAccessError::browser(&error))?;
        *self.running.borrow_mut() = Some(controller.clone());
        let running = self.running.clone();
        spawn_local(async move {
            let outcome = download::run(id, &address, &controller).await;
            *running.borrow_mut() = None;
            post_cached().await;
            answer(
                id,
                match outcome {
                    Ok(()) => Answer::Downloaded { address },
                    Err(_) if controller.signal().aborted() => Answer::Cancelled,
                    Err(error) => Answer::Failed { kind: error.kind(), reason: error.localized() },
                },
            );
        });
        Ok(())
    }

    /// Breaks the download off, if there is one.
    pub fn cancel(&self) {
        if let Some(controller) = &*self.running.borrow() {
            controller.abort();
        }
    }
}

/// Tells the page which models are in the browser's storage; none where the browser has no storage for this site.
pub async fn post_cached() {
    post(Event::Cached(cache::list().await.unwrap_or_default()));
}

/// Takes a model out of the browser's storage.
///
/// # Errors
/// The browser refuses.
pub async fn remove_cached(address: &HubAddress) -> Result<(), HubAccessError> {
    ModelCache::remove(address).await?;
    post_cached().await;
    Ok(())
}

/// All files of a downloaded model, with progress posted under `id`; their folder is the model's name.
///
/// # Errors
/// The browser has thrown it out in the meantime.
pub async fn read_cached(
    id: RequestId,
    address: HubAddress,
) -> Result<Vec<(String, Vec<u8>)>, HubAccessError> {
    let cache = ModelCache::open(address.clone()).await?;
    let files = cache.files().await?.ok_or_else(|| HubAccessError::Evicted(address.model.clone()))?;
    let total: f64 = files.iter().map(|file| file.bytes).sum();
    let mut done = 0.0;
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        post_progress(id, Stage::Reading, done, Some(total));
        let bytes = cache.read(&file.file).await?;
        done += file.bytes;
        read.push((format!("{}/{}", address.model.name(), file.file), bytes));
    }
    Ok(read)
}
