//! Errors of devices.

use thiserror::Error;

use crate::said::{Said, Say, said};

/// What can fail on a device; messages say what to do where something can be done.
#[derive(Debug, Clone, Error)]
pub enum DeviceError {
    #[error(
        "no GPU adapter was found ({0}). In a browser, WebGPU needs a recent Chrome, Edge, Firefox or Safari and a \
         secure page (https or localhost); natively, a Vulkan, Metal or DX12 driver (on Debian without a GPU: \
         mesa-vulkan-drivers)"
    )]
    NoAdapter(String),
    #[error("the adapter {adapter} refused to open a device: {reason}")]
    NoDevice { adapter: String, reason: String },
    #[error("shader {shader}, entry point {entry}: {message}")]
    Shader { shader: String, entry: String, message: String },
    #[error("the GPU refused an operation: {0}")]
    Validation(String),
    #[error(
        "the GPU device was lost ({0}). Reload the page or start again; training goes on from the last checkpoint"
    )]
    DeviceLost(String),
    #[error(
        "{what} needs a buffer of {needed} bytes, but this adapter allows {limit}. Use a smaller batch or \
         micro-batch, a shorter maximum length or a smaller model"
    )]
    TooLarge { what: String, needed: u64, limit: u64 },
    #[error(
        "there is not enough memory ({0}). Use a smaller batch, a shorter maximum length or a smaller model"
    )]
    OutOfMemory(String),
    #[error("reading back from the GPU failed: {0}")]
    Readback(String),
}

impl Say for DeviceError {
    fn said(&self) -> Option<Said> {
        Some(match self {
            Self::NoAdapter(words) => said!("gpu-no-adapter", words),
            Self::NoDevice { adapter, reason } => said!("gpu-no-device", adapter, reason),
            Self::Shader { shader, entry, message } => said!("gpu-shader", shader, entry, message),
            Self::Validation(words) => said!("gpu-validation", words),
            Self::DeviceLost(words) => said!("gpu-device-lost", words),
            Self::TooLarge { what, needed, limit } => said!("gpu-too-large", what, needed, limit),
            Self::OutOfMemory(words) => said!("gpu-out-of-memory", words),
            Self::Readback(words) => said!("gpu-readback", words),
        })
    }
}
