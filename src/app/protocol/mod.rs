//! What the page and the engine's worker say to each other.
//!
//! The page posts [`Request`]s in [`Envelope`]s, the worker posts [`FromWorker`]s; both cross by structured clone. Files go as handles and
//! results as blobs, so that no weight ever passes through the page's own memory.

mod answer;
mod encoding;
mod event;
mod failure;
mod files;
mod profile;
mod reports;
mod run;
mod scores;
mod texts;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

pub use answer::Answer;
pub use encoding::{CosineTable, EmbeddedPart, PairScores, PairSource, ViewVectors};
pub use event::Event;
pub use failure::FailureKind;
pub use files::{CachedModel, ExportedFile, HubAddress, PickedFile, SiteFile, Source};
pub use profile::ProfileReport;
pub use reports::{EvaluationReport, ModelReport, TrainingKind, TrainingReport};
pub use run::{BatchMatrix, EndReason, Evaluation, Frame, RunEnd, RunPlan, SavedRun, StepMetrics};
pub use scores::{
    AnalysedWeights, AnalysisReport, Measurement, SuiteMeasurement, SuiteReport, SuiteTask, TransferInfo,
    TransferMeasurement, TransferReport,
};
pub use texts::{GradedPair, TrainingItems, sts_pairs};

use crate::{
    device::{DeviceChoice, MatmulKind},
    eval::TransferOptions,
    localize::{Localized, messages},
    model::Pooler,
    text::TransferKind,
    train::{DropoutViews, TrainOptions},
};

/// Names a request, so that the answer to it can be told from others'.
pub type RequestId = u32;

/// A request with its number.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub id: RequestId,
    pub request: Request,
}

/// Sentences to be shown by a model that knows no words but theirs, before the whole of it is there. Files that both have are
/// fetched once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Glimpse {
    pub files: Vec<SiteFile>,
    pub sentences: Vec<String>,
}

