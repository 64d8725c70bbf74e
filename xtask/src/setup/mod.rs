//! What a fresh machine lacks, installed once. Every step checks first, so the second run takes seconds.

mod debian;
mod dictionary;
mod model;
mod node;
mod texts;
mod tools;
mod wasm_target;
mod wordnet;

use std::path::PathBuf;

use anyhow::Result;

pub use dictionary::wordnet_texts;
pub use wasm_target::WasmToolchain;

/// Where the models that the page offers are set up, under the site's own folder.
pub fn models_dir() -> PathBuf {
    crate::shell::root().join("www/generated/models")
}

/// Where the dictionary of synonyms is made.
pub fn dictionary_dir() -> PathBuf {
    crate::shell::root().join("www/generated/dictionary")
}

/// Where texts that packages bring are made.
pub fn texts_dir() -> PathBuf {
    crate::shell::root().join("www/generated/texts")
}

/// Everything that building and serving the page needs.
pub fn for_serving() -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    tools::trunk(&toolchain)?;
    tools::wasm_bindgen(&toolchain)?;
    node::packages()?;
    model::of_the_site()?;
    texts::brown()?;
    dictionary::synonyms()
}

/// What the tests need beside that: a Vulkan driver and a browser.
pub fn for_testing() -> Result<()> {
    debian::vulkan()?;
    debian::chromium()?;
    debian::firefox()
}

/// What pre-training the starter needs.
pub fn for_starter() -> Result<()> {
    node::packages()?;
    debian::vulkan()
}

/// What the benchmark needs beside what serving does.
pub fn for_benchmark() -> Result<()> {
    debian::chromium()?;
    node::peers()
}
