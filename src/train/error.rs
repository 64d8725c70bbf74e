//! Why training cannot start or go on.

use thiserror::Error;

use crate::{
    device::DeviceError,
    localize::{Localize, Localized, display_localized, messages},
    model::ModelError,
    text::TextError,
};

/// Why training cannot start or go on.
#[derive(Debug, Clone, Error)]
pub enum TrainError {
    Option { option: Localized, value: Localized, expected: Localized },
    TooFewItems { found: usize },
    NoMaskToken,
    Padding { item: usize },
    Objective { objective: Localized, reason: Localized },
    Diverged { step: u32 },
    Checkpoint(Localized),
    Memory { reason: Localized, advice: Localized },
    Text(#[from] TextError),
    Model(#[from] ModelError),
    Device(#[from] DeviceError),
}

impl Localize for TrainError {
    fn localized(&self) -> Localized {
        match self {
            Self::Option { option, value, expected } => messages::train_option(option, value, expected),
            Self::TooFewItems { found } => messages::train_too_few(found),
            Self::NoMaskToken => messages::train_no_mask_token(),
            Self::Objective { objective, reason } => messages::train_objective(objective, reason),
            Self::Padding { item } => messages::train_padding(item),
            Self::Diverged { step } => messages::train_diverged(step),
            Self::Checkpoint(reason) => messages::train_checkpoint(reason),
            Self::Memory { reason, advice } => messages::train_memory(reason, advice),
            Self::Text(error) => error.localized(),
            Self::Model(error) => error.localized(),
            Self::Device(error) => error.localized(),
        }
    }
}

display_localized!(TrainError);
