//! Errors by kind, for programs that ask the engine.

use super::{error::WorkerError, hub::HubAccessError};
use crate::{
    app::protocol::FailureKind, device::DeviceError, model::ModelError, text::TextError, train::TrainError,
};

impl WorkerError {
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Read { .. } | Self::OneFile { .. } | Self::Transfer(_) | Self::Whitening(_) => {
                FailureKind::Input
            }
            Self::TextTooLarge { .. } | Self::TooManyCosines { .. } => FailureKind::Memory,
            Self::Fetch { .. } => FailureKind::Network,
            Self::NoModel
            | Self::NoTraining
            | Self::NoPairs
            | Self::NoSuite
            | Self::NoTransferTask
            | Self::NoRun
            | Self::NoSavedRun
            | Self::Untrained => FailureKind::State,
            Self::ElsewhereOpen | Self::Busy | Self::Transferring | Self::WeightsChanged => FailureKind::Busy,
            Self::Browser(_) | Self::Kept(_) => FailureKind::Engine,
            Self::Hub(error) => of_hub(error),
            Self::Model(error) => of_model(error),
            Self::Text(error) => of_text(error),
            Self::Train(error) => of_training(error),
            Self::Gpu(error) => of_gpu(error),
        }
    }
}

pub fn of_hub(error: &HubAccessError) -> FailureKind {
    match error {
        HubAccessError::Busy => FailureKind::Busy,
        HubAccessError::Unusable { .. } => FailureKind::Model,
        HubAccessError::Config { error, .. } => of_model(error),
        _ => FailureKind::Network,
    }
}

fn of_model(error: &ModelError) -> FailureKind {
    match error {
        ModelError::NoHead => FailureKind::Input,
        ModelError::Gpu(error) => of_gpu(error),
        _ => FailureKind::Model,
    }
}

fn of_text(error: &TextError) -> FailureKind {
    match error {
        TextError::Tokenizer { .. } | TextError::Vocabulary { .. } => FailureKind::Model,
        _ => FailureKind::Input,
    }
}

fn of_training(error: &TrainError) -> FailureKind {
    match error {
        TrainError::Diverged { .. } => FailureKind::Diverged,
        TrainError::Memory { .. } => FailureKind::Memory,
        TrainError::Text(error) => of_text(error),
        TrainError::Model(error) => of_model(error),
        TrainError::Gpu(error) => of_gpu(error),
        _ => FailureKind::Input,
    }
}

fn of_gpu(error: &DeviceError) -> FailureKind {
    match error {
        DeviceError::NoAdapter(_) | DeviceError::NoDevice { .. } => FailureKind::NoWebgpu,
        DeviceError::DeviceLost(_) => FailureKind::DeviceLost,
        DeviceError::TooLarge { .. } | DeviceError::OutOfMemory(_) => FailureKind::Memory,
        DeviceError::Shader { .. } | DeviceError::Validation(_) | DeviceError::Readback(_) => {
            FailureKind::Engine
        }
    }
}
