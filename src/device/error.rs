//! Errors of devices.

use thiserror::Error;

use crate::localize::{Localize, Localized, display_localized, messages};

/// What can fail on a device; messages say what to do where something can be done.
#[derive(Debug, Clone, Error)]
pub enum DeviceError {
    NoAdapter(String),
    NoDevice { adapter: String, reason: String },
    Shader { shader: String, entry: String, message: String },
    Validation(String),
    DeviceLost(String),
    TooLarge { what: String, needed: u64, limit: u64 },
    OutOfMemory(String),
    Readback(String),
}

impl Localize for DeviceError {
    fn localized(&self) -> Localized {
        match self {
            Self::NoAdapter(words) => messages::gpu_no_adapter(words),
            Self::NoDevice { adapter, reason } => messages::gpu_no_device(adapter, reason),
            Self::Shader { shader, entry, message } => messages::gpu_shader(shader, entry, message),
            Self::Validation(words) => messages::gpu_validation(words),
            Self::DeviceLost(words) => messages::gpu_device_lost(words),
            Self::TooLarge { what, needed, limit } => messages::gpu_too_large(what, needed, limit),
            Self::OutOfMemory(words) => messages::gpu_out_of_memory(words),
            Self::Readback(words) => messages::gpu_readback(words),
        }
    }
}

display_localized!(DeviceError);
