//! Singular values of a matrix of sentence embeddings (arXiv 2104.08821, section 5 and appendix F): the flatter, the
//! more isotropic.

use super::whitening::columns;

/// The min(n, hidden) singular values of `embeddings` `[n, hidden]`, neither centred nor normalised, largest first. The
/// paper's figure F.1 divides them by the first.
///
/// They are square roots of the smaller Gram matrix's eigenvalues, so values below 1e-8 of the largest are rounding
/// errors. Empty for embeddings that contain a NaN or infinity.
pub fn singular_values(embeddings: &[f32], hidden: usize) -> Vec<f64> {
    if embeddings.is_empty() || !embeddings.iter().all(|value| value.is_finite()) {
        return Vec::new();
    }
    let columns = columns(embeddings, hidden);
    let transposed = columns.transpose();
    let gram = if columns.ncols() < hidden { transposed * columns } else { columns * transposed };
    let eigenvalues = gram.symmetric_eigenvalues();
    let mut values: Vec<f64> = eigenvalues.iter().map(|value| value.max(0.0).sqrt()).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
        }
    }

    #[test]
    fn singular_values_agree_with_values_computed_by_hand() {
        // [[3, 0], [4, 5]]: the Gram matrix [[25, 20], [20, 25]] has the eigenvalues 45 and 5.
        assert_close(&singular_values(&[3.0, 0.0, 4.0, 5.0], 2), &[45.0_f64.sqrt(), 5.0_f64.sqrt()]);
        // Equal rows: one direction of length √3·5, in either shape.
        assert_close(&singular_values(&[3.0, 4.0, 3.0, 4.0, 3.0, 4.0], 2), &[75.0_f64.sqrt(), 0.0]);
        assert_close(&singular_values(&[1.0, 2.0, 2.0], 3), &[3.0]);
        assert!(singular_values(&[1.0, f32::NAN], 2).is_empty());
    }
}
