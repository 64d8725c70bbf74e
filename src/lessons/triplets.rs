//! Cosines of sentences with their positives and their hard negatives.

/// The two cosines of one triplet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sides {
    /// Cosine of sentence and positive.
    pub positive: f64,
    /// Cosine of sentence and hard negative.
    pub negative: f64,
}

impl Sides {
    /// Picks them from a table of cosines [triplets, 2 · triplets]: each sentence with all positives, then with all
    /// hard negatives.
    pub fn of(cosines: &[f32], triplets: usize) -> Vec<Self> {
        let rows = cosines.chunks_exact((2 * triplets).max(1)).enumerate().take(triplets);
        rows.map(|(index, row)| Self {
            positive: f64::from(row[index]),
            negative: f64::from(row[triplets + index]),
        })
        .collect()
    }

    /// By how much the positive is nearer than the hard negative.
    pub fn margin(self) -> f64 {
        self.positive - self.negative
    }
}

/// The mean of each side, and the number of triplets whose positive is nearer; `None` without triplets.
pub fn means(triplets: &[Sides]) -> Option<(Sides, usize)> {
    let count = triplets.len() as f64;
    let mean = |of: fn(&Sides) -> f64| triplets.iter().map(of).sum::<f64>() / count;
    let sides = Sides { positive: mean(|sides| sides.positive), negative: mean(|sides| sides.negative) };
    let ahead = triplets.iter().filter(|sides| sides.margin() > 0.0).count();
    (!triplets.is_empty()).then_some((sides, ahead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_is_compared_with_its_own_positive_and_negative() {
        let cosines = [0.75, 0.1, 0.25, 0.2, 0.3, 0.5, 0.4, 1.0];
        let sides = Sides::of(&cosines, 2);
        let expected = [Sides { positive: 0.75, negative: 0.25 }, Sides { positive: 0.5, negative: 1.0 }];
        assert_eq!(sides, expected);
        let (mean, ahead) = means(&sides).unwrap();
        assert_eq!((mean, ahead), (Sides { positive: 0.625, negative: 0.625 }, 1));
    }

    #[test]
    fn without_triplets_there_is_no_mean() {
        assert_eq!(means(&Sides::of(&[], 0)), None);
    }
}
