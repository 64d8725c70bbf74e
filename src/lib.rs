//! SimCSE Lab: contrastive sentence embeddings, trained and explored in a browser tab.
//!
//! Arrows between the rooms point one way:
//! `app`, `cli` → `train`, `eval` → `objective` → `model` → `kernels` → `device`;
//! `text` (over `model`, whose folder says what is done to texts), `store`, `share`, `runs` and `lessons` stand beside,
//! and `said` under all. `device` and `kernels` know no model.

pub mod bench;
pub mod device;
pub mod eval;
pub mod kernels;
pub mod lessons;
pub mod model;
pub mod objective;
pub mod runs;
pub mod said;
pub mod share;
pub mod store;
pub mod text;
pub mod train;
pub mod verify;
mod wrong_file;

#[cfg(target_arch = "wasm32")]
mod web_task;

#[cfg(feature = "web")]
pub mod app;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
