//! What each kernel must compute, in `f64`, written for reading rather than for speed.
//!
//! Matrices are row-major slices with shapes in brackets, `[rows, columns]`. A packed batch holds the tokens of all
//! rows end to end; `row_starts` has an entry for each row, and the number of tokens as the last.

pub mod activation;
pub mod attention;
pub mod contrastive;
pub mod embedding;
pub mod layer_norm;
pub mod matmul;
pub mod mlm;
pub mod optimizer;
pub mod pooling;

/// Elementwise sum.
pub fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Elementwise product, for example of activations with a dropout mask of factors 0 or 1/(1−p).
pub fn multiply(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}
