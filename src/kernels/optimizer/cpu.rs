//! shaders/optimizer.wgsl on the CPU; the formulas are at its head.

use std::ops::Range;

use super::Optimizer;
use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split},
    kernels::{Kernels, METRICS, Step, cpu::CpuKernel, step, vector::dot},
};

const BETA1: f32 = step::BETA1 as f32;
const BETA2: f32 = step::BETA2 as f32;
// Rounded once, as the shader has them.
const REST1: f32 = (1.0 - step::BETA1) as f32;
const REST2: f32 = (1.0 - step::BETA2) as f32;
const EPSILON: f32 = 1e-8;
/// Floats of a chunk.
const CHUNK_FLOATS: u32 = 8192;
/// Floats that are skipped together where all of their updates would be 0.
const BLOCK: usize = 64;

pub(super) fn gradient_norm(
    kernels: &Kernels,
    plan: &mut Plan,
    optimizer: &Optimizer,
) -> Result<(), DeviceError> {
    let parts = |len: usize| len.div_ceil(CHUNK_FLOATS as usize);
    let all: usize = optimizer.shards.iter().map(|shard| parts(shard.len)).sum();
    let partials = kernels.arena().storage("squares of gradients", all)?;
    let mut first = 0;
    for shard in optimizer.shards {
        let of_shard = partials.slice(first, parts(shard.len));
        let split = Split::Parts { extent: Extent::Fixed(shard.len as u32), tile: CHUNK_FLOATS };
        let kernel = SumSquares { len: shard.len };
        kernels.call_cpu(plan, "sum_squares", &split, [&shard.gradients], [(&of_shard, 1)], kernel)?;
        first += parts(shard.len);
    }
    let one = Split::rows(Extent::Fixed(1), 1);
    let kernel = ClipFactor { partials: all };
    kernels.call_cpu(plan, "clip_factor", &one, [&partials], [(optimizer.metrics, METRICS)], kernel)
}

struct SumSquares {
    len: usize,
}

impl CpuKernel<1, 1> for SumSquares {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [gradients]: [&[f32]; 1], [partial]: [&mut [f32]; 1]) {
        let begin = chunk.rows.start * CHUNK_FLOATS as usize;
        let part = &gradients[begin..(begin + CHUNK_FLOATS as usize).min(self.len)];
        partial[0] = dot(part, part);
    }
}

struct ClipFactor {
    partials: usize,
}

impl CpuKernel<1, 1> for ClipFactor {
    #[inline(always)]
    fn run(&self, step: &Step, _: Chunk, [partials]: [&[f32]; 1], [metrics]: [&mut [f32]; 1]) {
        let sum = partials[..self.partials].iter().copied().map(f64::from).sum::<f64>() as f32;
        let norm = sum.sqrt();
        let clip = if step.max_norm > 0.0 { (step.max_norm / (norm + 1e-6)).min(1.0) } else { 1.0 };
        metrics[1] = norm;
        metrics[2] = if sum.is_finite() { clip } else { 0.0 };
    }
}

pub(super) fn adamw(kernels: &Kernels, plan: &mut Plan, optimizer: &Optimizer) -> Result<(), DeviceError> {
    for shard in optimizer.shards {
        let split = Split::rows(Extent::Fixed(shard.len as u32), CHUNK_FLOATS);
        let inputs = [&shard.gradients, optimizer.metrics];
        let outputs = [(&shard.parameters, 1), (&shard.first_moments, 1), (&shard.second_moments, 1)];
        let kernel = AdamW { decay_len: shard.decay_len };
        kernels.call_cpu(plan, "adamw", &split, inputs, outputs, kernel)?;
    }
    Ok(())
}

struct AdamW {
    decay_len: usize,
}

impl CpuKernel<2, 3> for AdamW {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [gradients, metrics]: [&[f32]; 2],
        [parameters, first_moments, second_moments]: [&mut [f32]; 3],
    ) {
        let clip = metrics[2];
        if clip == 0.0 {
            return;
        }
        let Range { start, end } = chunk.rows;
        let decaying = self.decay_len.clamp(start, end) - start;
        let gradients = &gradients[start..end];
        for (part, decay) in [(0..decaying, step.weight_decay), (decaying..end - start, 0.0)] {
            let parts = parameters[part.clone()]
                .chunks_mut(BLOCK)
                .zip(gradients[part.clone()].chunks(BLOCK))
                .zip(first_moments[part.clone()].chunks_mut(BLOCK))
                .zip(second_moments[part].chunks_mut(BLOCK));
            for (((p, g), m), v) in parts {
                // Words that no batch has contained yet, most of the table for a long time: the update would be 0.
                if decay == 0.0 && zero(g) && zero(m) && zero(v) {
                    continue;
                }
                update(step, clip, decay, p, g, m, v);
            }
        }
    }
}

#[inline(always)]
fn zero(values: &[f32]) -> bool {
    // By their bits, so −0 is not zero, which only costs time.
    values.iter().fold(0, |bits, value| bits | value.to_bits()) == 0
}

#[inline(always)]
fn update(step: &Step, clip: f32, decay: f32, p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
    for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
        let g = g * clip;
        *m = BETA1 * *m + REST1 * g;
        *v = BETA2 * *v + REST2 * g * g;
        let change = (*m * step.first_correction) / (v.sqrt() * step.second_correction + EPSILON);
        *p -= step.learning_rate * (decay * *p + change);
    }
}
