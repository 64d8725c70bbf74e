//! What the engine tells the page without being asked.

use serde::{Deserialize, Serialize};

use super::{
    BatchMatrix, CachedModel, Evaluation, FailureKind, Frame, NoWebGpu, RunEnd, RunPlan, SavedRun,
    StepMetrics,
};
use crate::{device::DeviceInfo, localize::Localized};

/// News of the engine, which answer no request in particular.
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
    RunStarted(RunPlan),
    /// Steps since the last such event, in order; posted a few times a second.
    Steps(Vec<StepMetrics>),
    /// Sentences of the evaluation set encoded so far.
    Evaluating {
        done: usize,
        of: usize,
    },
    Evaluated(Evaluation),
    /// Steps whose weights are at hand as [`super::Weights::At`], the earliest first; after each evaluation.
    CheckpointsKept {
        steps: Vec<u32>,
    },
    /// The similarity matrix of the last step's batch, about once a second.
    Batch(BatchMatrix),
    /// Vectors of the picture's sentences.
    Frame(Frame),
    /// The state after `step` steps is saved and survives the tab.
    RunKept {
        step: u32,
    },
    /// Why the run's state is in memory only.
    RunNotKept {
        reason: Localized,
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
    /// The run ended by itself with an error.
    RunFailed {
        kind: FailureKind,
        reason: Localized,
        /// The step whose weights are kept: the best evaluated; 0: none.
        kept_step: u32,
        /// See [`RunEnd::trained`].
        trained: bool,
        /// The step that the run may go on from on the CPU, where the GPU's memory was too small for it.
        resumable: Option<u32>,
    },
}
