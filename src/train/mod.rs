//! Batches, schedule, the training step, and runs that can be paused, saved and resumed.

mod batch;
mod batch_similarity;
mod cadence;
mod continuation;
mod dataset;
mod error;
mod head_mode;
mod memory;
mod options;
mod pass;
mod prepare;
mod profile;
mod schedule;
mod state;
mod step;
mod trainer;
mod views;
mod warm_up;

pub use crate::objective::Objective;
pub use batch::{Batch, CorruptedRows};
pub use batch_similarity::{BatchSimilarity, Candidate};
pub use cadence::SaveCadence;
pub use continuation::{continuation_script, export_trained};
pub use dataset::{Augment, Corrupt, Dataset};
pub use error::TrainError;
pub use head_mode::HeadMode;
pub use memory::MemoryEstimate;
pub use options::{Cost, InScript, Kind, OptionSpec, Range, TrainOption, TrainOptions, fields, written};
pub use prepare::dataset;
pub use profile::{Buffers, KernelProfile, Profile};
pub use state::{History, StateHeader, TrainingState};
pub use step::{StepMetrics, TrainingStep};
pub use trainer::{Best, EvaluationSet, StepReport, Trainer};
pub use views::DropoutViews;
pub use warm_up::warm_up;
