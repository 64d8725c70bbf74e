//! Measured peak rates of a device: what profiles compare with, and what chooses the tile size of matrix products.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use web_time::Instant;

use super::{Kernels, Linear, Step};
use crate::device::{Arena, Device, DeviceError, Extent, MatmulKind, Plan, Recorder, View};

/// Rates of a device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ceilings {
    /// Bytes read and written by copies from buffer to buffer, in GB/s.
    pub copy_gigabytes_per_second: f64,
    /// float32 operations of a square matrix product, in GFLOP/s, for each kind that a GPU may use; the CPU has one,
    /// `None`.
    pub matmul_gigaflops: Vec<(Option<MatmulKind>, f64)>,
}

/// Rows and columns of the square products: large enough to be typical, small enough to take tenths of a second.
fn side(device: &Device) -> u32 {
    if device.info().software {
        384
    } else if device.info().is_cpu() {
        768
    } else {
        2048
    }
}

impl Ceilings {
    /// Measures all rates, in about a second.
    ///
    /// # Errors
    /// The device's.
    pub async fn measure(device: &Device) -> Result<Self, DeviceError> {
        let mut matmul_gigaflops = Vec::new();
        let kinds = match device {
            Device::Gpu(_) => MatmulKind::ALL.map(Some).to_vec(),
            Device::Cpu(_) => vec![None],
        };
        for kind in kinds {
            matmul_gigaflops.push((kind, matmul_gigaflops_of(device, kind).await?));
        }
        Ok(Self { copy_gigabytes_per_second: copy_rate(device).await?, matmul_gigaflops })
    }

    /// Measures, and makes the fastest kind of product the device's choice from now on.
    ///
    /// # Errors
    /// The device's.
    pub async fn tune(device: &Device) -> Result<Self, DeviceError> {
        let ceilings = Self::measure(device).await?;
        if let Some((Some(kind), _)) = ceilings.best_matmul() {
            device.set_matmul(kind);
        }
        Ok(ceilings)
    }

    /// The fastest kind of product, and its rate.
    pub fn best_matmul(&self) -> Option<(Option<MatmulKind>, f64)> {
        self.matmul_gigaflops.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Seconds of the fastest of three runs of what `submit` submits, after an untimed one.
async fn fastest(device: &Device, probe: &View, mut submit: impl FnMut()) -> Result<f64, DeviceError> {
    let mut best = f64::INFINITY;
    for run in 0..4 {
        let begin = Instant::now();
        submit();
        // A readback completes after everything submitted before it.
        probe.slice(0, 4).read::<u32>(device).await?;
        if run > 0 {
            best = best.min(begin.elapsed().as_secs_f64());
        }
    }
    Ok(best)
}

async fn matmul_gigaflops_of(device: &Device, kind: Option<MatmulKind>) -> Result<f64, DeviceError> {
    let arena = Rc::new(Arena::new(device));
    let kernels = Kernels::new(arena.clone())?.with_matmul(kind.unwrap_or_default());
    let n = side(device);
    let matrix = |label| arena.storage(label, (n * n) as usize);
    let (x, weight, y) = (matrix("x")?, matrix("weight")?, matrix("y")?);
    let bias = arena.storage("bias", n as usize)?;
    let layer = Linear { rows: Extent::Fixed(n), inputs: n, outputs: n, weight: &weight, bias: &bias };
    let mut plan = Plan::default();
    kernels.linear(&mut plan, &layer, &x, &y)?;
    device.ready().await?;
    let step = Step::default();
    kernels.write_step(&step);
    let seconds = fastest(device, &y, || Recorder::new(device).plan(&plan, &step.sizes())).await?;
    Ok(2.0 * f64::from(n).powi(3) / seconds / 1e9)
}

async fn copy_rate(device: &Device) -> Result<f64, DeviceError> {
    const FLOATS: usize = 8 << 20;
    let arena = Arena::new(device);
    let (from, to) = (arena.storage("from", FLOATS)?, arena.storage("to", FLOATS)?);
    let seconds = fastest(device, &to, || {
        Recorder::new(device).copy(&from, &to);
    })
    .await?;
    Ok(2.0 * from.size as f64 / seconds / 1e9)
}
