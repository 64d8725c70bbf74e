//! The GPU runtime: one device, its buffers, cached pipelines, recorded plans and readback.
//!
//! Knows no model. The same code runs natively (Vulkan, Metal, DX12) and in the browser (WebGPU).

mod buffer;
mod device;
mod error;
mod matmul_kind;
mod pipeline;
mod plan;
mod quad_check;
mod readback;
mod recorder;
mod timestamps;
#[cfg(target_arch = "wasm32")]
mod web_name;
#[cfg(target_arch = "wasm32")]
mod web_subgroups;
mod work;

pub use buffer::{Arena, View};
pub use device::{Gpu, GpuInfo, GpuOptions};
pub use error::GpuError;
pub use matmul_kind::MatmulKind;
pub use pipeline::{Binding, KernelSpec, ShaderSource};
pub use plan::{Dispatch, Extent, Grid, Plan, clear};
pub use readback::{Readback, ReadbackRing};
pub use recorder::Recorder;
pub use timestamps::{KernelTime, Timestamps};
pub use work::{Amount, Work};
