//! Reading buffers back: single ones, and values of every step through a ring.

use super::{Device, DeviceError, View, cpu, gpu};

/// A copy of bytes on its way from the device; await [`Readback::read`].
pub enum Readback {
    Gpu(gpu::Mapping),
    Cpu(cpu::Fetched),
}

impl Readback {
    /// Copies `view` as it is after everything submitted so far.
    pub fn start(device: &Device, view: &View) -> Self {
        match device {
            Device::Gpu(gpu) => Self::Gpu(gpu::Mapping::start(gpu, view)),
            Device::Cpu(cpu) => Self::Cpu(cpu.fetch(view)),
        }
    }

    /// The values, from the device's little-endian bytes.
    ///
    /// # Errors
    /// Those that the device raised up to now.
    pub async fn read<T: bytemuck::Pod>(self) -> Result<Vec<T>, DeviceError> {
        match self {
            Self::Gpu(mut mapping) => mapping.bytes(bytemuck::pod_collect_to_vec).await,
            Self::Cpu(fetched) => match fetched.bytes().await {
                Some(bytes) => Ok(bytemuck::pod_collect_to_vec(&bytes)),
                None => Err(DeviceError::Readback("it was given up".to_owned())),
            },
        }
    }
}

/// Readbacks of values that every step produces. Host and device do not wait for each other, until `depth` steps are in
/// flight: then the oldest must be awaited, so the host never runs further ahead than that.
pub enum ReadbackRing {
    Gpu(gpu::MappingRing),
    Cpu(cpu::FetchedRing),
}

impl ReadbackRing {
    /// For values of up to `size` bytes.
    pub fn new(device: &Device, size: u64, depth: usize) -> Self {
        match device {
            Device::Gpu(gpu) => Self::Gpu(gpu::MappingRing::new(gpu, size, depth)),
            Device::Cpu(_) => Self::Cpu(cpu::FetchedRing::new(depth)),
        }
    }

    /// To be called after the submit that contains the recorded copy.
    pub fn after_submit(&mut self) {
        match self {
            Self::Gpu(ring) => ring.after_submit(),
            Self::Cpu(ring) => ring.after_submit(),
        }
    }

    /// Whether another step can be fetched.
    pub fn has_room(&self) -> bool {
        match self {
            Self::Gpu(ring) => ring.has_room(),
            Self::Cpu(ring) => ring.has_room(),
        }
    }

    /// Steps whose values have not been read yet.
    pub fn in_flight(&self) -> usize {
        match self {
            Self::Gpu(ring) => ring.in_flight(),
            Self::Cpu(ring) => ring.in_flight(),
        }
    }

    /// Drops the steps that were abandoned, see [`Device::abandon`], and returns how many are left.
    pub fn keep_done(&mut self) -> usize {
        match self {
            Self::Gpu(ring) => ring.in_flight(),
            Self::Cpu(ring) => ring.keep_done(),
        }
    }

    /// Waits for the values of the oldest step in flight; `None` if there is none.
    ///
    /// # Errors
    /// Those that the device raised up to now.
    pub async fn oldest<T: bytemuck::Pod>(&mut self) -> Result<Option<Vec<T>>, DeviceError> {
        match self {
            Self::Gpu(ring) => ring.oldest().await,
            Self::Cpu(ring) => Ok(ring.oldest().await.map(|bytes| bytemuck::pod_collect_to_vec(&bytes))),
        }
    }
}
