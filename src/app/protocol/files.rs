//! Files that come and go: as handles, never as bytes in a message.

use serde::{Deserialize, Serialize};
use web_sys::Blob;

use crate::files::hub::HubModel;

/// Where the files of a request come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Source {
    /// Dropped, picked or pasted by the visitor.
    Files(Vec<PickedFile>),
    /// Parts of the site.
    Site(Vec<SiteFile>),
    /// Downloaded before: read from the browser's storage, without a request to anybody.
    Cached(HubAddress),
}

/// A model on a hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubAddress {
    /// The hub's own address, without a slash at its end.
    pub base: String,
    pub model: HubModel,
}

/// A model in the browser's storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedModel {
    pub address: HubAddress,
    /// `None`: its download was broken off, for example by a closed tab, and it cannot be loaded.
    pub bytes: Option<f64>,
}

/// A file of the visitor's; the worker reads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PickedFile {
    /// With the folders above it where a folder was given.
    pub path: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub blob: Blob,
}

/// A file of the site's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SiteFile {
    /// What errors call it.
    pub path: String,
    /// Absolute address, same origin.
    pub url: String,
}

/// For the visitor to take home.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportedFile {
    pub name: String,
    pub bytes: f64,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub blob: Blob,
}
