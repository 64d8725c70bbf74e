//! An implementation of BERT and SimCSE that shares no code with `src/`, for tests to compare with.
//!
//! - [`kernels`]: one plain `f64` function per GPU kernel, forward and backward written out by hand.
//!   No dependency but `libm`, so it runs in the browser tests too.
//! - [`bert`], [`pooling`], [`loss`], [`mlm`], [`gradients`], [`train`]: the same mathematics a second time, as
//!   tensor expressions that candle differentiates. Native only.
//! - [`random`], [`tiny`]: reproducible data and small random models.
//!
//! `tests/reference_kernels.rs` and `tests/reference_model.rs` check every function here by finite differences or by hand.

#![allow(dead_code, reason = "each test binary includes this module and uses a part of it")]

#[cfg(not(target_arch = "wasm32"))]
pub mod bert;
#[cfg(not(target_arch = "wasm32"))]
pub mod gradients;
pub mod kernels;
#[cfg(not(target_arch = "wasm32"))]
pub mod loss;
#[cfg(not(target_arch = "wasm32"))]
pub mod mlm;
#[cfg(not(target_arch = "wasm32"))]
pub mod pooling;
pub mod random;
#[cfg(not(target_arch = "wasm32"))]
pub mod tiny;
#[cfg(not(target_arch = "wasm32"))]
pub mod train;