/// What the page asks of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Replaces the model, and with it what was trained. Answer: [`Answer::ModelLoaded`]; before it, where a glimpse is
    /// wanted and no model is there yet, a [`Event::Frame`].
    LoadModel {
        source: Source,
        #[serde(default)]
        glimpse: Option<Glimpse>,
    },
    /// Downloads a model's files into the browser's storage, beside whatever else is going on; what is there already
    /// is not asked for again. Answer: [`Answer::Downloaded`] or [`Answer::Cancelled`].
    Download { address: HubAddress },
    /// Answer: the download's [`Answer::Cancelled`].
    CancelDownload,
    /// Takes a downloaded model out of the browser's storage. Answer: [`Event::Cached`].
    RemoveCached { address: HubAddress },
    /// A sentence a line, or CSV/TSV pairs or triplets. Answer: [`Answer::TrainingLoaded`].
    LoadTraining { source: Source },
    /// Sentence pairs with gold scores. Answer: [`Answer::EvaluationLoaded`].
    LoadEvaluation { source: Source },
    /// The same from items at hand. Answer: [`Answer::TrainingLoaded`].
    GiveTraining { items: TrainingItems },
    /// Answer: [`Answer::EvaluationLoaded`].
    GiveEvaluation { pairs: Vec<GradedPair> },
    /// Runs from now on evaluate on nothing. Answer: [`Answer::EvaluationCleared`].
    ClearEvaluation,
    /// Starts a run. Answers: [`Event::RunStarted`], then steps and evaluations until [`Event::Finished`].
    /// With `keep` it outlives the tab, in the browser's private files.
    Train {
        options: TrainOptions,
        start_from: Weights,
        #[serde(default)]
        keep: bool,
    },
    /// Takes a kept run up again, with its model and texts. Answers: those to loading them, [`Event::RunStarted`], all
    /// that it has done so far, and [`Event::Resumed`], or [`Event::Finished`] of a run that is over.
    OpenSavedRun { run: u64 },
    /// Removes a kept run. Answer: [`Event::SavedRuns`].
    ForgetSavedRun { run: u64 },
    /// After the step at hand. Answer: [`Event::Paused`].
    Pause,
    /// Answer: [`Event::Resumed`].
    Resume,
    /// A single step of a paused run. Answers: its [`Event::Steps`], its [`Event::Evaluated`] where one is due, and
    /// [`Event::Paused`].
    Step,
    /// Whether [`Event::Batch`] is wanted during runs. No answer.
    WatchBatch { on: bool },
    /// Which sentences' vectors are wanted as a run moves them; none for none. Answers: a [`Event::Frame`] at once, and
    /// during runs after evaluations and as often as takes little of their time.
    WatchPicture { sentences: Vec<String>, pooler: Pooler },
    /// Ends the run and keeps what it has reached. Answer: [`Event::Finished`].
    Stop,
    /// Cosine similarities of all pairs. Answer: [`Answer::Similarity`].
    Similarity { sentences: Vec<String>, weights: Weights, pooler: Pooler },
    /// A row through the kernels of LayerNorm, and the gradient of its output back. Answer: [`Answer::LayerNorm`].
    LayerNorm { x: Vec<f32>, dy: Vec<f32> },
    /// Vectors of a few sentences, several times under dropout. Answer: [`Answer::Views`].
    Views { sentences: Vec<String>, weights: Weights, pooler: Pooler, views: DropoutViews },
    /// Vectors of any number of sentences. A part at a time, so that other requests are answered in between; a run
    /// waits. `normalised`: of length 1. Answers: [`Answer::Embedded`] for each part, or in the end
    /// [`Answer::Cancelled`].
    Embed { sentences: Vec<String>, weights: Weights, pooler: Pooler, normalised: bool },
    /// Cosines of every query with every sentence; without queries, of every sentence with every other. In parts as
    /// well. Answer: [`Answer::Cosines`] or [`Answer::Cancelled`].
    Cosines { queries: Option<Vec<String>>, sentences: Vec<String>, weights: Weights, pooler: Pooler },
    /// Scores on pairs that are not kept, during a run too. In parts as well. Answer: [`Answer::Scored`] or
    /// [`Answer::Cancelled`].
    Score { pairs: PairSource, weights: Weights, pooler: Pooler },
    /// Scores on the loaded pairs, without a run. Answer: [`Answer::Measured`].
    Evaluate { weights: Weights, pooler: Pooler },
    /// Does beforehand what a run by these options from the loaded weights would begin with: tokenises, and evaluates on the
    /// loaded pairs, in parts and while nothing else is asked. Answer: [`Answer::Measured`], or [`Answer::Cancelled`] where
    /// a run starts first.
    Anticipate { options: Box<TrainOptions> },
    /// Cancels a [`Request::Embed`], [`Request::Cosines`], [`Request::Score`] or [`Request::Anticipate`]. Answer: its
    /// [`Answer::Cancelled`]; none where it has already finished.
    CancelEncoding { of: RequestId },
    /// Adds STS tasks to the suite, in place of those of the same name. Answer: [`Answer::SuiteLoaded`].
    LoadSuite { source: Source },
    /// Answer: [`Answer::SuiteLoaded`], of an empty suite.
    ClearSuite,
    /// Scores on all tasks of the suite, of the vectors or of the whitened ones. Answer: [`Answer::SuiteMeasured`].
    EvaluateSuite { weights: Weights, pooler: Pooler, whiten: bool },
    /// Adds transfer tasks, in place of those of the same name. Answer: [`Answer::TransferLoaded`].
    LoadTransfer { source: Source },
    /// Answer: [`Answer::TransferLoaded`], of no tasks.
    ClearTransfer,
    /// Accuracies on the transfer tasks, beside other requests. Answers: [`Answer::TransferMeasured`], one a task, or in
    /// the end [`Answer::Cancelled`].
    EvaluateTransfer { weights: Weights, pooler: Pooler, options: TransferOptions },
    /// Answer: the evaluation's [`Answer::Cancelled`].
    CancelTransfer,
    /// Singular values and cosines by gold score on the loaded pairs, of the loaded weights and the trained ones.
    /// Answer: [`Answer::Analysed`].
    Analyse { pooler: Pooler },
    /// Measures a step of such a run on the loaded weights, which stay as they are. Answer: [`Answer::Profiled`].
    Profile { options: TrainOptions },
    /// Measures the kinds of matrix product; what is built from now on uses the fastest. Answer: [`Answer::Tuned`].
    Tune,
    /// What is built from now on uses this kind of matrix product where the device can. No answer.
    UseMatmul { kind: MatmulKind },
    /// Checks what the device computes, with vectors of these models of the site, by name; of the parts named, or of all
    /// where none is. Answer: [`Answer::Verified`].
    Verify { models: Vec<(String, Source)>, parts: Vec<String> },
    /// Ends the verification early. Answer: its [`Answer::Verified`], with what was found so far.
    CancelVerify,
    /// The trained weights as a file. Answer: [`Answer::Exported`].
    Export { format: ExportFormat },
    /// The whole state of the present run as a file. Answer: [`Answer::Exported`].
    SaveCheckpoint,
    /// Goes on, paused, from a saved state of the same recipe and data. Answers: [`Event::RunStarted`] and
    /// [`Event::Paused`].
    RestoreCheckpoint { source: Source },
    /// Opens a new device after [`Event::DeviceLost`]. Answer: [`Event::Ready`], and where a run can go on,
    /// [`Event::RunStarted`], what it has done up to the state that was kept last, and [`Event::Paused`].
    Recover,
    /// Has another device compute from now on, also after [`Event::DeviceLost`]; not during a run. Answers as for
    /// [`Request::Recover`].
    UseDevice { choice: DeviceChoice },
}

