//! shaders/reduce.wgsl on the CPU, one sum per call; the formula is at its head.

use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split, View},
    kernels::{Kernels, Step, cpu::CpuKernel, vector::add},
};

/// Floats of the total that a chunk sums.
const CHUNK_FLOATS: u32 = 256;

struct SumPartials {
    /// Floats of a partial sum.
    len: usize,
    /// What the partial sums divide, and how much of it one covers.
    extent: Extent,
    covered: u32,
}

pub(super) fn sum_partials(
    kernels: &Kernels,
    plan: &mut Plan,
    partials: &View,
    total: &View,
    len: u32,
    extent: Extent,
    covered: u32,
) -> Result<(), DeviceError> {
    let split = Split::rows(Extent::Fixed(len), CHUNK_FLOATS);
    let kernel = SumPartials { len: len as usize, extent, covered };
    kernels.call_cpu(plan, "sum_partials", &split, [partials], [(total, 1)], kernel)
}

impl CpuKernel<1, 1> for SumPartials {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [partials]: [&[f32]; 1], [total]: [&mut [f32]; 1]) {
        if step.accumulate == 0 {
            total.fill(0.0);
        }
        let count = step.extent(self.extent).div_ceil(self.covered as usize);
        for partial in partials.chunks_exact(self.len).take(count) {
            add(total, &partial[chunk.rows.clone()]);
        }
    }
}
