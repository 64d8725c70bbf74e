//! Devices that plans run on: a GPU, or the cores of the CPU. Buffers, recording and readback have the same interface
//! on both.
//!
//! Knows no model. wgpu is used inside `gpu` only; threads, queue and memory of the CPU are inside `cpu`.

mod arena;
mod cpu;
mod error;
mod gpu;
mod info;
mod plan;
mod readback;
mod recorder;
mod timings;
mod view;
mod work;

pub use arena::Arena;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub use cpu::THREAD_NAME;
pub use cpu::{Chunk, Cpu, CpuCall, Split};
pub use error::DeviceError;
pub use gpu::{Binding, Dispatch, Gpu, Grid, KernelSpec, MatmulKind, ShaderSource};
pub use info::{DeviceChoice, DeviceInfo, DeviceKind, DeviceOptions, UnknownDevice};
pub use plan::{Call, Extent, Plan};
pub use readback::{Readback, ReadbackRing};
pub use recorder::Recorder;
pub use timings::{KernelTime, Timings};
pub use view::{Stored, View};
pub use work::{Amount, Work};

/// An open device. Clones share it and are cheap.
#[derive(Clone)]
pub enum Device {
    Gpu(Gpu),
    Cpu(Cpu),
}

impl Device {
    /// Opens the device that `options` ask for. [`DeviceChoice::Auto`] takes a real GPU, or the CPU where there is
    /// none: an adapter that emulates a GPU on the CPU is several times slower than the CPU backend.
    ///
    /// # Errors
    /// A GPU was asked for and is not available.
    pub async fn open(options: DeviceOptions) -> Result<Self, DeviceError> {
        let cpu = async || Ok(Self::Cpu(Cpu::open(options.threads).await));
        match options.choice {
            DeviceChoice::Cpu => cpu().await,
            DeviceChoice::Gpu => Ok(Self::Gpu(Gpu::new(options).await?)),
            DeviceChoice::Auto => match Gpu::new(options).await {
                Ok(gpu) if !gpu.info().software => Ok(Self::Gpu(gpu)),
                Ok(gpu) => {
                    log::info!("{} imitates a GPU on the CPU: the CPU is taken instead", gpu.info().name);
                    cpu().await
                }
                Err(error) => {
                    log::info!("no GPU, so the CPU: {error}");
                    cpu().await
                }
            },
        }
    }

    pub fn info(&self) -> &DeviceInfo {
        match self {
            Self::Gpu(gpu) => gpu.info(),
            Self::Cpu(cpu) => cpu.info(),
        }
    }

    /// Reports the first error that the device raised since the last call, if any; a lost device stays lost.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<(), DeviceError> {
        match self {
            Self::Gpu(gpu) => gpu.check(),
            Self::Cpu(_) => Ok(()),
        }
    }

    /// Waits for the compilation of all shaders and pipelines made so far. Call it after building a plan, before
    /// running it.
    ///
    /// # Errors
    /// Those of shaders, pipelines, buffers and bindings.
    pub async fn ready(&self) -> Result<(), DeviceError> {
        self.ready_with(|_, _| ()).await
    }

    /// As [`Device::ready`]; `progress` is given the number of shaders and pipelines compiled so far, and their total.
    ///
    /// # Errors
    /// As for [`Device::ready`].
    pub async fn ready_with(&self, progress: impl FnMut(usize, usize)) -> Result<(), DeviceError> {
        match self {
            Self::Gpu(gpu) => gpu.ready_with(progress).await,
            Self::Cpu(_) => Ok(()),
        }
    }

    /// Abandons submitted work that is not done yet. Only the CPU's queue can be abandoned; a GPU finishes what was
    /// submitted.
    pub fn abandon(&self) {
        if let Self::Cpu(cpu) = self {
            cpu.abandon();
        }
    }

    /// Tile size of matrix products of models built from now on; `None` on the CPU.
    pub fn matmul(&self) -> Option<MatmulKind> {
        match self {
            Self::Gpu(gpu) => Some(gpu.matmul()),
            Self::Cpu(_) => None,
        }
    }

    /// Sets [`Device::matmul`] on a GPU.
    pub fn set_matmul(&self, kind: MatmulKind) {
        if let Self::Gpu(gpu) = self {
            gpu.set_matmul(kind);
        }
    }
}
