//! Batches, schedule, the training step, and runs that can be paused, saved and resumed.

mod continuation;
mod dataset;
mod error;
mod options;
mod schedule;
mod state;
mod step;
mod trainer;

pub use crate::objective::Objective;
pub use continuation::{continuation_script, export_trained};
pub use dataset::Dataset;
pub use error::TrainError;
pub use options::{HeadMode, TrainOptions};
pub use state::TrainingState;
pub use step::{StepMetrics, TrainingStep};
pub use trainer::{Best, EvaluationSet, StepReport, Trainer};
