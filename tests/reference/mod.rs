//! An implementation of BERT and SimCSE that shares no code with the engine, for tests to compare with.
//!
//! - [`kernels`], [`random`]: one plain `f64` function per kernel, forward and backward written by hand, and
//!   reproducible data. They are in `src/verify/reference`, because `simcse-lab verify` and the page use them too.
//! - [`bert`], [`pooling`], [`loss`], [`mlm`], [`gradients`], [`train`]: the same mathematics again, as tensor
//!   expressions that candle differentiates. Native only.
//! - [`tiny`]: small random models.
//!
//! `tests/reference_kernels.rs` and `tests/reference_model.rs` check every function here by finite differences or by
//! hand.

#![allow(dead_code, reason = "each test binary includes this module and uses a part of it")]

pub use simcse_lab::verify::reference::{kernels, random};

#[cfg(not(target_arch = "wasm32"))]
pub mod bert;
#[cfg(not(target_arch = "wasm32"))]
pub mod gradients;
#[cfg(not(target_arch = "wasm32"))]
pub mod loss;
#[cfg(not(target_arch = "wasm32"))]
pub mod mlm;
#[cfg(not(target_arch = "wasm32"))]
pub mod pooling;
#[cfg(not(target_arch = "wasm32"))]
pub mod tiny;
#[cfg(not(target_arch = "wasm32"))]
pub mod train;
