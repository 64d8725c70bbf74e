//! Evaluation of embeddings: rank correlation with human scores, accuracy on transfer tasks, alignment, uniformity,
//! singular values, and whitening as a baseline.

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

/// Pairs scored strictly above this are the positive pairs for alignment (arXiv 2104.08821, figures 2 and 3).
pub const POSITIVE_SCORE: f64 = 4.0;

/// One evaluation on a set of sentence pairs with gold scores. Serialised, it is what `simcse-lab eval` prints. Every
/// number is finite; an undefined one is `None` (JSON null).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StsEvaluation {
    /// Spearman's ρ between cosines and gold scores, × 100. Undefined for fewer than two pairs, where cosines or
    /// scores are all equal, and where a vector contains a NaN or infinity.
    pub spearman: Option<f64>,
    /// Mean ‖f(x) − f(x⁺)‖² over the pairs scored above 4, embeddings normalised; lower is better. Undefined without
    /// such a pair, and where one of their vectors contains a NaN or infinity.
    pub alignment: Option<f64>,
    /// log mean exp(−2‖f(x) − f(y)‖²) over all distinct pairs of sentences, embeddings normalised; lower is better.
    /// Undefined where a vector contains a NaN or infinity.
    pub uniformity: Option<f64>,
    /// Sentence pairs evaluated.
    pub pairs: usize,
}

impl StsEvaluation {
    /// `embeddings` is `[2 · scores.len(), hidden]`, first and second sentence of each pair in turn; they need
    /// not be normalised.
    ///
    /// A vector of zeros has the cosine 0 with every other; for alignment and uniformity it is the origin.
    ///
    /// Uniformity is over all sentences of the set, repeated ones included.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn new(embeddings: &[f32], hidden: usize, scores: &[f64]) -> Self {
        assert_eq!(embeddings.len(), 2 * scores.len() * hidden, "two embeddings per score");
        let unit = normalised(embeddings, hidden);
        let cosines = pair_cosines(embeddings, hidden);
        let is_positive = |score: &f64| *score > POSITIVE_SCORE;
        let pairs = unit.chunks_exact(2 * hidden).map(|pair| pair.split_at(hidden));
        let positives = pairs.zip(scores).filter(|(_, score)| is_positive(score)).map(|(pair, _)| pair);
        // `normalised` has turned vectors with a NaN or infinity into zeros, so the cosines tell whether there were
        // any.
        let sound = cosines.iter().all(|cosine| !cosine.is_nan());
        let sound_positives =
            cosines.iter().zip(scores).all(|(cosine, score)| !is_positive(score) || !cosine.is_nan());
        StsEvaluation {
            spearman: correlation(&cosines, scores),
            alignment: alignment(positives).filter(|_| sound_positives),
            uniformity: uniformity(&unit, hidden).filter(|_| sound),
            pairs: scores.len(),
        }
    }
}

/// Spearman × 100.
fn correlation(cosines: &[f64], gold: &[f64]) -> Option<f64> {
    spearman(cosines, gold).map(|rho| 100.0 * rho)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluates pairs of vectors in the plane, given by their angles in degrees.
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
        assert!((evaluation.spearman.unwrap() - 100.0).abs() < 1e-9);
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
    fn undefined_numbers_are_null_and_not_zero() {
        let angles = [0.0, 10.0, 0.0, 30.0, 0.0, 60.0];
        let constant = evaluate(&angles, &[3.0, 3.0, 3.0]);
        assert!(constant.spearman.is_none() && constant.uniformity.is_some());
        assert_eq!(evaluate(&angles[..2], &[3.0]).spearman, None);
        assert_eq!(StsEvaluation::new(&[], 2, &[]).uniformity, None);
        let collapsed = StsEvaluation::new(&[1.0; 12], 2, &[5.0, 3.0, 1.0]);
        assert_eq!((collapsed.spearman, collapsed.alignment), (None, Some(0.0)));
        assert!(collapsed.uniformity.unwrap().abs() < 1e-6, "a collapsed model has the worst uniformity, 0");
        let json = serde_json::to_value(&collapsed).unwrap();
        assert!(json["spearman"].is_null() && json.as_object().unwrap().contains_key("spearman"));
        assert_eq!(serde_json::from_value::<StsEvaluation>(json).unwrap(), collapsed);
    }

    #[test]
    fn a_nan_or_infinity_makes_undefined_only_the_numbers_it_is_part_of() {
        for broken in [f32::NAN, f32::INFINITY] {
            let mut embeddings = [1.0, 0.0, 1.0, 0.1, 1.0, 0.0, 1.0, 0.5, 1.0, 0.0, 1.0, 2.0];
            embeddings[7] = broken;
            let of_other = StsEvaluation::new(&embeddings, 2, &[5.0, 3.0, 1.0]);
            assert_eq!((of_other.spearman, of_other.uniformity), (None, None));
            assert!(of_other.alignment.is_some(), "the pair above four is sound");
            assert_eq!(StsEvaluation::new(&embeddings, 2, &[5.0, 4.5, 1.0]).alignment, None);
        }
    }
}
