use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    Gpu,
    Cpu,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// A real GPU, else the CPU.
    #[default]
    Auto,
    Gpu,
    Cpu,
}

impl DeviceChoice {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Gpu, Self::Cpu];

    /// The name on the command line, in the page's address and in the JavaScript API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that no device has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown device \"{0}\"; known are auto, gpu, cpu")]
pub struct UnknownDevice(pub String);

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |choice: &Self| choice.name() == name;
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownDevice(name.to_owned()))
    }
}

/// How to open the device.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceOptions {
    pub choice: DeviceChoice,
    /// Threads of the CPU; as many as there are cores where it is not said.
    pub threads: Option<usize>,
    /// Ask a GPU for WebGPU's guaranteed limits and no optional feature, whatever the adapter offers: what the weakest
    /// supported machine has. Tests run so.
    pub baseline: bool,
}

/// What the device is and may do, for people and for logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceInfo {
    pub kind: DeviceKind,
    pub name: String,
    pub backend: String,
    pub driver: String,
    /// A GPU that is imitated on the CPU (SwiftShader, lavapipe): correct, but slow.
    pub software: bool,
    /// Threads that compute; 0 on a GPU.
    pub threads: usize,
    /// Whether single kernel calls can be timed.
    pub timestamps: bool,
    /// Bytes one shader binding may cover.
    pub max_binding_bytes: u64,
    pub max_buffer_bytes: u64,
    /// Bytes that all buffers may have together, where that is known: WebAssembly has addresses for 4 GiB.
    pub max_memory_bytes: Option<u64>,
}

impl DeviceInfo {
    /// Bytes that one buffer may have and still be bound whole.
    pub fn largest_buffer(&self) -> u64 {
        self.max_binding_bytes.min(self.max_buffer_bytes)
    }

    /// The CPU computes, as itself or in the place of a GPU: what takes long is better done in small portions.
    pub fn computes_on_cpu(&self) -> bool {
        self.is_cpu() || self.software
    }

    pub fn is_cpu(&self) -> bool {
        self.kind == DeviceKind::Cpu
    }

    /// Under which what was measured on the device can be kept: changes with the device, its driver and this crate's
    /// version. Browsers hide much of the names, so limits have their part in it.
    pub fn tuning_key(&self) -> String {
        let Self { name, driver, max_buffer_bytes, .. } = self;
        let version = env!("CARGO_PKG_VERSION");
        format!("simcse-lab {version} matmul: {name}, {driver}, {max_buffer_bytes}")
    }
}
