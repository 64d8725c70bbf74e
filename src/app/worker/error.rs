use gloo_timers::future::TimeoutFuture;
use thiserror::Error;

use super::hub::HubAccessError;
use crate::{
    app::protocol::FailureKind,
    eval::{TransferError, WhiteningError},
    gpu::{Gpu, GpuError},
    model::ModelError,
    text::TextError,
    train::TrainError,
};

/// How often it is looked whether the device is gone, and the milliseconds in between.
const LOOKS: usize = 6;
const BETWEEN_LOOKS: u32 = 20;

/// Why a request could not be done.
#[derive(Debug, Error)]
pub enum WorkerError {
    #[error("{path} could not be read: {reason}")]
    Read { path: String, reason: String },
    #[error("{path} could not be fetched from this site: {reason}")]
    Fetch { path: String, reason: String },
    #[error("{found} files were given where one is expected; choose one")]
    OneFile { found: usize },
    #[error(
        "{path}: {megabytes:.0} MB of text are too much for a browser tab (at most {most:.0} MB). Split the file, for \
         example with `split -C 500m`, or take a part of its lines with `shuf -n 1000000`; the command line \
         (simcse-lab train) takes it whole"
    )]
    TextTooLarge { path: String, megabytes: f64, most: f64 },
    #[error(
        "{rows} × {columns} cosines are too many at once (at most {most} in all); ask for them in portions of queries, \
         or for the vectors"
    )]
    TooManyCosines { rows: usize, columns: usize, most: usize },
    #[error("{0} has to be loaded first")]
    Missing(&'static str),
    #[error("there is no run under way")]
    NoRun,
    #[error("a run is under way; stop it first")]
    Busy,
    #[error("the transfer tasks are being evaluated; wait for them, or cancel it")]
    Transferring,
    #[error("the model or its weights were replaced meanwhile; ask again")]
    WeightsChanged,
    #[error("nothing has been trained yet")]
    Untrained,
    #[error("{0}")]
    Browser(String),
    #[error(transparent)]
    Hub(#[from] HubAccessError),
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
    Gpu(#[from] GpuError),
}

impl WorkerError {
    /// What the device says happened to it, where it is gone: the error that arrives first is often only a
    /// consequence, and comes some moments before the browser tells of its cause.
    pub async fn device_lost(&self, gpu: &Gpu) -> Option<String> {
        let may_follow =
            matches!(self.kind(), FailureKind::DeviceLost | FailureKind::Engine | FailureKind::Memory);
        let looks = if may_follow { LOOKS } else { 1 };
        for look in 0..looks {
            if look > 0 {
                TimeoutFuture::new(BETWEEN_LOOKS).await;
            }
            if let Err(GpuError::DeviceLost(reason)) = gpu.check() {
                return Some(reason);
            }
        }
        None
    }
}
