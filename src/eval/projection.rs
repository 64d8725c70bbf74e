//! Projects vectors to the plane of their first two principal components.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::whitening::{centre, columns};

/// Directions whose variance is below this share of the largest are rounding errors.
const SMALLEST_VARIANCE: f64 = 1e-10;

/// The mean of some vectors and their first two principal components.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    mean: DVector<f64>,
    /// [hidden, 2]; zero for a direction in which the vectors do not vary.
    axes: DMatrix<f64>,
}

impl Plane {
    /// Fits the plane to `vectors` `[n, hidden]` by their n × n Gram matrix, so n must be small. The signs are such
    /// that the first vector has no negative coordinate. Without vectors, or where one contains a NaN or infinity,
    /// every vector is projected to the origin.
    pub fn fit(vectors: &[f32], hidden: usize) -> Self {
        let mut axes = DMatrix::zeros(hidden, 2);
        if vectors.is_empty() || !vectors.iter().all(|value| value.is_finite()) {
            return Self { mean: DVector::zeros(hidden), axes };
        }
        let mut columns = columns(vectors, hidden);
        let mean = columns.column_mean();
        centre(&mut columns, &mean);
        let SymmetricEigen { eigenvectors, eigenvalues } =
            SymmetricEigen::new(columns.transpose() * &columns);
        let mut order: Vec<usize> = (0..eigenvalues.len()).collect();
        order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]));
        let largest = eigenvalues[order[0]];
        for (axis, index) in order.into_iter().enumerate().take(2) {
            let variance = eigenvalues[index];
            if variance > 0.0 && variance > SMALLEST_VARIANCE * largest {
                let weights = eigenvectors.column(index);
                let sign = if weights[0] < 0.0 { -1.0 } else { 1.0 };
                axes.set_column(axis, &(&columns * weights * (sign / variance.sqrt())));
            }
        }
        Self { mean, axes }
    }

    /// Projects a vector `[hidden]`.
    pub fn place(&self, vector: &[f32]) -> [f64; 2] {
        let centred =
            DVector::from_iterator(vector.len(), vector.iter().copied().map(f64::from)) - &self.mean;
        [0, 1].map(|axis| self.axes.column(axis).dot(&centred))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(plane: &Plane, vectors: &[f32], hidden: usize) -> Vec<[f64; 2]> {
        vectors.chunks_exact(hidden).map(|vector| plane.place(vector)).collect()
    }

    fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
        ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
    }

    #[test]
    fn vectors_of_a_plane_keep_their_distances_and_the_widest_direction_comes_first() {
        // In the plane of (0, 1, 0, 0) and (0, 0, 0.6, 0.8), shifted.
        let flat = [[3.0_f32, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
        let vectors: Vec<f32> = flat.iter().flat_map(|[x, y]| [5.0, *x, 0.6 * y + 1.0, 0.8 * y]).collect();
        let plane = Plane::fit(&vectors, 4);
        let places = places(&plane, &vectors, 4);
        for (i, a) in flat.iter().enumerate() {
            for (j, b) in flat.iter().enumerate() {
                let expected = f64::from((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt();
                assert!((distance(places[i], places[j]) - expected).abs() < 1e-6, "{i} {j}");
            }
        }
        assert!((places[0][0] - 3.0).abs() < 1e-6, "{places:?}");
        // A component orthogonal to the plane does not change the projection.
        let [x, y] = plane.place(&[9.0, 3.0, 1.0 + 0.8, -0.6]);
        assert!((x - 3.0).abs() < 1e-6 && y.abs() < 1e-6, "{x} {y}");
    }

    #[test]
    fn vectors_that_do_not_vary_are_projected_to_the_origin() {
        for vectors in [vec![], vec![1.0, 2.0], vec![1.0, 2.0, 1.0, 2.0], vec![1.0, f32::NAN, 0.0, 1.0]] {
            let plane = Plane::fit(&vectors, 2);
            assert_eq!(plane.place(&[1.0, 2.0]), [0.0, 0.0], "{vectors:?}");
        }
        // Two vectors vary in one direction only.
        let plane = Plane::fit(&[0.0, 0.0, 2.0, 0.0], 2);
        let [x, y] = plane.place(&[0.0, 5.0]);
        assert!((x - 1.0).abs() < 1e-9 && y == 0.0, "{x} {y}");
    }
}
