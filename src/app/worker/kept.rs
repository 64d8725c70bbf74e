//! The site's large files, kept when they are first loaded. Here and not in the service worker: browsers end a service
//! worker that is busy for some minutes, and a large model on a slow line takes longer.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::Response;

use super::{
    error::WorkerError,
    files::{beside_the_worker, request},
    outbox::post,
    scope,
};
use crate::app::{
    protocol::{Event, SiteFile},
    site_cache::{SiteCache, is_full},
};

/// Status of an answer that is the whole file.
const WHOLE: u16 = 200;

/// A file's body, not yet read, and the cache that it should go into.
pub struct Answer {
    pub response: Response,
    wanted_by: Option<Rc<SiteCache>>,
}

/// `None` where the site is not kept.
pub async fn open() -> Option<Rc<SiteCache>> {
    SiteCache::open(scope().caches().ok()?, beside_the_worker("")).await.map(Rc::new)
}

/// A file of the site's: the one kept, or the host's.
///
/// # Errors
/// The file is not kept, and the host cannot be reached or does not have it.
pub async fn answer(cache: Option<&Rc<SiteCache>>, file: &SiteFile) -> Result<Answer, WorkerError> {
    let cache = cache.filter(|cache| cache.lists(&file.url));
    if let Some(cache) = cache
        && let Some(response) = cache.find(&file.url).await
    {
        return Ok(Answer { response, wanted_by: None });
    }
    let response = request(file).await?;
    let wanted_by = cache.filter(|_| response.status() == WHOLE).cloned();
    Ok(Answer { response, wanted_by })
}

impl Answer {
    /// Keeps a copy of the body, if it is to be kept, while the caller reads it; not before, or all of it would wait in
    /// memory. That it cannot be kept is no error.
    pub fn keep(&self, file: &SiteFile) {
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
