//! Texts that come as they are, not as files.

use serde::{Deserialize, Serialize};

use crate::text::{StsPair, TrainingData};

/// Two sentences and how similar people found them, usually from 0 to 5.
pub type GradedPair = (String, String, f64);

/// What to train on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TrainingItems {
    Sentences(Vec<String>),
    /// Sentence and positive.
    Pairs(Vec<[String; 2]>),
    /// Sentence, positive and hard negative.
    Triplets(Vec<[String; 3]>),
}

impl From<TrainingItems> for TrainingData {
    fn from(items: TrainingItems) -> Self {
        match items {
            TrainingItems::Sentences(items) => Self::Sentences(items),
            TrainingItems::Pairs(items) => Self::Pairs(items),
            TrainingItems::Triplets(items) => Self::Triplets(items),
        }
    }
}

/// The engine's form of graded pairs.
pub fn sts_pairs(pairs: Vec<GradedPair>) -> Vec<StsPair> {
    pairs.into_iter().map(|(first, second, score)| StsPair { first, second, score }).collect()
}
