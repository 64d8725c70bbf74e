//! What weights are worth: the tasks at hand, and scores on them.

use serde::{Deserialize, Serialize};

use super::Weights;
use crate::{
    eval::{Analysis, StsEvaluation, TaskScore, TransferOptions, TransferScore},
    model::Pooler,
    text::TransferKind,
};

/// What some weights score on the loaded pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The set's name.
    pub pairs: String,
    pub weights: Weights,
    pub pooler: Pooler,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    pub scores: StsEvaluation,
}

/// The suite at hand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SuiteReport {
    pub tasks: Vec<SuiteTask>,
    /// What of the last files was passed over, in sentences.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteTask {
    /// Of the folder or the file.
    pub name: String,
    pub subsets: usize,
    /// Pairs with a score.
    pub pairs: usize,
}

/// What some weights score on the suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteMeasurement {
    pub model: String,
    pub weights: Weights,
    pub pooler: Pooler,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    /// Whether the vectors were whitened, fitted to each task's own sentences.
    pub whitened: bool,
    pub tasks: Vec<TaskScore>,
}

/// The transfer tasks at hand, in the paper's order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TransferReport {
    pub tasks: Vec<TransferInfo>,
    /// What of the last files was passed over, in sentences.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferInfo {
    pub kind: TransferKind,
    /// Sentences, or pairs of them, of all sets.
    pub items: usize,
}

/// What some weights score on transfer tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferMeasurement {
    pub model: String,
    pub weights: Weights,
    pub pooler: Pooler,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    pub options: TransferOptions,
    /// Of the tasks that are done.
    pub tasks: Vec<TransferScore>,
}

/// What lies behind the scores on the loaded pairs, of the loaded weights and, where there are any, the trained ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisReport {
    pub model: String,
    /// The set's name.
    pub pairs: String,
    pub pooler: Pooler,
    /// The loaded weights first.
    pub states: Vec<AnalysedWeights>,
    /// Whether the loaded weights were left out, since they have no head for the pooler `cls`.
    pub headless: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysedWeights {
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    pub analysis: Analysis,
}
