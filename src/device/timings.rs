//! Times of single kernel calls on either device.

use super::{Device, DeviceError, cpu, gpu};

/// Time of one kernel call, measured on the device.
#[derive(Debug, Clone, serde::Serialize)]
pub struct KernelTime {
    pub label: &'static str,
    pub nanoseconds: f64,
}

/// Times of single kernel calls, for profiling.
pub enum Timings {
    Gpu(gpu::Timestamps),
    Cpu(cpu::Clock),
}

impl Timings {
    /// Room for `calls` kernel calls (WebGPU allows at most 2,048); `None` on a GPU without timestamp queries.
    pub fn new(device: &Device, calls: u32) -> Option<Self> {
        match device {
            Device::Gpu(gpu) => gpu::Timestamps::new(gpu, calls).map(Self::Gpu),
            Device::Cpu(cpu) => Some(Self::Cpu(cpu::Clock::new(cpu))),
        }
    }

    /// The times since the last call of this, in order.
    ///
    /// # Errors
    /// Those that the device raised up to now.
    pub async fn read(&mut self) -> Result<Vec<KernelTime>, DeviceError> {
        match self {
            Self::Gpu(timestamps) => timestamps.read().await,
            Self::Cpu(clock) => Ok(clock.read().await),
        }
    }
}
