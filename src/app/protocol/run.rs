//! A run: what it will do, its steps and evaluations, and how it ended.

use js_sys::Float32Array;
use serde::{Deserialize, Serialize};

use crate::{
    eval::StsEvaluation,
    kernels::LossForm,
    model::Pooler,
    runs::EvaluationPoint,
    train::{BatchSimilarity, StepReport, TrainOptions},
};

/// What a run will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunPlan {
    /// When it began, milliseconds since 1970: tells the runs of a browser apart. Not `id`, which names a request
    /// wherever it stands in an event.
    pub run: u64,
    pub options: TrainOptions,
    /// Steps, the whole run's.
    pub total: u32,
    /// Steps done already (a restored run).
    pub step: u32,
    /// GPU memory of weights, optimizer and activations, bytes.
    pub gpu_bytes: u64,
    /// Whether there are pairs to evaluate on.
    pub evaluates: bool,
    /// Share of the training text's tokens that the model's vocabulary does not know.
    pub unknown_share: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepMetrics {
    /// From 1.
    pub step: u32,
    pub loss: f32,
    pub learning_rate: f64,
    /// Before clipping.
    pub gradient_norm: f32,
    /// Tokens encoded, all views.
    pub tokens: usize,
    /// Time spent training since the run began, pauses and evaluations left out; seconds.
    pub seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps done; 0 before the first.
    pub step: u32,
    /// Spearman's rank correlation × 100; `None` where it is undefined, as for the other two.
    pub spearman: Option<f64>,
    /// Of positive pairs.
    pub alignment: Option<f64>,
    pub uniformity: Option<f64>,
    /// Whether this is the highest Spearman of the run so far.
    pub best: bool,
}

/// What of it a run's record keeps.
impl From<&Evaluation> for EvaluationPoint {
    fn from(known: &Evaluation) -> Self {
        let Evaluation { step, spearman, alignment, uniformity, .. } = *known;
        Self { step, spearman, alignment, uniformity }
    }
}

impl From<&StepReport> for StepMetrics {
    fn from(report: &StepReport) -> Self {
        Self {
            step: report.step,
            loss: report.loss,
            learning_rate: report.learning_rate,
            gradient_norm: report.gradient_norm,
            tokens: report.tokens,
            seconds: report.seconds,
        }
    }
}

impl Evaluation {
    pub fn new(step: u32, scores: &StsEvaluation, best: bool) -> Self {
        let StsEvaluation { spearman, alignment, uniformity, .. } = *scores;
        Self { step, spearman, alignment, uniformity, best }
    }
}

/// Vectors of the sentences that [`super::Request::WatchPicture`] named.
#[derive(Debug, Serialize, Deserialize)]
pub struct Frame {
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    pub hidden: usize,
    /// `[sentences, hidden]`, row-major, of length 1 each; transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
    /// Part of the run's time that its frames have taken so far.
    pub share: f64,
}

/// A run that is kept in the browser's private files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedRun {
    /// Its [`RunPlan::run`].
    pub run: u64,
    /// Names of its model and training text.
    pub model: String,
    pub text: String,
    /// How far it is, of how many steps.
    pub step: u32,
    pub total: u32,
    /// Whether it was cut off and can go on; else it is over, and its weights are here.
    pub open: bool,
    /// Whether another tab, or this one, is at it.
    pub elsewhere: bool,
    /// When its state was last kept, milliseconds since 1970.
    pub saved: f64,
    /// Without models and texts, which runs share.
    pub bytes: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    /// All steps done.
    Completed,
    /// The visitor's wish.
    Stopped,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    pub reason: EndReason,
    /// Steps done.
    pub step: u32,
    /// The step whose weights are kept: the best by Spearman, else the last.
    pub kept_step: u32,
    /// How the current weights are to be pooled.
    pub pooler: Pooler,
    /// Whether there are trained weights at hand, of this run or of one before it.
    pub trained: bool,
}

/// [`BatchSimilarity`] on its way to the page.
#[derive(Debug, Serialize, Deserialize)]
pub struct BatchMatrix {
    /// Which step, from 1.
    pub step: u32,
    pub form: LossForm,
    pub items: usize,
    /// Anchors.
    pub rows: usize,
    /// Candidates.
    pub columns: usize,
    /// Cosines, `[rows, columns]` row-major, NaN where a candidate is left out; transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
}

impl From<BatchSimilarity> for BatchMatrix {
    fn from(batch: BatchSimilarity) -> Self {
        let BatchSimilarity { step, form, items, rows, columns, cosines } = batch;
        Self { step, form, items, rows, columns, values: Float32Array::from(cosines.as_slice()) }
    }
}

impl From<BatchMatrix> for BatchSimilarity {
    fn from(matrix: BatchMatrix) -> Self {
        let BatchMatrix { step, form, items, rows, columns, values } = matrix;
        Self { step, form, items, rows, columns, cosines: values.to_vec() }
    }
}
