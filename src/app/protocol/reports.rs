//! What was loaded.

use serde::{Deserialize, Serialize};

use crate::{localize::Localized, model::Pooler, train::Objective};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    pub name: String,
    pub parameters: usize,
    pub layers: usize,
    pub hidden_size: usize,
    pub attention_heads: usize,
    pub vocabulary: usize,
    pub max_positions: usize,
    /// Type in the file: F32, F16, BF16.
    pub dtype: String,
    /// Optional tensors that the file does not have.
    pub missing: Vec<String>,
    /// Keys of the file that were not used.
    pub unused: Vec<String>,
    /// What the model's own files say it was made for, else `avg`.
    pub pooler: Pooler,
    /// What of its files was passed over, in sentences.
    pub notes: Vec<String>,
    /// Whether the pooler `cls` can be used before training.
    pub has_head: bool,
    /// Whether its vocabulary has Chinese characters.
    pub knows_chinese: bool,
}

/// The forms training data come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrainingKind {
    /// For the unsupervised objective.
    Sentences,
    /// For the supervised one.
    Pairs,
    /// For the supervised one, with hard negatives.
    Triplets,
}

impl TrainingKind {
    /// The objective that it is for.
    pub fn objective(self) -> Objective {
        match self {
            Self::Sentences => Objective::Unsup,
            Self::Pairs | Self::Triplets => Objective::Sup,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    pub name: String,
    pub kind: TrainingKind,
    pub items: usize,
    /// Lines left out: empty ones and the like.
    pub skipped: usize,
    /// The first items, sentences of an item in order.
    pub preview: Vec<Vec<String>>,
    /// What of the file is not used.
    pub notes: Vec<Localized>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationReport {
    pub name: String,
    pub pairs: usize,
    /// Pairs scored above 4: alignment is measured on these.
    pub positive_pairs: usize,
    /// Uniformity is measured on all of them.
    pub sentences: usize,
    /// The first pairs with their scores.
    pub preview: Vec<(String, String, f64)>,
    /// What of the file is not used.
    pub notes: Vec<Localized>,
}
