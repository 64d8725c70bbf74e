use thiserror::Error;

use crate::{gpu::GpuError, model::ModelError, text::TextError};

/// Why training cannot start or go on.
#[derive(Debug, Clone, Error)]
pub enum TrainError {
    #[error("{option} is {value}; expected {expected}")]
    Option { option: &'static str, value: String, expected: &'static str },
    #[error(
        "{found} sentences are too few: a contrastive batch needs at least 2, so that each has a negative to be \
         told from"
    )]
    TooFewItems { found: usize },
    #[error(
        "masked-language modelling needs a tokenizer with a mask token ([MASK] or <mask>), and this one has none; \
         set its weight to 0"
    )]
    NoMaskToken,
    #[error("the objective {objective} does not fit the data: {reason}")]
    Objective { objective: &'static str, reason: &'static str },
    #[error(
        "the loss is no longer a number at step {step}: its update was left out and the weights are those of the \
         step before. Lower the learning rate, or raise the temperature"
    )]
    Diverged { step: u32 },
    #[error("this is no training checkpoint of this run: {0}")]
    Checkpoint(String),
    #[error("{reason}; {advice}")]
    Memory { reason: String, advice: String },
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Gpu(#[from] GpuError),
}
