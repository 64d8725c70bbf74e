//! The data of figures F.1 and G.1 of arXiv 2104.08821: singular values, and cosines by gold score.

use serde::{Deserialize, Serialize};

use super::{COSINE_BINS, StsEvaluation, cosine_bin, cosine_bin_range, pair_cosines, singular_values};

/// Groups of gold scores: 0 to 1, …, 4 to 5.
const GOLD_BINS: usize = 5;

/// An evaluation with singular values and a histogram of cosines. Serialised, it is what `simcse-lab analyse` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    #[serde(flatten)]
    pub evaluation: StsEvaluation,
    /// Singular values of the matrix of all embeddings, largest first; see [`singular_values`].
    pub singular_values: Vec<f64>,
    /// Five groups of pairs, gold scores ascending.
    pub histogram: Vec<GoldBin>,
}

/// Pairs of similar gold scores and the distribution of their cosines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldBin {
    /// The scores' range, its upper end excluded. The first group includes scores below 0, the last those from 5 on.
    pub gold: [u32; 2],
    pub pairs: usize,
    /// The number of pairs in each interval of cosines, see [`cosine_bin`].
    pub counts: Vec<usize>,
}

/// One number of an analysis, as a row of CSV.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnalysisRow {
    pub measure: &'static str,
    /// The group of gold scores, in histogram rows only.
    pub gold: Option<String>,
    /// The singular value's rank from 1, or where the interval of cosines begins.
    pub at: Option<f64>,
    pub value: Option<f64>,
}

impl Analysis {
    /// The whole analysis, one row per number.
    pub fn rows(&self) -> Vec<AnalysisRow> {
        let whole = |measure, value| AnalysisRow { measure, gold: None, at: None, value };
        let mut rows = vec![
            whole("spearman", self.evaluation.spearman),
            whole("alignment", self.evaluation.alignment),
            whole("uniformity", self.evaluation.uniformity),
            whole("pairs", Some(self.evaluation.pairs as f64)),
        ];
        rows.extend(self.singular_values.iter().zip(1..).map(|(&value, rank)| AnalysisRow {
            at: Some(f64::from(rank)),
            ..whole("singular_value", Some(value))
        }));
        for bin in &self.histogram {
            rows.extend(bin.counts.iter().enumerate().map(|(index, &count)| AnalysisRow {
                gold: Some(format!("{}-{}", bin.gold[0], bin.gold[1])),
                at: Some(cosine_bin_range(index).0),
                ..whole("histogram", Some(count as f64))
            }));
        }
        rows
    }

    /// `embeddings` is `[2 · scores.len(), hidden]`, first and second sentence of each pair in turn; they need not be
    /// normalised.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn new(embeddings: &[f32], hidden: usize, scores: &[f64]) -> Analysis {
        let cosines = pair_cosines(embeddings, hidden);
        Analysis {
            evaluation: StsEvaluation::new(embeddings, hidden, scores),
            singular_values: singular_values(embeddings, hidden),
            histogram: histogram(&cosines, scores),
        }
    }
}

/// A pair without a cosine (NaN) counts in its group's `pairs`, but in no interval.
fn histogram(cosines: &[f64], scores: &[f64]) -> Vec<GoldBin> {
    let empty = |low: u32| GoldBin { gold: [low, low + 1], pairs: 0, counts: vec![0; COSINE_BINS] };
    let mut bins: Vec<GoldBin> = (0..GOLD_BINS as u32).map(empty).collect();
    for (cosine, score) in cosines.iter().zip(scores) {
        // The conversion to usize clamps negative scores to 0.
        let bin = &mut bins[(score.floor() as usize).min(GOLD_BINS - 1)];
        bin.pairs += 1;
        if !cosine.is_nan() {
            bin.counts[cosine_bin(*cosine)] += 1;
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_are_counted_by_gold_score_including_both_ends_of_the_range() {
        let cosines = [-1.0, -0.951, -0.949, 0.0, 0.049, 0.051, 0.999, 1.0, 1.000_000_1, 0.5, f64::NAN];
        let scores = [0.0, 0.99, 1.0, 2.5, 2.6, 3.0, 4.0, 5.0, 7.0, -1.0, 1.5];
        let bins = histogram(&cosines, &scores);
        let found: Vec<_> = bins
            .iter()
            .map(|bin| {
                let filled = bin.counts.iter().enumerate().filter(|(_, count)| **count > 0);
                (bin.gold, bin.pairs, filled.map(|(index, &count)| (index, count)).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            found,
            [
                ([0, 1], 3, vec![(0, 2), (30, 1)]),
                ([1, 2], 2, vec![(1, 1)]),
                ([2, 3], 2, vec![(20, 2)]),
                ([3, 4], 1, vec![(21, 1)]),
                ([4, 5], 3, vec![(39, 3)]),
            ]
        );
    }

    #[test]
    fn an_analysis_round_trips_through_json_and_lists_every_number_as_a_row() {
        let analysis = Analysis::new(&[1.0, 0.0, 0.0, 2.0, 1.0, 0.0, 3.0, 0.0], 2, &[1.5, 4.5]);
        let json = serde_json::to_value(&analysis).unwrap();
        assert!(json["spearman"] == 100.0 && json["alignment"] == 0.0 && json["pairs"] == 2);
        // The columns are orthogonal, with lengths √(1 + 1 + 9) and 2.
        assert!((analysis.singular_values[0] - 11.0_f64.sqrt()).abs() < 1e-12);
        assert!((analysis.singular_values[1] - 2.0).abs() < 1e-12);
        assert_eq!(
            (json["histogram"][1]["counts"][20].as_u64(), json["histogram"][4]["counts"][39].as_u64()),
            (Some(1), Some(1))
        );
        assert_eq!(serde_json::from_value::<Analysis>(json).unwrap(), analysis);

        let rows = analysis.rows();
        assert_eq!(rows.len(), 4 + 2 + 5 * 40);
        assert_eq!((rows[5].measure, rows[5].at, rows[5].value), ("singular_value", Some(2.0), Some(2.0)));
        let filled: Vec<_> =
            rows.iter().filter(|row| row.measure == "histogram" && row.value != Some(0.0)).collect();
        let place = |row: &AnalysisRow| (row.gold.clone().unwrap(), row.at.unwrap());
        assert_eq!((place(filled[0]), place(filled[1])), (("1-2".to_owned(), 0.0), ("4-5".to_owned(), 0.95)));
    }
}
