//! Whitening of embeddings (arXiv 2103.15316), a baseline without training.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use thiserror::Error;

use crate::localize::{Localize, Localized, display_localized, messages};

/// Directions whose variance is below this share of the largest are left out: they contain rounding errors, which
/// whitening would scale up to the size of the others. They arise from fewer sentences than dimensions, and from a
/// LayerNorm at the model's end, which removes the mean.
const SMALLEST_VARIANCE: f64 = 1e-10;

/// Why embeddings cannot be whitened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WhiteningError {
    Dimensions { asked: usize, hidden: usize },
    Constant { sentences: usize },
    NotFinite,
}

impl Localize for WhiteningError {
    fn localized(&self) -> Localized {
        match self {
            Self::Dimensions { asked, hidden } => messages::whitening_dimensions(asked, hidden),
            Self::Constant { sentences } => messages::whitening_constant(sentences),
            Self::NotFinite => messages::whitening_not_finite(),
        }
    }
}

display_localized!(WhiteningError);

/// x ↦ (x − μ)·W with W = U·diag(1/√λ), where U and λ are eigenvectors and eigenvalues of the covariance
/// (arXiv 2103.15316, section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    mean: DVector<f64>,
    /// Wᵀ `[dimensions, hidden]`, largest variance first.
    kernel: DMatrix<f64>,
}

impl Whitening {
    /// Fits mean and covariance to `embeddings` `[n, hidden]` and keeps the `dimensions` directions of the largest
    /// variance (`None`: all). Directions without variance are never kept, so there may be fewer.
    ///
    /// # Errors
    /// `dimensions` of 0 or above `hidden`; vectors that are not finite or do not vary.
    pub fn fit(
        embeddings: &[f32],
        hidden: usize,
        dimensions: Option<usize>,
    ) -> Result<Whitening, WhiteningError> {
        let asked = dimensions.unwrap_or(hidden);
        if asked == 0 || asked > hidden {
            return Err(WhiteningError::Dimensions { asked, hidden });
        }
        if !embeddings.iter().all(|value| value.is_finite()) {
            return Err(WhiteningError::NotFinite);
        }
        let mut columns = columns(embeddings, hidden);
        let sentences = columns.ncols();
        if sentences < 2 {
            return Err(WhiteningError::Constant { sentences });
        }
        let mean = columns.column_mean();
        centre(&mut columns, &mean);
        let covariance = &columns * columns.transpose() / (sentences - 1) as f64;
        let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(covariance);
        let mut order: Vec<usize> = (0..hidden).collect();
        order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]));
        let largest = eigenvalues[order[0]];
        // For constant vectors the variance is the squared rounding error of their mean.
        if largest <= SMALLEST_VARIANCE * SMALLEST_VARIANCE * mean.norm_squared() {
            return Err(WhiteningError::Constant { sentences });
        }
        order.retain(|&index| eigenvalues[index] > SMALLEST_VARIANCE * largest);
        order.truncate(asked);
        let kernel = DMatrix::from_fn(order.len(), hidden, |row, column| {
            eigenvectors[(column, order[row])] / eigenvalues[order[row]].sqrt()
        });
        Ok(Whitening { mean, kernel })
    }

    /// Dimensions of whitened vectors.
    pub fn dimensions(&self) -> usize {
        self.kernel.nrows()
    }

    /// Whitens `[n, hidden]` to `[n, dimensions]`.
    ///
    /// # Panics
    /// If the embeddings have another width than those it was fitted to.
    pub fn apply(&self, embeddings: &[f32]) -> Vec<f32> {
        let mut columns = columns(embeddings, self.mean.len());
        centre(&mut columns, &self.mean);
        (&self.kernel * columns).iter().map(|&value| value as f32).collect()
    }
}

/// `embeddings` `[n, hidden]` with one column per sentence: nalgebra is column-major, so the order stays the same.
pub(super) fn columns(embeddings: &[f32], hidden: usize) -> DMatrix<f64> {
    DMatrix::from_iterator(hidden, embeddings.len() / hidden, embeddings.iter().copied().map(f64::from))
}

