//! What each GPU kernel must compute, in `f64`, written for reading rather than for speed.
//!
//! Matrices are row-major slices; shapes stand in brackets: `[rows, columns]`. A packed batch holds the
//! tokens of all rows end to end; `row_starts` has one entry per row and a last one, the token count.

pub mod activation;
pub mod attention;
pub mod contrastive;
pub mod embedding;
pub mod layer_norm;
pub mod matmul;
pub mod mlm;
pub mod optimizer;
pub mod pooling;

/// Element by element sum.
pub fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Element by element product, such as a dropout mask of keep-scale factors (0 or 1/(1-p)) with activations.
pub fn multiply(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}
