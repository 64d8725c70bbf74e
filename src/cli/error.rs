//! Errors of commands, and their exit status.

use std::path::PathBuf;

use thiserror::Error;

use crate::{
    device::DeviceError,
    eval::{TransferError, WhiteningError},
    model::ModelError,
    text::TextError,
    train::TrainError,
    workloads::BenchError,
};

/// Why a command failed; one line each.
#[derive(Debug, Error)]
pub enum CliError {
    #[error("{path}: {reason}")]
    Read { path: PathBuf, reason: std::io::Error },
    #[error("{path} cannot be written: {reason}")]
    Write { path: PathBuf, reason: std::io::Error },
    #[error("writing the result failed: {0}")]
    Output(String),
    #[error("{0}")]
    Input(String),
    #[error("{0}")]
    Usage(String),
    #[error("{failed} of the checks failed; the report names them")]
    Verify { failed: usize },
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Transfer(#[from] TransferError),
    #[error(transparent)]
    Whitening(#[from] WhiteningError),
    #[error(transparent)]
    Bench(#[from] BenchError),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl CliError {
    pub fn exit_status(&self) -> u8 {
        match self {
            // An option's value that cannot work is wrong usage, as an unknown option is.
            CliError::Usage(_)
            | CliError::Train(TrainError::Option { .. })
            | CliError::Transfer(TransferError::Folds { .. })
            | CliError::Whitening(WhiteningError::Dimensions { .. }) => 2,
            _ => 1,
        }
    }
}
