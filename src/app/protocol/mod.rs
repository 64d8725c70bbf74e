//! What the page and the engine's worker say to each other.
//!
//! The page posts [`Request`]s, the worker posts [`Event`]s; both cross by structured clone. Files go as handles and
//! results as blobs, so that no weight ever passes through the page's own memory.

mod encoding;
mod failure;
mod files;
mod profile;
mod reports;
mod run;
mod scores;
mod texts;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

pub use encoding::{CosineTable, EmbeddedPart, PairScores, PairSource, ViewVectors};
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
    device::{DeviceChoice, DeviceInfo, MatmulKind},
    eval::TransferOptions,
    kernels::Ceilings,
    model::Pooler,
    said::{Reason, Said, reason},
    text::TransferKind,
    train::{DropoutViews, TrainOptions},
    verify::{Report, kernels::layer_norm::NormalizedRow},
};

/// Names a request, so that the answer to it can be told from others'.
pub type RequestId = u32;

/// A request with its number.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub id: RequestId,
    pub request: Request,
}

/// What the page asks of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Replaces the model, and with it what was trained. Answer: [`Event::ModelLoaded`].
    LoadModel { source: Source },
    /// Downloads a model's files into the browser's storage, beside whatever else is going on; what is there already
    /// is not asked for again. Answer: [`Event::Downloaded`] or [`Event::DownloadCancelled`].
    Download { address: HubAddress },
    /// Answer: the download's [`Event::DownloadCancelled`].
    CancelDownload,
    /// Takes a downloaded model out of the browser's storage. Answer: [`Event::Cached`].
    RemoveCached { address: HubAddress },
    /// A sentence a line, or CSV/TSV pairs or triplets. Answer: [`Event::TrainingLoaded`].
    LoadTraining { source: Source },
    /// Sentence pairs with gold scores. Answer: [`Event::EvaluationLoaded`].
    LoadEvaluation { source: Source },
    /// The same from items at hand. Answer: [`Event::TrainingLoaded`].
    GiveTraining { items: TrainingItems },
    /// Answer: [`Event::EvaluationLoaded`].
    GiveEvaluation { pairs: Vec<GradedPair> },
    /// Runs from now on evaluate on nothing. Answer: [`Event::EvaluationCleared`].
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
    /// Cosine similarities of all pairs. Answer: [`Event::Similarity`].
    Similarity { sentences: Vec<String>, weights: Weights, pooler: Pooler },
    /// A row through the kernels of LayerNorm, and the gradient of its output back. Answer: [`Event::LayerNorm`].
    LayerNorm { x: Vec<f32>, dy: Vec<f32> },
    /// Vectors of a few sentences, several times under dropout. Answer: [`Event::Views`].
    Views { sentences: Vec<String>, weights: Weights, pooler: Pooler, views: DropoutViews },
    /// Vectors of any number of sentences. A part at a time, so that other requests are answered in between; a run
    /// waits. `normalised`: of length 1. Answers: [`Event::Embedded`] for each part, or in the end
    /// [`Event::EncodingCancelled`].
    Embed { sentences: Vec<String>, weights: Weights, pooler: Pooler, normalised: bool },
    /// Cosines of every query with every sentence; without queries, of every sentence with every other. In parts as
    /// well. Answer: [`Event::Cosines`] or [`Event::EncodingCancelled`].
    Cosines { queries: Option<Vec<String>>, sentences: Vec<String>, weights: Weights, pooler: Pooler },
    /// Scores on pairs that are not kept, during a run too. In parts as well. Answer: [`Event::Scored`] or
    /// [`Event::EncodingCancelled`].
    Score { pairs: PairSource, weights: Weights, pooler: Pooler },
    /// Breaks one of these three off. Answer: its [`Event::EncodingCancelled`]; none where it is done.
    CancelEncoding { of: RequestId },
    /// Scores on the loaded pairs, without a run. Answer: [`Event::Measured`].
    Evaluate { weights: Weights, pooler: Pooler },
    /// Adds STS tasks to the suite, in place of those of the same name. Answer: [`Event::SuiteLoaded`].
    LoadSuite { source: Source },
    /// Answer: [`Event::SuiteLoaded`], of an empty suite.
    ClearSuite,
    /// Scores on all tasks of the suite, of the vectors or of the whitened ones. Answer: [`Event::SuiteMeasured`].
    EvaluateSuite { weights: Weights, pooler: Pooler, whiten: bool },
    /// Adds transfer tasks, in place of those of the same name. Answer: [`Event::TransferLoaded`].
    LoadTransfer { source: Source },
    /// Answer: [`Event::TransferLoaded`], of no tasks.
    ClearTransfer,
    /// Accuracies on the transfer tasks, beside other requests. Answers: [`Event::TransferMeasured`], one a task, or in
    /// the end [`Event::TransferCancelled`].
    EvaluateTransfer { weights: Weights, pooler: Pooler, options: TransferOptions },
    /// Answer: the evaluation's [`Event::TransferCancelled`].
    CancelTransfer,
    /// Singular values and cosines by gold score on the loaded pairs, of the loaded weights and the trained ones.
    /// Answer: [`Event::Analysed`].
    Analyse { pooler: Pooler },
    /// Measures a step of such a run on the loaded weights, which stay as they are. Answer: [`Event::Profiled`].
    Profile { options: TrainOptions },
    /// Measures the kinds of matrix product; what is built from now on uses the fastest. Answer: [`Event::Tuned`].
    Tune,
    /// What is built from now on uses this kind of matrix product where the device can. No answer.
    UseMatmul { kind: MatmulKind },
    /// Checks what the device computes, with vectors of these models of the site, by name; of the parts named, or of all
    /// where none is. Answer: [`Event::Verified`].
    Verify { models: Vec<(String, Source)>, parts: Vec<String> },
    /// Ends the verification early. Answer: its [`Event::Verified`], with what was found so far.
    CancelVerify,
    /// The trained weights as a file. Answer: [`Event::Exported`].
    Export { format: ExportFormat },
    /// The whole state of the run at hand as a file. Answer: [`Event::Exported`].
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
    /// After so many steps of the last run: one of [`Event::CheckpointsKept`].
    At(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    /// The weights alone.
    Safetensors,
    /// A folder that `transformers` and sentence-transformers load, zipped.
    HuggingFaceZip,
}

