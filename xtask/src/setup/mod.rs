//! What a fresh machine lacks, installed once. Every step checks first, so the second run takes seconds.

mod debian;
mod model;
mod node;
mod tools;
mod wasm_target;

use std::path::PathBuf;

use anyhow::Result;

pub use wasm_target::WasmToolchain;

/// Where the models that the page offers are set up, under the site's own folder.
pub fn models_dir() -> PathBuf {
    crate::shell::root().join("www/generated/models")
}

/// Everything that building and serving the page needs.
pub fn for_serving() -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    tools::trunk(&toolchain)?;
    tools::wasm_bindgen(&toolchain)?;
    node::packages()?;
    model::all_minilm_l6_v2()
}

/// What the tests need beside that: a Vulkan driver and a browser.
pub fn for_testing() -> Result<()> {
    debian::vulkan()?;
    debian::chromium()
}
