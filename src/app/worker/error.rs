use gloo_timers::future::TimeoutFuture;
use thiserror::Error;

use super::{hub::HubAccessError, private_files::PrivateFileError};
use crate::{
    app::protocol::FailureKind,
    device::{Device, DeviceError},
    eval::{TransferError, WhiteningError},
    model::ModelError,
    said::{Reason, Said, Say, said},
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
    Read { path: String, reason: Reason },
    #[error("{path} could not be fetched from this site: {reason}")]
    Fetch { path: String, reason: Reason },
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
    #[error("a model has to be loaded first")]
    NoModel,
    #[error("a training text has to be loaded first")]
    NoTraining,
    #[error("evaluation pairs has to be loaded first")]
    NoPairs,
    #[error("an STS suite has to be loaded first")]
    NoSuite,
    #[error("a transfer task has to be loaded first")]
    NoTransferTask,
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
    #[error("this run is open in another tab of this browser")]
    ElsewhereOpen,
    #[error("this run is no longer kept in this browser")]
    NoSavedRun,
    #[error("the run is not kept: {}", .0.clone().reason().english)]
    Kept(#[from] PrivateFileError),
    #[error("{0}")]
    Browser(Reason),
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
    Gpu(#[from] DeviceError),
}

impl Say for WorkerError {
    fn said(&self) -> Option<Said> {
        Some(match self {
            Self::Read { path, reason } => said!("worker-read", path, reason),
            Self::Fetch { path, reason } => said!("worker-fetch", path, reason),
            Self::OneFile { found } => said!("worker-one-file", found),
            Self::TextTooLarge { path, megabytes, most } => {
                let (megabytes, most) = (format!("{megabytes:.0}"), format!("{most:.0}"));
                said!("worker-text-too-large", path, megabytes, most)
            }
            Self::TooManyCosines { rows, columns, most } => {
                said!("worker-too-many-cosines", rows, columns, most)
            }
            Self::NoModel => said!("worker-no-model"),
            Self::NoTraining => said!("worker-no-training"),
            Self::NoPairs => said!("worker-no-pairs"),
            Self::NoSuite => said!("worker-no-suite"),
            Self::NoTransferTask => said!("worker-no-transfer-task"),
            Self::NoRun => said!("worker-no-run"),
            Self::Busy => said!("worker-busy"),
            Self::Transferring => said!("worker-transferring"),
            Self::WeightsChanged => said!("worker-weights-changed"),
            Self::Untrained => said!("worker-untrained"),
            Self::ElsewhereOpen => said!("worker-elsewhere-open"),
            Self::NoSavedRun => said!("worker-no-saved-run"),
            Self::Kept(error) => said!("worker-not-kept", reason = error.clone().reason()),
            Self::Browser(reason) => return reason.said.as_deref().cloned(),
            Self::Hub(error) => return error.said(),
            Self::Model(error) => return error.said(),
            Self::Text(error) => return error.said(),
            Self::Train(error) => return error.said(),
            Self::Transfer(error) => return error.said(),
            Self::Whitening(error) => return error.said(),
            Self::Gpu(error) => return error.said(),
        })
    }
}

impl WorkerError {
    /// What the device says happened to it, where it is gone: the error that arrives first is often only a
    /// consequence, and comes some moments before the browser tells of its cause.
    pub async fn device_lost(&self, device: &Device) -> Option<String> {
        let may_follow =
            matches!(self.kind(), FailureKind::DeviceLost | FailureKind::Engine | FailureKind::Memory);
        let looks = if may_follow { LOOKS } else { 1 };
        for look in 0..looks {
            if look > 0 {
                TimeoutFuture::new(BETWEEN_LOOKS).await;
            }
            if let Err(DeviceError::DeviceLost(reason)) = device.check() {
                return Some(reason);
            }
        }
        None
    }
}
