//! Summarises repeated measurements.

use serde::Serialize;

/// Median and spread of repeated measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub samples: usize,
}

impl Summary {
    /// `None` without samples.
    pub fn of(samples: &[f64]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            0 => (sorted[middle - 1] + sorted[middle]) / 2.0,
            _ => sorted[middle],
        };
        Some(Self { median, min, max, samples: sorted.len() })
    }

    /// The same in another unit.
    pub fn scaled(self, factor: f64) -> Self {
        Self { median: self.median * factor, min: self.min * factor, max: self.max * factor, ..self }
    }

    /// The summary of `amount` divided by each sample, which turns times into rates.
    pub fn inverted(self, amount: f64) -> Self {
        let [median, min, max] = [self.median, self.max, self.min].map(|value| amount / value);
        Self { median, min, max, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_both_middles() {
        let of = |samples: &[f64]| Summary::of(samples).unwrap();
        assert_eq!(of(&[3.0, 1.0, 2.0]), Summary { median: 2.0, min: 1.0, max: 3.0, samples: 3 });
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0]).median, 2.5);
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(of(&[2.0, 4.0]).scaled(0.5), Summary { median: 1.5, min: 1.0, max: 2.0, samples: 2 });
        assert_eq!(of(&[2.0, 4.0]).inverted(12.0), Summary { median: 4.0, min: 3.0, max: 6.0, samples: 2 });
    }
}