/// What the engine tells the page.
#[derive(Debug, Serialize, Deserialize)]
pub enum Event {
    /// The device is open; requests are welcome.
    Ready(DeviceInfo),
    /// Why it is the CPU that computes, where a GPU would have been taken.
    NoWebGpu(NoWebGpu),
    /// The device went away. `resumable`: the step of a run's last whole state that is still at hand.
    DeviceLost {
        message: String,
        resumable: Option<u32>,
    },
    Progress {
        id: RequestId,
        progress: Progress,
    },
    ModelLoaded {
        id: RequestId,
        report: ModelReport,
    },
    Downloaded {
        id: RequestId,
        address: HubAddress,
    },
    /// Nothing of it is kept.
    DownloadCancelled {
        id: RequestId,
    },
    /// Share of the words of the sentences encoded last, outside a run, that the model does not know.
    UnknownWords {
        share: f64,
    },
    /// All downloaded models, after every change and at the start.
    Cached(Vec<CachedModel>),
    /// A large file of the site's came over the network. `room`: whether the browser had room to keep it for use without
    /// one.
    SiteFileLoaded {
        room: bool,
    },
    TrainingLoaded {
        id: RequestId,
        report: TrainingReport,
    },
    EvaluationLoaded {
        id: RequestId,
        report: EvaluationReport,
    },
    EvaluationCleared {
        id: RequestId,
    },
    RunStarted(RunPlan),
    /// Steps since the last such event, in order; posted a few times a second.
    Steps(Vec<StepMetrics>),
    /// Sentences of the evaluation set encoded so far.
    Evaluating {
        done: usize,
        of: usize,
    },
    Evaluated(Evaluation),
    /// Steps whose weights are at hand as [`Weights::At`], the earliest first; after each evaluation.
    CheckpointsKept {
        steps: Vec<u32>,
    },
    /// The similarity matrix of the last step's batch, about once a second.
    Batch(BatchMatrix),
    /// Vectors of the picture's sentences.
    Frame(Frame),
    /// The state after so many steps is kept; nothing that happens from now on takes it away.
    RunKept {
        step: u32,
    },
    /// Why the run's state is in memory only.
    RunNotKept {
        /// As in [`Event::Failed`].
        message: String,
        said: Option<Box<Said>>,
    },
    /// All kept runs, the earliest first, after every change and at the start.
    SavedRuns {
        runs: Vec<SavedRun>,
        /// Bytes of the models and texts that they read.
        input_bytes: f64,
    },
    Paused {
        step: u32,
    },
    Resumed {
        step: u32,
    },
    Finished(RunEnd),
    Similarity {
        id: RequestId,
        result: SimilarityMatrix,
    },
    Views {
        id: RequestId,
        result: ViewVectors,
    },
    LayerNorm {
        id: RequestId,
        row: NormalizedRow,
    },
    Embedded {
        id: RequestId,
        part: EmbeddedPart,
    },
    Cosines {
        id: RequestId,
        result: CosineTable,
    },
    Scored {
        id: RequestId,
        result: PairScores,
    },
    /// Nothing more comes of it.
    EncodingCancelled {
        id: RequestId,
    },
    Measured {
        id: RequestId,
        result: Measurement,
    },
    SuiteLoaded {
        id: RequestId,
        report: SuiteReport,
    },
    SuiteMeasured {
        id: RequestId,
        result: SuiteMeasurement,
    },
    TransferLoaded {
        id: RequestId,
        report: TransferReport,
    },
    TransferMeasured {
        id: RequestId,
        result: TransferMeasurement,
        /// Whether all tasks are done.
        last: bool,
    },
    /// The scores of the tasks done so far stand.
    TransferCancelled {
        id: RequestId,
    },
    Analysed {
        id: RequestId,
        result: AnalysisReport,
    },
    Profiled {
        id: RequestId,
        report: ProfileReport,
    },
    Tuned {
        id: RequestId,
        ceilings: Ceilings,
    },
    Verified {
        id: RequestId,
        report: Report,
    },
    Exported {
        id: RequestId,
        file: ExportedFile,
    },
    /// A request could not be done; what was there before still is. Number 0: a message that was no request.
    Failed {
        id: RequestId,
        kind: FailureKind,
        /// In English.
        message: String,
        /// The same for other languages.
        said: Option<Box<Said>>,
    },
    /// The run ended by itself with an error.
    RunFailed {
        kind: FailureKind,
        /// As in [`Event::Failed`].
        message: String,
        said: Option<Box<Said>>,
        /// The step whose weights are kept: the best evaluated; 0: none.
        kept_step: u32,
        /// See [`RunEnd::trained`].
        trained: bool,
        /// The step that the run may go on from on the CPU, where the GPU's memory was too small for it.
        resumable: Option<u32>,
    },
}

impl Event {
    pub fn failed(id: RequestId, kind: FailureKind, reason: Reason) -> Self {
        Self::Failed { id, kind, message: reason.english.into_owned(), said: reason.said }
    }

    pub fn run_not_kept(reason: Reason) -> Self {
        Self::RunNotKept { message: reason.english.into_owned(), said: reason.said }
    }
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
    /// Steps behind the weights; 0: as loaded.
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
pub fn decode<T: DeserializeOwned>(message: JsValue) -> Result<T, Reason> {
    serde_wasm_bindgen::from_value(message).map_err(|error| {
        let error = error.to_string();
        reason!("other-build", "page and engine are of different builds; reload the page ({error})", error)
    })
}
