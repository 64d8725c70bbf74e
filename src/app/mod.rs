//! The page: the engine in a Web Worker, and the interface around it. For wasm32 only.

pub mod protocol;
pub mod site_cache;
#[cfg(feature = "page")]
pub mod ui;
#[cfg(feature = "worker")]
pub mod worker;