/// Which state of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weights {
    /// As loaded.
    Original,
    /// As trained so far; the same as `Original` before the first run.
    Current,
    /// After this many steps of the last run: one of [`Event::CheckpointsKept`].
    At(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    /// The weights alone.
    Safetensors,
    /// A folder that `transformers` and sentence-transformers load, zipped.
    HuggingFaceZip,
}

/// What the engine's worker posts.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// To the request `id`; 0: to a message that was no request. `last`: nothing more comes of it.
    Answer {
        id: RequestId,
        last: bool,
        answer: Answer,
    },
    News(Event),
}

/// Why there is no WebGPU device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoWebGpu {
    /// The page is neither https nor localhost, and browsers hide WebGPU there.
    InsecureContext,
    /// This browser has no `navigator.gpu`.
    NotInBrowser,
    /// It has, and offers no adapter or refuses the device: its words.
    NoAdapter(String),
    /// It has one, by this name, that imitates a GPU on the CPU: slower than the CPU itself.
    Imitated(String),
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub stage: Stage,
    /// In the stage's unit.
    pub done: f64,
    /// `None` where it is not known beforehand.
    pub total: Option<f64>,
    /// At the speed so far; downloads alone have it.
    pub seconds_left: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Bytes, from a hub.
    Downloading,
    /// Bytes, from this site.
    Fetching,
    /// Bytes.
    Reading,
    /// Checking tensors and uploading them; no unit.
    Preparing,
    /// Sentences.
    Tokenising,
    /// Sentences.
    Encoding,
    /// Sentences of a transfer task.
    EncodingTask(TransferKind),
    /// Classifiers of a transfer task.
    Fitting(TransferKind),
    /// Computing eigenvectors of the vectors' covariance; no unit.
    Whitening,
    /// Computing singular values; no unit.
    Analysing,
    /// Shaders and pipelines.
    Compiling,
    /// Timing kernels; no unit.
    Measuring,
    /// Parts of the engine, checked.
    Verifying,
    /// Reading weights back and writing the file; no unit.
    Writing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarityMatrix {
    pub sentences: Vec<String>,
    pub weights: Weights,
    pub pooler: Pooler,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    /// Cosines, [sentences, sentences] row-major.
    pub cosines: Vec<f32>,
}

impl SimilarityMatrix {
    /// Whether it is of these sentences, by this pooler.
    pub fn is_of(&self, sentences: &[String], pooler: Pooler) -> bool {
        self.sentences == sentences && self.pooler == pooler
    }
}

/// A message as it is posted.
///
/// # Errors
/// None in practice: every message is plain data.
pub fn encode(message: &impl Serialize) -> Result<JsValue, String> {
    serde_wasm_bindgen::to_value(message).map_err(|error| error.to_string())
}

/// # Errors
/// A message of another build of the page: the visitor must reload.
pub fn decode<T: DeserializeOwned>(message: JsValue) -> Result<T, Localized> {
    serde_wasm_bindgen::from_value(message).map_err(|error| {
        let error = error.to_string();
        messages::other_build(error)
    })
}
