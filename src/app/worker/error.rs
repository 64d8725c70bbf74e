//! Errors of requests, and their kinds for programs.

use gloo_timers::future::TimeoutFuture;
use thiserror::Error;

use super::{failure, hub::error::HubAccessError, outbox::PostError, private_files::PrivateFileError};
use crate::{
    app::protocol::FailureKind,
    device::{Device, DeviceError},
    eval::{TransferError, WhiteningError},
    localize::{Localize, Localized, display_localized, messages},
    model::ModelError,
    text::TextError,
    train::TrainError,
};

/// Number of checks whether the device is lost, and the milliseconds between them.
const LOSS_CHECKS: usize = 6;
const BETWEEN_CHECKS: u32 = 20;

/// Why a request could not be done.
#[derive(Debug, Error)]
pub enum WorkerError {
    Read { path: String, reason: Localized },
    Fetch { path: String, reason: Localized },
    OneFile { found: usize },
    TextTooLarge { path: String, megabytes: f64, most: f64 },
    TooManyCosines { rows: usize, columns: usize, most: usize },
    NoModel,
    NoTraining,
    NoPairs,
    NoSuite,
    NoTransferTask,
    NoRun,
    Busy,
    Transferring,
    WeightsChanged,
    Untrained,
    OpenElsewhere,
    NoSavedRun,
    Kept(#[from] PrivateFileError),
    Browser(Localized),
    Hub(#[from] HubAccessError),
    Model(#[from] ModelError),
    Text(#[from] TextError),
    Train(#[from] TrainError),
    Transfer(#[from] TransferError),
    Whitening(#[from] WhiteningError),
    Device(#[from] DeviceError),
}

impl Localize for WorkerError {
    fn localized(&self) -> Localized {
        match self {
            Self::Read { path, reason } => messages::worker_read(path, reason),
            Self::Fetch { path, reason } => messages::worker_fetch(path, reason),
            Self::OneFile { found } => messages::worker_one_file(found),
            Self::TextTooLarge { path, megabytes, most } => {
                let (megabytes, most) = (format!("{megabytes:.0}"), format!("{most:.0}"));
                messages::worker_text_too_large(path, megabytes, most)
            }
            Self::TooManyCosines { rows, columns, most } => {
                messages::worker_too_many_cosines(rows, columns, most)
            }
            Self::NoModel => messages::worker_no_model(),
            Self::NoTraining => messages::worker_no_training(),
            Self::NoPairs => messages::worker_no_pairs(),
            Self::NoSuite => messages::worker_no_suite(),
            Self::NoTransferTask => messages::worker_no_transfer_task(),
            Self::NoRun => messages::worker_no_run(),
            Self::Busy => messages::worker_busy(),
            Self::Transferring => messages::worker_transferring(),
            Self::WeightsChanged => messages::worker_weights_changed(),
            Self::Untrained => messages::worker_untrained(),
            Self::OpenElsewhere => messages::worker_elsewhere_open(),
            Self::NoSavedRun => messages::worker_no_saved_run(),
            Self::Kept(error) => messages::worker_not_kept(error),
            Self::Browser(reason) => reason.clone(),
            Self::Hub(error) => error.localized(),
            Self::Model(error) => error.localized(),
            Self::Text(error) => error.localized(),
            Self::Train(error) => error.localized(),
            Self::Transfer(error) => error.localized(),
            Self::Whitening(error) => error.localized(),
            Self::Device(error) => error.localized(),
        }
    }
}

display_localized!(WorkerError);

impl WorkerError {
    /// For programs that ask the engine.
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
            Self::OpenElsewhere | Self::Busy | Self::Transferring | Self::WeightsChanged => FailureKind::Busy,
            Self::Browser(_) | Self::Kept(_) => FailureKind::Engine,
            Self::Hub(error) => error.kind(),
            Self::Model(error) => failure::of_model(error),
            Self::Text(error) => failure::of_text(error),
            Self::Train(error) => failure::of_training(error),
            Self::Device(error) => failure::of_device(error),
        }
    }

    /// What the device says happened to it, where it is gone: the error that arrives first is often only a
    /// consequence, and comes some moments before the browser tells of its cause.
    pub async fn device_lost(&self, device: &Device) -> Option<String> {
        let may_follow =
            matches!(self.kind(), FailureKind::DeviceLost | FailureKind::Engine | FailureKind::Memory);
        let looks = if may_follow { LOSS_CHECKS } else { 1 };
        for look in 0..looks {
            if look > 0 {
                TimeoutFuture::new(BETWEEN_CHECKS).await;
            }
            if let Err(DeviceError::DeviceLost(reason)) = device.check() {
                return Some(reason);
            }
        }
        None
    }
}

impl From<PostError> for WorkerError {
    fn from(error: PostError) -> Self {
        Self::Browser(error.0)
    }
}
