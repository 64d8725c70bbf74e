//! Points on a circle as two-dimensional sentence vectors, in pairs with the same meaning.

use crate::eval;

/// Number of points; the two of a pair are consecutive.
pub const POINTS: usize = 12;

/// The other point of the pair.
pub fn partner(point: usize) -> usize {
    point ^ 1
}

/// Vectors [points, 2] at these angles in degrees.
fn vectors(degrees: &[f64]) -> Vec<f32> {
    degrees
        .iter()
        .flat_map(|degrees| {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            [cosine as f32, sine as f32]
        })
        .collect()
}

/// Mean squared distance of the pairs (arXiv 2005.10242), by [`eval::alignment`], which is used for encoders too.
/// `degrees` are angles, first and second of each pair in turn.
pub fn alignment(degrees: &[f64]) -> f64 {
    let vectors = vectors(degrees);
    let pairs = vectors.chunks_exact(4).map(|pair| pair.split_at(2));
    eval::alignment(pairs).unwrap_or(0.0)
}

/// log mean exp(−2·squared distance) over all pairs of points, by [`eval::uniformity`], which is used for encoders too.
pub fn uniformity(degrees: &[f64]) -> f64 {
    eval::uniformity(&vectors(degrees), 2).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
    }

    #[test]
    fn alignment_is_two_minus_twice_the_cosine() {
        close(alignment(&[10.0, 10.0]), 0.0);
        close(alignment(&[0.0, 90.0]), 2.0);
        close(alignment(&[0.0, 60.0, 0.0, 180.0]), 2.5);
    }

    #[test]
    fn uniformity_is_zero_for_equal_points_and_lowest_for_evenly_spread_ones() {
        close(uniformity(&[30.0; POINTS]), 0.0);
        close(uniformity(&[0.0, 180.0]), -8.0);
        let even: Vec<f64> = (0..POINTS).map(|point| point as f64 * 360.0 / POINTS as f64).collect();
        let mut moved = even.clone();
        moved[3] += 10.0;
        assert!(uniformity(&even) < uniformity(&moved));
    }

    #[test]
    fn uniformity_is_the_formula_over_all_pairs_of_points() {
        let degrees = [0.0_f64, 25.0, 100.0, 230.0, 310.0];
        let mut sum = 0.0;
        for i in 0..degrees.len() {
            for j in 0..i {
                let squared = 2.0 - 2.0 * (degrees[i] - degrees[j]).to_radians().cos();
                sum += (-2.0 * squared).exp();
            }
        }
        close(uniformity(&degrees), (sum / 10.0).ln());
    }

    #[test]
    fn partners_are_mutual() {
        for point in 0..POINTS {
            assert_ne!(partner(point), point);
            assert_eq!(partner(partner(point)), point);
            assert!(partner(point) < POINTS);
        }
    }
}
