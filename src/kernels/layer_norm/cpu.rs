//! shaders/layer_norm.wgsl on the CPU; the formulas are at its head.

use super::{LayerNorm, LayerNormGradient};
use crate::{
    device::{Chunk, DeviceError, Plan, Split, View, Work},
    kernels::{
        CHUNK, Kernels, Step, TOKENS,
        cpu::{CpuKernel, fours},
        dropout::drop_from,
        vector::{add, dot, squares_around, sum},
    },
};

/// Tokens of a chunk.
const CHUNK_ROWS: u32 = 16;

struct Forward {
    hidden: usize,
    epsilon: f32,
    site_in: u32,
    site_out: u32,
    has_residual: bool,
}

pub(super) fn forward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &LayerNorm,
    residual: Option<&View>,
    y: &View,
) -> Result<(), DeviceError> {
    let LayerNorm { epsilon, site_in, site_out, .. } = *layer;
    let hidden = layer.hidden as usize;
    let kernel = Forward { hidden, epsilon, site_in, site_out, has_residual: residual.is_some() };
    let inputs = [layer.spans, layer.weights, residual.unwrap_or(layer.weights)];
    let outputs = [(layer.sums, hidden), (y, hidden), (layer.statistics, 2)];
    kernels.call_cpu(plan, "layer_norm", &Split::rows(TOKENS, CHUNK_ROWS), inputs, outputs, kernel)
}

impl CpuKernel<3, 3> for Forward {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [spans, weights, residual]: [&[f32]; 3],
        [sums, y, statistics]: [&mut [f32]; 3],
    ) {
        let (gamma, beta) = weights[..2 * self.hidden].split_at(self.hidden);
        let rows = sums.chunks_exact_mut(self.hidden).zip(y.chunks_exact_mut(self.hidden));
        for ((row, (s, y)), statistic) in chunk.rows.zip(rows).zip(statistics.chunks_exact_mut(2)) {
            let key = fours(spans)[row][0];
            drop_from(s, step, self.site_in, key, 0);
            if self.has_residual {
                add(s, &residual[row * self.hidden..(row + 1) * self.hidden]);
            }
            let mean = sum(s) / self.hidden as f32;
            let variance = squares_around(s, mean) / self.hidden as f32;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            for (((y, s), gamma), beta) in y.iter_mut().zip(&*s).zip(gamma).zip(beta) {
                *y = (s - mean) * scale * gamma + beta;
            }
            drop_from(y, step, self.site_out, key, 0);
            statistic.copy_from_slice(&[mean, scale]);
        }
    }
}

struct Backward {
    hidden: usize,
    site_in: u32,
    site_out: u32,
}

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &LayerNorm,
    gradient: &LayerNormGradient,
) -> Result<(), DeviceError> {
    let hidden = layer.hidden as usize;
    let inputs = [layer.spans, layer.weights, layer.sums, layer.statistics, gradient.dy];
    let outputs = [(gradient.d_residual, hidden), (gradient.dx, hidden)];
    let kernel = Backward { hidden, site_in: layer.site_in, site_out: layer.site_out };
    let split = Split::rows(TOKENS, CHUNK_ROWS);
    kernels.call_cpu(plan, "layer_norm_backward", &split, inputs, outputs, kernel)?;
    plan.note(Work::moving(TOKENS, 4 * layer.hidden));

    let inputs = [layer.spans, layer.sums, layer.statistics, gradient.dy];
    let kernel = Partials { hidden, site_out: layer.site_out };
    let split = Split::Parts { extent: TOKENS, tile: CHUNK };
    kernels.call_cpu(
        plan,
        "layer_norm_partials",
        &split,
        inputs,
        [(gradient.partials, 2 * hidden)],
        kernel,
    )?;
    plan.note(Work::moving(TOKENS, 2 * layer.hidden));
    Ok(())
}

impl CpuKernel<5, 2> for Backward {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [spans, weights, sums, statistics, dy]: [&[f32]; 5],
        [d_residual, dx]: [&mut [f32]; 2],
    ) {
        let hidden = self.hidden;
        let gamma = &weights[..hidden];
        let rows = d_residual.chunks_exact_mut(hidden).zip(dx.chunks_exact_mut(hidden));
        for (row, (ds, dx)) in chunk.rows.zip(rows) {
            let key = fours(spans)[row][0];
            let (s, dy) = (&sums[row * hidden..][..hidden], &dy[row * hidden..][..hidden]);
            let (mean, scale) = (statistics[2 * row], statistics[2 * row + 1]);
            // Until they are overwritten, dx holds x̂ and ds holds g.
            for (x_hat, s) in dx.iter_mut().zip(s) {
                *x_hat = (s - mean) * scale;
            }
            ds.copy_from_slice(dy);
            drop_from(ds, step, self.site_out, key, 0);
            for (g, gamma) in ds.iter_mut().zip(gamma) {
                *g *= gamma;
            }
            let mean_gradient = sum(ds) / hidden as f32;
            let mean_projected = dot(ds, dx) / hidden as f32;
            for (ds, x_hat) in ds.iter_mut().zip(&*dx) {
                *ds = (*ds - mean_gradient - x_hat * mean_projected) * scale;
            }
            dx.copy_from_slice(ds);
            drop_from(dx, step, self.site_in, key, 0);
        }
    }
}

/// Partial sums of dγ then dβ, [2, hidden] for each chunk of tokens.
struct Partials {
    hidden: usize,
    site_out: u32,
}

impl CpuKernel<4, 1> for Partials {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [spans, sums, statistics, dy]: [&[f32]; 4],
        [partials]: [&mut [f32]; 1],
    ) {
        let hidden = self.hidden;
        let begin = CHUNK as usize * chunk.rows.start;
        let end = (begin + CHUNK as usize).min(step.tokens as usize);
        let (d_gamma, d_beta) = partials.split_at_mut(hidden);
        d_gamma.fill(0.0);
        d_beta.fill(0.0);
        let mut g = vec![0.0; hidden];
        for row in begin..end {
            g.copy_from_slice(&dy[row * hidden..][..hidden]);
            drop_from(&mut g, step, self.site_out, fours(spans)[row][0], 0);
            let (mean, scale) = (statistics[2 * row], statistics[2 * row + 1]);
            for ((d_gamma, g), s) in d_gamma.iter_mut().zip(&g).zip(&sums[row * hidden..][..hidden]) {
                *d_gamma += g * (s - mean) * scale;
            }
            add(d_beta, &g);
        }
    }
}

/// Adds up the partial sums, one norm at a time.
pub(super) fn parameters(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    partials: &View,
    partials_len: usize,
    d_weights: &[View],
) -> Result<(), DeviceError> {
    for (norm, total) in d_weights.iter().enumerate() {
        let of_norm = partials.slice(norm * partials_len, partials_len);
        kernels.sum_partials(plan, &of_norm, total, 2 * hidden, TOKENS, CHUNK)?;
    }
    Ok(())
}
