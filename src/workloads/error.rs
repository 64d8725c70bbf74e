//! Errors of the benchmark's workloads.

use thiserror::Error;

use crate::{device::DeviceError, model::ModelError, train::TrainError};

/// Why a workload cannot be measured.
#[derive(Debug, Error)]
pub enum BenchError {
    #[error("\"{text}\" is no {what}; expected {expected}")]
    Case { what: &'static str, text: String, expected: &'static str },
    #[error("{0}")]
    Input(String),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Device(#[from] DeviceError),
}
