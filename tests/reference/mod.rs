//! An implementation of BERT and SimCSE that shares no code with the engine, for tests to compare with.
//!
//! - [`kernels`], [`random`]: one plain `f64` function per GPU kernel, forward and backward written out by hand, and
//!   reproducible data; the library has them in `src/verify/reference`, so that a visitor's device is held against
//!   them too.
//! - [`bert`], [`pooling`], [`loss`], [`mlm`], [`gradients`], [`train`]: the same mathematics a second time, as
//!   tensor expressions that candle differentiates. Native only.
//! - [`tiny`]: small random models.
//!
//! `tests/reference_kernels.rs` and `tests/reference_model.rs` check every function here by finite differences or by hand.

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
