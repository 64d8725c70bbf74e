//! Which device is asked for, and what an open one is and can do.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use thiserror::Error;

/// The kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    Gpu,
    Cpu,
}

/// The device asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr, Display, EnumString,
)]
#[strum(serialize_all = "lowercase", parse_err_ty = UnknownDevice, parse_err_fn = UnknownDevice::of)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// A real GPU, or the CPU where there is none.
    #[default]
    Auto,
    Gpu,
    Cpu,
}

impl DeviceChoice {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Gpu, Self::Cpu];

    /// Name on the command line, in the page's address and in the JavaScript API.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A name that is not a device's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown device \"{0}\"; known are auto, gpu, cpu")]
pub struct UnknownDevice(pub String);

impl UnknownDevice {
    fn of(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// How to open the device.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceOptions {
    pub choice: DeviceChoice,
    /// Threads of the CPU; `None`: one per core.
    pub threads: Option<usize>,
    /// Ask a GPU for WebGPU's guaranteed limits and no optional feature, as on the weakest supported machine. Tests do.
    pub baseline: bool,
}

/// Names and limits of an open device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceInfo {
    pub kind: DeviceKind,
    pub name: String,
    pub backend: String,
    pub driver: String,
    /// A GPU emulated on the CPU (SwiftShader, lavapipe): correct, but slow.
    pub software: bool,
    /// Threads that compute; 0 on a GPU.
    pub threads: usize,
    /// Whether single kernel calls can be timed.
    pub timestamps: bool,
    /// Bytes one shader binding may cover.
    pub max_binding_bytes: u64,
    pub max_buffer_bytes: u64,
    /// Bytes that all buffers may have together, where known: WebAssembly addresses 4 GiB.
    pub max_memory_bytes: Option<u64>,
}

impl DeviceInfo {
    /// Bytes of the largest buffer that can be bound whole.
    pub fn largest_buffer(&self) -> u64 {
        self.max_binding_bytes.min(self.max_buffer_bytes)
    }

    /// Whether the CPU computes, as itself or emulating a GPU: long work is then better submitted in small portions.
    pub fn computes_on_cpu(&self) -> bool {
        self.is_cpu() || self.software
    }

    pub fn is_cpu(&self) -> bool {
        self.kind == DeviceKind::Cpu
    }

    /// The key under which measurements of this device are stored: it changes with the device, its driver and this
    /// crate's version. Browsers hide most of the names, so it contains a limit as well.
    pub fn tuning_key(&self) -> String {
        let Self { name, driver, max_buffer_bytes, .. } = self;
        let version = env!("CARGO_PKG_VERSION");
        format!("simcse-lab {version} matmul: {name}, {driver}, {max_buffer_bytes}")
    }
}
