//! SimCSE Lab: contrastive sentence embeddings, trained and explored in a browser tab.
//!
//! The modules, from the bottom up; each uses only those above it in this list:
//!
//! | module | what is there |
//! | --- | --- |
//! | [`localize`] | errors in every language: a function for each message of the locale files |
//! | [`device`] | buffers, plans and what runs them: a GPU through wgpu, or the CPU's cores; independent of models |
//! | [`kernels`] | the kernels, for both; independent of models |
//! | [`model`] | configuration, checkpoints, the encoder forward and backward, poolers, head |
//! | [`objective`] | the contrastive loss and its variants, masked-language modelling |
//! | [`text`] | tokenizer, corpora, graded pairs, augmentation, tables |
//! | [`train`], [`eval`] | batches, schedule, step and run; Spearman, STS and transfer tasks, alignment, uniformity |
//! | [`verify`] | checks of every kernel and of a small model against references, on the user's device |
//! | [`files`], [`runs`], [`share`], [`lessons`] | hub, archives, records of runs, links, the lessons' computations |
//! | `app`, `cli` | the page with its worker, and the command line |
//!
//! Using the engine as a library, with the encoder that comes with the site:
//!
//! ```
//! use simcse_lab::{
//!     device::{Device, DeviceChoice, DeviceOptions, Stored},
//!     eval::normalised,
//!     model::{Embedder, Head, Network, checkpoint::load_directory},
//!     text::SentenceTokenizer,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut files = Vec::new();
//! for name in ["config.json", "model.safetensors", "tokenizer.json"] {
//!     files.push((format!("starter/{name}"), std::fs::read(format!("www/models/starter/{name}"))?));
//! }
//! let mut folder = load_directory(&files)?;
//! let tokenizer = SentenceTokenizer::of_model(&mut folder)?;
//! let rows = tokenizer.encode(&["A cat sleeps.", "A kitten naps."], folder.max_length.unwrap_or(128))?;
//!
//! let vectors = pollster::block_on(async {
//!     let options = DeviceOptions { choice: DeviceChoice::Cpu, ..DeviceOptions::default() };
//!     let device = Device::open(options).await?;
//!     let network = Network::for_encoding(&device, &folder.checkpoint, Head::None, Stored::F32)?;
//!     let embedder = Embedder::new(&network, folder.pooler, true)?;
//!     let vectors = embedder.embed(&rows, |_| ()).await?;
//!     Ok::<_, Box<dyn std::error::Error>>(normalised(&vectors, embedder.width()))
//! })?;
//! let (cat, kitten) = vectors.split_at(vectors.len() / 2);
//! let cosine: f32 = cat.iter().zip(kitten).map(|(a, b)| a * b).sum();
//! assert!(cosine > 0.5);
//! # Ok(())
//! # }
//! ```

pub mod device;
pub mod eval;
pub mod files;
pub mod kernels;
pub mod lessons;
pub mod localize;
pub mod model;
pub mod objective;
mod paths;
pub mod runs;
pub mod share;
pub mod text;
pub mod train;
pub mod verify;
pub mod workloads;
mod wrong_file;

#[cfg(target_arch = "wasm32")]
mod web_task;

#[cfg(feature = "browser")]
pub mod app;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;

/// Runs the examples of the developers' guide as doctests.
#[cfg(doctest)]
#[doc = include_str!("../docs/developing.md")]
pub struct DevelopersGuide;
