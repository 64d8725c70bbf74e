//! References for the kernels in `f64`, and reproducible test data.
//!
//! Nothing here uses the engine, and the engine uses none of it, so they cannot share an error. The only
//! dependency is `libm`, so results are the same in a browser and natively. `tests/reference_kernels.rs` checks every
//! function by finite differences or by hand.

pub mod kernels;
pub mod random;
