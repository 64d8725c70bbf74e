//! Errors of the engine by kind, for programs that ask it.

use crate::{
    app::protocol::FailureKind, device::DeviceError, model::ModelError, text::TextError, train::TrainError,
};

pub fn of_model(error: &ModelError) -> FailureKind {
    match error {
        ModelError::NoHead => FailureKind::Input,
        ModelError::Device(error) => of_device(error),
        _ => FailureKind::Model,
    }
}

pub fn of_text(error: &TextError) -> FailureKind {
    match error {
        TextError::Tokenizer { .. } | TextError::Vocabulary { .. } => FailureKind::Model,
        _ => FailureKind::Input,
    }
}

pub fn of_training(error: &TrainError) -> FailureKind {
    match error {
        TrainError::Diverged { .. } => FailureKind::Diverged,
        TrainError::Memory { .. } => FailureKind::Memory,
        TrainError::Text(error) => of_text(error),
        TrainError::Model(error) => of_model(error),
        TrainError::Device(error) => of_device(error),
        _ => FailureKind::Input,
    }
}

pub fn of_device(error: &DeviceError) -> FailureKind {
    match error {
        DeviceError::NoAdapter(_) | DeviceError::NoDevice { .. } => FailureKind::NoWebgpu,
        DeviceError::DeviceLost(_) => FailureKind::DeviceLost,
        DeviceError::TooLarge { .. } | DeviceError::OutOfMemory(_) => FailureKind::Memory,
        DeviceError::Shader { .. } | DeviceError::Validation(_) | DeviceError::Readback(_) => {
            FailureKind::Engine
        }
    }
}
