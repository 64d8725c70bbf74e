//! The page: the engine in a Web Worker, and the interface around it. For wasm32 only.

pub mod protocol;
mod site_cache;
pub mod ui;
pub mod worker;