pub(super) fn centre(columns: &mut DMatrix<f64>, mean: &DVector<f64>) {
    columns.column_iter_mut().for_each(|mut column| column -= mean);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wavy(rows: usize, hidden: usize) -> Vec<f32> {
        (0..rows * hidden)
            .map(|i| ((i * i % 1009) as f32 * 0.37).sin() * (1 + i % hidden) as f32 + 2.0)
            .collect()
    }

    /// Mean and covariance of `[n, hidden]` by their definitions.
    fn moments(rows: &[f32], hidden: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let count = (rows.len() / hidden) as f64;
        let at = |row: &[f32], k: usize| f64::from(row[k]);
        let mean: Vec<f64> = (0..hidden)
            .map(|k| rows.chunks_exact(hidden).map(|row| at(row, k)).sum::<f64>() / count)
            .collect();
        let product = |i: usize, j: usize| {
            rows.chunks_exact(hidden).map(|row| (at(row, i) - mean[i]) * (at(row, j) - mean[j])).sum::<f64>()
        };
        let covariance =
            (0..hidden).map(|i| (0..hidden).map(|j| product(i, j) / (count - 1.0)).collect()).collect();
        (mean, covariance)
    }

    /// f32 values around 1 are off by 1e-7, means over tens of sentences by less than ten times that.
    fn assert_white(rows: &[f32], dimensions: usize) {
        let (mean, covariance) = moments(rows, dimensions);
        assert!(mean.iter().all(|mean| mean.abs() < 1e-6), "{mean:?}");
        for (i, row) in covariance.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                assert!((value - f64::from(i == j)).abs() < 1e-5, "{i} {j}: {value}");
            }
        }
    }

    #[test]
    fn whitened_vectors_have_mean_zero_and_the_identity_as_covariance() {
        for (dimensions, kept) in [(None, 6), (Some(3), 3)] {
            let rows = wavy(50, 6);
            let whitening = Whitening::fit(&rows, 6, dimensions).unwrap();
            assert_eq!(whitening.dimensions(), kept);
            assert_white(&whitening.apply(&rows), kept);
        }
    }

    #[test]
    fn directions_of_the_largest_variance_are_kept() {
        // Variances 2·16/3 and 2/3 along the axes, mean (1, 0).
        let rows = [5.0, 0.0, -3.0, 0.0, 1.0, 1.0, 1.0, -1.0];
        let whitened = Whitening::fit(&rows, 2, Some(1)).unwrap().apply(&rows);
        let expected = 4.0 / (32.0_f32 / 3.0).sqrt();
        assert!((whitened[0].abs() - expected).abs() < 1e-6 && (whitened[0] + whitened[1]).abs() < 1e-6);
        assert!(whitened[2].abs() < 1e-6 && whitened[3].abs() < 1e-6);
    }

    #[test]
    fn directions_without_variance_are_left_out() {
        // Four sentences in eight dimensions span three directions around their mean.
        let rows = wavy(4, 8);
        let whitening = Whitening::fit(&rows, 8, None).unwrap();
        assert_eq!(whitening.dimensions(), 3);
        assert_white(&whitening.apply(&rows), 3);
        assert_eq!(Whitening::fit(&rows, 8, Some(5)).unwrap().dimensions(), 3);
    }

    #[test]
    fn constant_or_infinite_vectors_and_impossible_dimensions_are_refused() {
        assert_eq!(Whitening::fit(&[0.1; 30], 3, None), Err(WhiteningError::Constant { sentences: 10 }));
        assert_eq!(Whitening::fit(&[1.0; 3], 3, None), Err(WhiteningError::Constant { sentences: 1 }));
        assert_eq!(Whitening::fit(&[0.0; 6], 3, None), Err(WhiteningError::Constant { sentences: 2 }));
        assert_eq!(Whitening::fit(&[f32::NAN; 6], 3, None), Err(WhiteningError::NotFinite));
        for asked in [0, 4] {
            let found = Whitening::fit(&wavy(9, 3), 3, Some(asked));
            assert_eq!(found, Err(WhiteningError::Dimensions { asked, hidden: 3 }));
        }
    }
}
