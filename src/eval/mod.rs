//! What embeddings are worth: rank correlation with human scores, accuracy on other tasks, alignment,
//! uniformity, singular values, and the whitening that embeddings are compared with.

mod analysis;
mod bins;
mod geometry;
mod landmarks;
mod projection;
mod published;
mod score_table;
mod spearman;
mod spectrum;
mod suite;
mod task;
mod transfer;
mod whitening;

use serde::{Deserialize, Serialize};

pub use analysis::{Analysis, AnalysisRow, GoldBin};
pub use bins::{COSINE_BINS, cosine_bin, cosine_bin_range};
pub use geometry::{alignment, cosine, normalised, pair_cosines, uniformity};
pub use landmarks::{LANDMARK_PAIRS, LANDMARKS, Landmark, LandmarkKind};
pub use projection::Plane;
pub use published::published_task;
pub use score_table::{ScoreRow, ScoreTable};
pub use spearman::spearman;
pub use spectrum::singular_values;
pub use suite::suite_table;
pub use task::{ScoredSubset, SubsetScore, TaskScore};
pub use transfer::{TransferError, TransferOptions, TransferScore, transfer, transfer_table};
pub use whitening::{Whitening, WhiteningError};

/// Pairs scored strictly above this are the positive pairs that alignment is measured on (the paper, section 7).
pub const POSITIVE_SCORE: f64 = 4.0;

/// One evaluation on a set of sentence pairs with gold scores. Serialised, it is what `simcse-lab eval` prints.
/// Every number is finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StsEvaluation {
    /// Spearman's ρ between cosines and gold scores, times 100 as the field reports it; 0 where one of the two
    /// never varies, since a constant ranks nothing.
    pub spearman: f64,
    /// Mean ‖f(x) − f(x⁺)‖² over the pairs scored above 4, embeddings normalised; lower is better. `None` (JSON
    /// null) where no pair is.
    pub alignment: Option<f64>,
    /// log mean exp(−2‖f(x) − f(y)‖²) over all distinct pairs of sentences, embeddings normalised; lower is better.
    pub uniformity: f64,
    /// Sentence pairs evaluated.
    pub pairs: usize,
}

impl StsEvaluation {
    /// `embeddings` is `[2 · scores.len(), hidden]`, first and second sentence of each pair in turn; they need
    /// not be normalised.
    ///
    /// A vector of zero length, or with a NaN or infinity in it, has the cosine 0 with everything (SentEval's
    /// rule for NaN) and counts as the origin for the other two.
    ///
    /// Uniformity is over every sentence as it stands in the set, repeated ones too (SIMCSE.md section 3).
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn new(embeddings: &[f32], hidden: usize, scores: &[f64]) -> Self {
        assert_eq!(embeddings.len(), 2 * scores.len() * hidden, "two embeddings a score");
        let unit = normalised(embeddings, hidden);
        let pairs = || unit.chunks_exact(2 * hidden).map(|pair| pair.split_at(hidden));
        let cosines = pair_cosines(&unit, hidden);
        let positives =
            pairs().zip(scores).filter(|(_, score)| **score > POSITIVE_SCORE).map(|(pair, _)| pair);
        StsEvaluation {
            spearman: correlation(&cosines, scores),
            alignment: alignment(positives),
            uniformity: uniformity(&unit, hidden).unwrap_or(0.0),
            pairs: scores.len(),
        }
    }
}

/// Spearman × 100; 0 where one of the two never varies.
fn correlation(cosines: &[f64], gold: &[f64]) -> f64 {
    100.0 * spearman(cosines, gold).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pairs in the plane, given by angles in degrees.
    fn evaluate(angles: &[f64], scores: &[f64]) -> StsEvaluation {
        let embeddings: Vec<f32> = angles
            .iter()
            .enumerate()
            .flat_map(|(index, angle)| {
                let length = 1.0 + index as f64;
                [angle.to_radians().cos() * length, angle.to_radians().sin() * length].map(|v| v as f32)
            })
            .collect();
        StsEvaluation::new(&embeddings, 2, scores)
    }

    #[test]
    fn scores_that_fall_with_the_angle_correlate_perfectly() {
        let evaluation = evaluate(&[0.0, 0.0, 0.0, 60.0, 0.0, 90.0, 0.0, 180.0], &[5.0, 4.2, 4.0, 0.0]);
        assert!((evaluation.spearman - 100.0).abs() < 1e-9);
        // Pairs above 4 are at 0° and 60°: squared distances 0 and 1. The pair at exactly 4.0 does not count.
        assert!((evaluation.alignment.unwrap() - 0.5).abs() < 1e-6);
        assert_eq!(evaluation.pairs, 4);
    }

    #[test]
    fn without_a_pair_above_four_alignment_is_null() {
        let evaluation = evaluate(&[0.0, 0.0, 0.0, 90.0], &[4.0, 1.0]);
        let json = serde_json::to_value(&evaluation).unwrap();
        assert!(json["alignment"].is_null() && json["spearman"] == 100.0 && json["pairs"] == 2);
        assert_eq!(serde_json::from_value::<StsEvaluation>(json).unwrap(), evaluation);
    }

    #[test]
    fn embeddings_that_are_no_numbers_give_finite_results() {
        let mut embeddings = vec![1.0_f32; 12];
        embeddings[3] = f32::NAN;
        embeddings[7] = f32::INFINITY;
        let evaluation = StsEvaluation::new(&embeddings, 2, &[5.0, 3.0, 1.0]);
        assert!(evaluation.spearman.is_finite() && evaluation.uniformity.is_finite());
        let collapsed = StsEvaluation::new(&[1.0; 12], 2, &[5.0, 3.0, 1.0]);
        assert_eq!((collapsed.spearman, collapsed.alignment), (0.0, Some(0.0)));
        assert!(collapsed.uniformity.abs() < 1e-6, "a collapsed model has the worst uniformity, 0");
    }
}
