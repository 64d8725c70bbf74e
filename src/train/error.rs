use thiserror::Error;

use crate::{
    device::DeviceError,
    model::ModelError,
    said::{Reason, Said, Say, said},
    text::TextError,
};

/// Why training cannot start or go on.
#[derive(Debug, Clone, Error)]
pub enum TrainError {
    #[error("{option} is {value}; expected {expected}")]
    Option { option: Reason, value: Reason, expected: Reason },
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
    #[error(
        "item {item} of the training text has the model's padding token (<pad>), which RoBERTa counts no position for; \
         take it out"
    )]
    Padding { item: usize },
    #[error("the objective {objective} does not fit the data: {reason}")]
    Objective { objective: Reason, reason: Reason },
    #[error(
        "the loss is no longer a number at step {step}: its update was left out and the weights are those of the \
         step before. Lower the learning rate, or raise the temperature"
    )]
    Diverged { step: u32 },
    #[error("this is no training checkpoint of this run: {0}")]
    Checkpoint(Reason),
    #[error("{reason}; {advice}")]
    Memory { reason: Reason, advice: Reason },
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Gpu(#[from] DeviceError),
}

impl Say for TrainError {
    fn said(&self) -> Option<Said> {
        Some(match self {
            Self::Option { option, value, expected } => {
                said!("train-option", option, value, expected)
            }
            Self::TooFewItems { found } => said!("train-too-few", found),
            Self::NoMaskToken => said!("train-no-mask-token"),
            Self::Objective { objective, reason } => said!("train-objective", objective, reason),
            Self::Padding { item } => said!("train-padding", item),
            Self::Diverged { step } => said!("train-diverged", step),
            Self::Checkpoint(reason) => said!("train-checkpoint", reason),
            Self::Memory { reason, advice } => said!("train-memory", reason, advice),
            Self::Text(error) => return error.said(),
            Self::Model(error) => return error.said(),
            Self::Gpu(error) => return error.said(),
        })
    }
}
