//! Downloaded models in the browser's Cache API, a cache for each. The last entry that a download writes lists its
//! files: a cache without it is a download that was broken off.

use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Response};

use super::error::HubAccessError;
use crate::{
    app::{
        protocol::{CachedModel, HubAddress},
        worker::browser::scope,
    },
    files::hub::HubModel,
    localize::messages,
};

/// What the names of this program's caches begin with; the model and its hub follow.
const PREFIX: &str = "simcse-lab-hub ";
const MANIFEST: &str = ".simcse-lab-files.json";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    pub file: String,
    pub bytes: f64,
}

pub struct ModelCache {
    address: HubAddress,
    cache: Cache,
}

impl ModelCache {
    /// Opens a model's cache, making an empty one where there is none.
    pub async fn open(address: HubAddress) -> Result<Self, HubAccessError> {
        let cache = wait(caches()?.open(&cache_name(&address))).await?;
        Ok(Self { address, cache: cache.unchecked_into() })
    }

    pub async fn remove(address: &HubAddress) -> Result<(), HubAccessError> {
        wait(caches()?.delete(&cache_name(address))).await?;
        Ok(())
    }

    /// Stores a file. The body may still be arriving.
    ///
    /// # Errors
    /// The browser's own: no room, or the stream's.
    pub async fn store(&self, file: &str, body: &Response) -> Result<(), JsValue> {
        JsFuture::from(self.cache.put_with_str(&self.url(file), body)).await.map(drop)
    }

    /// A stored file's content.
    pub async fn read(&self, file: &str) -> Result<Vec<u8>, HubAccessError> {
        match self.find(file).await? {
            Some(bytes) => Ok(bytes),
            None => Err(HubAccessError::Evicted(self.address.model.clone())),
        }
    }

    /// The files of a model that is here as a whole.
    pub async fn files(&self) -> Result<Option<Vec<StoredFile>>, HubAccessError> {
        let manifest = self.find(MANIFEST).await?;
        Ok(manifest.and_then(|manifest| serde_json::from_slice(&manifest).ok()))
    }

    /// Marks the model as here as a whole.
    pub async fn complete(&self, files: &[StoredFile]) -> Result<(), HubAccessError> {
        let manifest = serde_json::to_string(files)
            .map_err(|error| HubAccessError::Browser(error.to_string().into()))?;
        let manifest =
            Response::new_with_opt_str(Some(&manifest)).map_err(|error| HubAccessError::browser(&error))?;
        self.store(MANIFEST, &manifest).await.map_err(|error| HubAccessError::browser(&error))
    }

    async fn find(&self, file: &str) -> Result<Option<Vec<u8>>, HubAccessError> {
        let found = wait(self.cache.match_with_str(&self.url(file))).await?;
        let Ok(response) = found.dyn_into::<Response>() else { return Ok(None) };
        let buffer = response.array_buffer().map_err(|error| HubAccessError::browser(&error))?;
        Ok(Some(Uint8Array::new(&wait(buffer).await?).to_vec()))
    }

    fn url(&self, file: &str) -> String {
        self.address.model.url(&self.address.base, file)
    }
}

/// The models in the browser's storage, by name.
pub async fn list() -> Result<Vec<CachedModel>, HubAccessError> {
    let names: Array = wait(caches()?.keys()).await?.unchecked_into();
    let mut models = Vec::new();
    for address in names.iter().filter_map(|name| address_of(&name.as_string()?)) {
        let files = ModelCache::open(address.clone()).await?.files().await?;
        let bytes = files.map(|files| files.iter().map(|file| file.bytes).sum());
        models.push(CachedModel { address, bytes });
    }
    models.sort_by(|a, b| a.address.model.id.cmp(&b.address.model.id));
    Ok(models)
}

fn cache_name(address: &HubAddress) -> String {
    format!("{PREFIX}{} {} {}", address.model.id, address.model.revision, address.base)
}

fn address_of(name: &str) -> Option<HubAddress> {
    let mut parts = name.strip_prefix(PREFIX)?.splitn(3, ' ').map(str::to_owned);
    let model = HubModel { id: parts.next()?, revision: parts.next()? };
    Some(HubAddress { model, base: parts.next()? })
}

fn caches() -> Result<CacheStorage, HubAccessError> {
    let caches = scope().caches().map_err(|error| HubAccessError::browser(&error))?;
    // Over plain http from another machine browsers have none.
    if caches.is_undefined() { Err(HubAccessError::Browser(messages::hub_insecure())) } else { Ok(caches) }
}

async fn wait(promise: js_sys::Promise) -> Result<JsValue, HubAccessError> {
    JsFuture::from(promise).await.map_err(|error| HubAccessError::browser(&error))
}
