//! Installs what a fresh machine lacks. Every step checks first whether it is done, so a second run takes seconds.

mod debian;
mod dictionary;
mod model;
mod node;
mod shards;
mod texts;
mod tools;
mod wasm_target;
mod wordnet;

use std::{panic::resume_unwind, path::PathBuf, thread};

use anyhow::Result;

pub use wasm_target::WasmToolchain;

/// The folder of the models that come with the site.
pub fn models_dir() -> PathBuf {
    crate::shell::root().join("www/generated/models")
}

/// The folder of the dictionary of synonyms.
pub fn dictionary_dir() -> PathBuf {
    crate::shell::root().join("www/generated/dictionary")
}

/// The folder of texts that are made from packages.
pub fn texts_dir() -> PathBuf {
    crate::shell::root().join("www/generated/texts")
}

/// Installs everything for building and serving the page. `meanwhile` is called when all crates are fetched. It runs in
/// parallel with compiling tools and with downloads, since each of the three takes minutes on a fresh machine.
pub fn for_serving(
    toolchain: &WasmToolchain,
    meanwhile: impl FnOnce(&WasmToolchain) -> Result<()>,
) -> Result<()> {
    toolchain.fetch_crates()?;
    thread::scope(|scope| {
        let tools = scope
            .spawn(|| tools::trunk().and_then(|()| tools::wasm_bindgen()).and_then(|()| tools::wasm_split()));
        let files = scope.spawn(files_of_the_site);
        let mut done = vec![meanwhile(toolchain)];
        done.extend([tools, files].map(|work| work.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done.into_iter().collect()
    })
}

fn files_of_the_site() -> Result<()> {
    node::packages()?;
    model::of_the_site()?;
    texts::brown()?;
    dictionary::synonyms()
}

/// Installs what the tests need in addition: a Vulkan driver and browsers.
pub fn for_testing() -> Result<()> {
    debian::vulkan()?;
    debian::chromium()?;
    debian::firefox()
}

/// Installs what pre-training the starter needs.
pub fn for_starter() -> Result<()> {
    node::packages()?;
    model::of_the_site()
}

/// Installs what the benchmark needs in addition to serving.
pub fn for_benchmark() -> Result<()> {
    debian::chromium()?;
    node::peers()
}
