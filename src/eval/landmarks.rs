//! Encoders with known alignment and uniformity, which the page draws beside a run for comparison.
//!
//! Figure 2 of arXiv 2104.08821 gives no numbers and was measured on STS-B. The numbers here were measured on the
//! site's own pairs, with the commands in www/data/README.md.

use super::StsEvaluation;

/// The file of scored pairs that [`LANDMARKS`] were measured on.
pub const LANDMARK_PAIRS: &str = "everyday-pairs.tsv";

/// Which encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandmarkKind {
    /// Untrained, of the starter's shape.
    Random,
    Starter,
    /// The starter after 60 steps of 16 sentences.
    Unsupervised,
    /// The starter after 20 steps of 64 triplets.
    Supervised,
    /// all-MiniLM-L6-v2, from which the starter was made.
    MiniLm,
}

/// An encoder's alignment and uniformity with mean pooling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    pub kind: LandmarkKind,
    pub alignment: f64,
    pub uniformity: f64,
    /// × 100
    pub spearman: f64,
}

const fn landmark(kind: LandmarkKind, alignment: f64, uniformity: f64, spearman: f64) -> Landmark {
    Landmark { kind, alignment, uniformity, spearman }
}

pub const LANDMARKS: [Landmark; 5] = [
    landmark(LandmarkKind::Random, 0.0419, -0.2053, 69.88),
    landmark(LandmarkKind::Starter, 0.1664, -1.2350, 77.01),
    landmark(LandmarkKind::Unsupervised, 0.4304, -3.5029, 84.38),
    landmark(LandmarkKind::Supervised, 0.1220, -1.7800, 87.37),
    landmark(LandmarkKind::MiniLm, 0.2904, -3.7250, 89.17),
];

impl Landmark {
    /// Whether an evaluation has these numbers, to the digits given here.
    pub fn is(&self, evaluation: &StsEvaluation) -> bool {
        let near = |a: f64, b: f64, digits: i32| (a - b).abs() <= 0.5 * 10_f64.powi(-digits) * 1.001;
        let is =
            |known: f64, found: Option<f64>, digits| found.is_some_and(|found| near(known, found, digits));
        is(self.uniformity, evaluation.uniformity, 4)
            && is(self.spearman, evaluation.spearman, 2)
            && is(self.alignment, evaluation.alignment, 4)
    }
}
