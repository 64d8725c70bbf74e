//! What the engine must compute, in `f64`, and reproducible data to compute it of.
//!
//! Nothing here uses the engine, and nothing of the engine uses this: an error in one cannot hide in the other. No
//! dependency but `libm`, so that it runs in a browser as it does natively. `tests/reference_kernels.rs` checks every
//! function by finite differences or by hand.

pub mod kernels;
pub mod random;
