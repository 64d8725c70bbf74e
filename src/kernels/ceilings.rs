//! What a device can do at best, measured: the yardsticks of profiles, and how the kind of matrix product is chosen.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use web_time::Instant;

use super::{Kernels, Linear, Step};
use crate::gpu::{Arena, Extent, Gpu, GpuError, MatmulKind, Plan, View};

/// Rates of a device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ceilings {
    /// Bytes read and written by copies from buffer to buffer, in GB/s.
    pub copy_gigabytes_per_second: f64,
    /// float32 operations of a square matrix product, in GFLOP/s, for each kind that runs on the device.
    pub matmul_gigaflops: Vec<(MatmulKind, f64)>,
}

/// Elements of a side of the square products: large enough to be typical, small enough to be over in tenths of a
/// second.
fn side(gpu: &Gpu) -> u32 {
    if gpu.info().software { 384 } else { 2048 }
}

impl Ceilings {
    /// Takes about a second.
    pub async fn measure(gpu: &Gpu) -> Result<Self, GpuError> {
        let mut matmul_gigaflops = Vec::new();
        for kind in MatmulKind::ALL.into_iter().filter(|kind| kind.runs_on(gpu.info())) {
            matmul_gigaflops.push((kind, matmul_gigaflops_of(gpu, kind).await?));
        }
        Ok(Self { copy_gigabytes_per_second: copy_rate(gpu).await?, matmul_gigaflops })
    }

    /// Measures, and has the device use the kind of product that was fastest from now on.
    pub async fn tune(gpu: &Gpu) -> Result<Self, GpuError> {
        let ceilings = Self::measure(gpu).await?;
        if let Some((kind, _)) = ceilings.best_matmul() {
            gpu.set_matmul(kind);
        }
        Ok(ceilings)
    }

    /// The fastest kind of product, and its rate.
    pub fn best_matmul(&self) -> Option<(MatmulKind, f64)> {
        self.matmul_gigaflops.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Seconds of the fastest of three runs of what `submit` submits, after one that is not timed.
async fn fastest(gpu: &Gpu, probe: &View, mut submit: impl FnMut()) -> Result<f64, GpuError> {
    let mut best = f64::INFINITY;
    for run in 0..4 {
        let begin = Instant::now();
        submit();
        // A readback is over when everything submitted before it is.
        probe.slice(0, 4).read::<u32>(gpu).await?;
        if run > 0 {
            best = best.min(begin.elapsed().as_secs_f64());
        }
    }
    Ok(best)
}

async fn matmul_gigaflops_of(gpu: &Gpu, kind: MatmulKind) -> Result<f64, GpuError> {
    let arena = Rc::new(Arena::new(gpu));
    let kernels = Kernels::new(arena.clone())?.with_matmul(kind);
    let n = side(gpu);
    let matrix = |label| arena.storage(label, (n * n) as usize);
    let (x, weight, y) = (matrix("x")?, matrix("weight")?, matrix("y")?);
    let bias = arena.storage("bias", n as usize)?;
    let layer = Linear { rows: Extent::Fixed(n), inputs: n, outputs: n, weight: &weight, bias: &bias };
    let mut plan = Plan::default();
    kernels.linear(&mut plan, &layer, &x, &y)?;
    gpu.ready().await?;
    let step = Step::default();
    kernels.write_step(&step);
    let seconds = fastest(gpu, &y, || plan.submit(gpu, &step.sizes())).await?;
    Ok(2.0 * f64::from(n).powi(3) / seconds / 1e9)
}

async fn copy_rate(gpu: &Gpu) -> Result<f64, GpuError> {
    const FLOATS: usize = 8 << 20;
    let arena = Arena::new(gpu);
    let (from, to) = (arena.storage("from", FLOATS)?, arena.storage("to", FLOATS)?);
    let seconds = fastest(gpu, &to, || {
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(&from.buffer, 0, &to.buffer, 0, from.size);
        gpu.queue().submit([encoder.finish()]);
    })
    .await?;
    Ok(2.0 * from.size as f64 / seconds / 1e9)
}
