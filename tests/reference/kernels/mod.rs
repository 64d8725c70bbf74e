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

/// The same numbers in `f64`: exact.
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

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

/// The central difference quotient of `function` with respect to each element of `at`.
///
/// With `step` 1e-5 and values near one it is right to about nine digits.
pub fn finite_differences(at: &[f64], step: f64, function: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut point = at.to_vec();
    (0..at.len())
        .map(|i| {
            point[i] = at[i] + step;
            let above = function(&point);
            point[i] = at[i] - step;
            let below = function(&point);
            point[i] = at[i];
            (above - below) / (2.0 * step)
        })
        .collect()
}
