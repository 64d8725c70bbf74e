//! What a fresh machine lacks, installed once. Every step checks first, so the second run takes seconds.

mod debian;
mod dictionary;
mod model;
mod node;
mod texts;
mod tools;
mod wasm_target;
mod wordnet;

use std::{panic::resume_unwind, path::PathBuf, thread};

use anyhow::Result;

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

/// Everything that building and serving the page needs. `meanwhile` is called when all crates are there, and runs while
/// tools compile, as does what waits for the network: on a fresh machine each of the three takes minutes.
pub fn for_serving(
    toolchain: &WasmToolchain,
    meanwhile: impl FnOnce(&WasmToolchain) -> Result<()>,
) -> Result<()> {
    toolchain.fetch_crates()?;
    thread::scope(|scope| {
        let tools = scope.spawn(|| tools::trunk().and_then(|()| tools::wasm_bindgen()));
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

/// What the tests need beside that: a Vulkan driver and a browser.
pub fn for_testing() -> Result<()> {
    debian::vulkan()?;
    debian::chromium()?;
    debian::firefox()
}

/// What pre-training the starter needs.
pub fn for_starter() -> Result<()> {
    node::packages()?;
    model::of_the_site()
}

/// What the benchmark needs beside what serving does.
pub fn for_benchmark() -> Result<()> {
    debian::chromium()?;
    node::peers()
}
