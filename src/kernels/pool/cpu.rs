//! shaders/pool.wgsl on the CPU; the formulas are at its head.

use super::Pool;
use crate::{
    device::{Chunk, DeviceError, Plan, Split, View},
    kernels::{
        Kernels, ROWS, Step, TOKENS,
        cpu::{CpuKernel, fours, words},
        vector::{add, add_scaled},
    },
};

/// Rows of the result in a chunk.
const CHUNK_ROWS: u32 = 16;

struct Forward {
    hidden: usize,
    mean: bool,
    accumulate: bool,
    factor: f32,
}

struct Backward(Forward);

fn settings(layer: &Pool) -> Forward {
    let Pool { mean, accumulate, factor, .. } = *layer;
    Forward { hidden: layer.hidden as usize, mean, accumulate, factor }
}

pub(super) fn forward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Pool,
    states: &View,
    pooled: &View,
) -> Result<(), DeviceError> {
    let (split, outputs) = (Split::rows(ROWS, CHUNK_ROWS), [(pooled, layer.hidden as usize)]);
    kernels.call_cpu(plan, "pool", &split, [layer.row_starts, states], outputs, settings(layer))
}

impl CpuKernel<2, 1> for Forward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [row_starts, states]: [&[f32]; 2], [pooled]: [&mut [f32]; 1]) {
        let starts = words(row_starts);
        let mut sum = vec![0.0; self.hidden];
        for (row, pooled) in chunk.rows.zip(pooled.chunks_exact_mut(self.hidden)) {
            let (begin, end) = (starts[row] as usize, starts[row + 1] as usize);
            let end = if self.mean { end } else { begin + 1 };
            sum.fill(0.0);
            states[begin * self.hidden..end * self.hidden]
                .chunks_exact(self.hidden)
                .for_each(|state| add(&mut sum, state));
            if !self.accumulate {
                pooled.fill(0.0);
            }
            add_scaled(pooled, self.factor / (end - begin) as f32, &sum);
        }
    }
}

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Pool,
    d_pooled: &View,
    d_states: &View,
) -> Result<(), DeviceError> {
    let (split, outputs) = (Split::rows(TOKENS, CHUNK_ROWS), [(d_states, layer.hidden as usize)]);
    let kernel = Backward(settings(layer));
    kernels.call_cpu(plan, "pool_backward", &split, [layer.spans, d_pooled], outputs, kernel)
}

impl CpuKernel<2, 1> for Backward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [spans, d_pooled]: [&[f32]; 2], [d_states]: [&mut [f32]; 1]) {
        let Forward { hidden, mean, accumulate, factor } = self.0;
        for (token, d_state) in chunk.rows.zip(d_states.chunks_exact_mut(hidden)) {
            let [_, begin, end, row] = fours(spans)[token].map(|place| place as usize);
            if !accumulate {
                d_state.fill(0.0);
            }
            let share = match (mean, token == begin) {
                (true, _) => factor / (end - begin) as f32,
                (false, true) => factor,
                (false, false) => continue,
            };
            add_scaled(d_state, share, &d_pooled[row * hidden..][..hidden]);
        }
    }
}
