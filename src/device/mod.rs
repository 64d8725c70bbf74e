//! What a plan runs on: a GPU, or the cores of the CPU. Buffers, recorded plans and readback look the same over both.
//!
//! Knows no model. wgpu stays inside `gpu`; the CPU's threads, queue and memory inside `cpu`.

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

/// One device, shared by all who compute on it. Cheap to clone.
#[derive(Clone)]
pub enum Device {
    Gpu(Gpu),
    Cpu(Cpu),
}

impl Device {
    /// Opens what `options` ask for. [`DeviceChoice::Auto`] takes a real GPU, and the CPU where there is none: an
    /// adapter that imitates a GPU on the CPU is several times slower than the CPU itself.
    ///
    /// # Errors
    /// A GPU was asked for and cannot be had.
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

    /// The first error the device reported since the last call, if any; a lost device stays lost.
    pub fn check(&self) -> Result<(), DeviceError> {
        match self {
            Self::Gpu(gpu) => gpu.check(),
            Self::Cpu(_) => Ok(()),
        }
    }

    /// Waits for the errors of all shaders and pipelines made so far, then for those of buffers and bindings.
    /// Call it after building a plan, before trusting it.
    pub async fn ready(&self) -> Result<(), DeviceError> {
        self.ready_with(|_, _| ()).await
    }

    /// The same; `progress` hears how many of the shaders and pipelines that had to be compiled are, and of how many.
    pub async fn ready_with(&self, progress: impl FnMut(usize, usize)) -> Result<(), DeviceError> {
        match self {
            Self::Gpu(gpu) => gpu.ready_with(progress).await,
            Self::Cpu(_) => Ok(()),
        }
    }

    /// Gives up what was submitted and is not done yet, where that can be: on the CPU, whose queue waits for whoever
    /// awaits its results. A GPU goes through with it.
    pub fn abandon(&self) {
        if let Self::Cpu(cpu) = self {
            cpu.abandon();
        }
    }

    /// How models built from now on compute their matrix products on a GPU.
    pub fn matmul(&self) -> Option<MatmulKind> {
        match self {
            Self::Gpu(gpu) => Some(gpu.matmul()),
            Self::Cpu(_) => None,
        }
    }

    /// The CPU has one way only.
    pub fn set_matmul(&self, kind: MatmulKind) {
        if let Self::Gpu(gpu) = self {
            gpu.set_matmul(kind);
        }
    }
}
