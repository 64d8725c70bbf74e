//! The site's large files in the browser's Cache API, so that they are there without a network. The service worker lists
//! them (`www/offline/large_files.js`); each is kept when it is first loaded.

use std::collections::BTreeMap;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, Response};

/// What the cache's name begins with; the site's address follows. The service worker uses the same.
const PREFIX: &str = "simcse-lab-models ";
/// The list, below the site's address: path → revision.
const LIST: &str = ".simcse-lab-files.json";

/// The cache of a site that a service worker keeps.
pub struct SiteCache {
    /// The site's address, with a slash at its end.
    root: String,
    cache: Cache,
    list: BTreeMap<String, String>,
}

impl SiteCache {
    /// `None` where nothing is kept: no service worker has been installed, or the browser has no storage for the site.
    pub async fn open(storage: CacheStorage, root: String) -> Option<Self> {
        let name = format!("{PREFIX}{root}");
        let exists = storage_has(&storage, &name).await.ok()?;
        if !exists {
            return None;
        }
        let cache: Cache = JsFuture::from(storage.open(&name)).await.ok()?.unchecked_into();
        let list = JsFuture::from(cache.match_with_str(&format!("{root}{LIST}"))).await.ok()?;
        let text = list.dyn_into::<Response>().ok()?.text().ok()?;
        let text = JsFuture::from(text).await.ok()?.as_string()?;
        Some(Self { root, cache, list: serde_json::from_str(&text).ok()? })
    }

    /// Whether the file at an address is one of the large ones.
    pub fn lists(&self, url: &str) -> bool {
        url.strip_prefix(&self.root).is_some_and(|path| self.list.contains_key(path))
    }

    /// A file that is kept, as the host sent it.
    pub async fn find(&self, url: &str) -> Option<Response> {
        JsFuture::from(self.cache.match_with_str(url)).await.ok()?.dyn_into().ok()
    }

    /// Keeps a file, whose body may still be arriving; one that breaks off is not kept.
    ///
    /// # Errors
    /// The browser's own: no room, or the stream's.
    pub async fn keep(&self, url: &str, response: &Response) -> Result<(), JsValue> {
        JsFuture::from(self.cache.put_with_str(url, response)).await.map(drop)
    }

    /// The addresses of the files that are kept.
    pub async fn kept(&self) -> Vec<String> {
        let Ok(requests) = JsFuture::from(self.cache.keys()).await else { return Vec::new() };
        let requests: Array = requests.unchecked_into();
        let urls = requests.iter().map(|request| request.unchecked_into::<Request>().url());
        urls.filter(|url| self.lists(url)).collect()
    }

    /// Removes a file; the next load asks the host for it.
    pub async fn forget(&self, url: &str) {
        // Where the browser refuses, the file is still there and said to be.
        let _ = JsFuture::from(self.cache.delete_with_str(url)).await;
    }
}

async fn storage_has(storage: &CacheStorage, name: &str) -> Result<bool, JsValue> {
    // Over plain http from another machine browsers have none.
    if storage.is_undefined() {
        return Ok(false);
    }
    Ok(JsFuture::from(storage.has(name)).await?.is_truthy())
}

/// Whether the browser refused for want of room.
pub fn is_full(error: &JsValue) -> bool {
    js_sys::Reflect::get(error, &"name".into()).is_ok_and(|name| name == "QuotaExceededError")
}
