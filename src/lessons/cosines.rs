//! A histogram of the cosines between sentences.

use crate::eval::{COSINE_BINS, cosine_bin};

/// The distribution of the cosines of all pairs of some sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// The share of all cosines in each interval from −1 to 1 ([`cosine_bin`]); they sum to 1.
    pub shares: Vec<f64>,
    pub mean: f64,
    /// Number of pairs.
    pub count: usize,
}

impl Spectrum {
    /// Counts a symmetric matrix of cosines [rows, rows]; every pair of rows counts once, none with itself. `None` for
    /// fewer than two rows, or if the matrix is too short.
    pub fn new(cosines: &[f32], rows: usize) -> Option<Self> {
        let mut counts = vec![0_usize; COSINE_BINS];
        let (mut sum, mut count) = (0.0, 0);
        for i in 0..rows {
            for cosine in cosines.get(i * rows + i + 1..(i + 1) * rows)? {
                counts[cosine_bin(f64::from(*cosine))] += 1;
                sum += f64::from(*cosine);
                count += 1;
            }
        }
        let of = count as f64;
        (count > 0).then(|| Self {
            shares: counts.into_iter().map(|counted| counted as f64 / of).collect(),
            mean: sum / of,
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_sentences_counts_once() {
        #[rustfmt::skip]
        let cosines = [
            1.0, 0.5, -0.25,
            0.5, 1.0, 0.5,
            -0.25, 0.5, 1.0,
        ];
        let spectrum = Spectrum::new(&cosines, 3).unwrap();
        assert_eq!(spectrum.count, 3);
        assert!((spectrum.mean - 0.25).abs() < 1e-12);
        assert!((spectrum.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let filled: Vec<usize> = (0..COSINE_BINS).filter(|&bin| spectrum.shares[bin] > 0.0).collect();
        assert_eq!(filled, [15, 30]);
    }

    #[test]
    fn one_sentence_has_no_cosines() {
        assert_eq!(Spectrum::new(&[1.0], 1), None);
        assert_eq!(Spectrum::new(&[], 0), None);
        assert_eq!(Spectrum::new(&[1.0, 0.0], 2), None);
    }
}
