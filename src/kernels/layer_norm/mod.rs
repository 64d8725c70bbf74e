//! LayerNorm of a residual sum with dropout, forward and backward, as calls for a GPU; cpu.rs has the CPU's. Formulas,
//! shapes and costs: shaders/layer_norm.wgsl. Source: Ba, Kiros and Hinton (arXiv 1607.06450).
//!
//! ds: x̂ = (s − μ)·r with r = 1/√(σ² + ε), ∂μ/∂s_i = 1/H and ∂r/∂s_i = −r²·x̂_i/H. With g the gradient of x̂,
//! Σ_j g_j ∂x̂_j/∂s_i = r·(g_i − mean(g) − x̂_i·mean(g·x̂)).

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{ALIGNMENT, CHUNK, Kernels, NO_DROPOUT, TEAM, TEAMS, TOKENS, shader};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Grid, KernelSpec, Plan, ShaderSource, View, Work,
};

static SOURCE: ShaderSource = shader!("common/dropout.wgsl", "common/team.wgsl", "layer_norm.wgsl");
static FORWARD: KernelSpec =
    SOURCE.kernel("layer_norm", &[Uniform, Uniform, Read, Read, Read, ReadWrite, ReadWrite, ReadWrite]);
static BACKWARD: KernelSpec = SOURCE.kernel(
    "layer_norm_backward",
    &[Uniform, Uniform, Read, Read, Read, Read, Read, ReadWrite, ReadWrite, ReadWrite],
);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    site_in: u32,
    site_out: u32,
    has_residual: u32,
    epsilon: f32,
    pad: [u32; 3],
}

/// `y = dropout_out(LayerNorm(dropout_in(x) + residual))` over all tokens; `hidden` is a multiple of 4.
#[derive(Clone, Copy)]
pub struct LayerNorm<'a> {
    pub hidden: u32,
    pub epsilon: f32,
    /// γ then β, [2, hidden].
    pub weights: &'a View,
    /// [tokens, 4] u32: dropout key, first token of the row, end of the row, row.
    pub spans: &'a View,
    /// Dropout site of x, or [`NO_DROPOUT`].
    pub site_in: u32,
    /// Dropout site of y, or [`NO_DROPOUT`].
    pub site_out: u32,
    /// In: x; out: s, x with its dropout plus the residual. [tokens, hidden], kept for the backward pass.
    pub sums: &'a View,
    /// μ and r = 1/√(σ² + ε) of each token, [tokens, 2], kept for the backward pass.
    pub statistics: &'a View,
}

/// Buffers of the backward pass.
#[derive(Clone, Copy)]
pub struct LayerNormGradient<'a> {
    /// Read, [tokens, hidden].
    pub dy: &'a View,
    /// Gradient of the residual input, [tokens, hidden].
    pub d_residual: &'a View,
    /// Gradient of x, [tokens, hidden]: `d_residual` with the dropout of x.
    pub dx: &'a View,
    /// Partial sums of dγ then dβ, [⌈tokens/64⌉, 2, hidden] in [`LayerNorm::partials_len`] floats, which
    /// [`Kernels::layer_norm_parameters`] adds up.
    pub partials: &'a View,
}

impl LayerNorm<'_> {
    fn op(&self, has_residual: bool) -> Op {
        Op {
            width: self.hidden / 4,
            site_in: self.site_in,
            site_out: self.site_out,
            has_residual: u32::from(has_residual),
            epsilon: self.epsilon,
            pad: [0; 3],
        }
    }

    /// Floats that the partial sums of up to `tokens` tokens take, rounded up to the alignment of bindings.
    pub fn partials_len(hidden: usize, tokens: usize) -> usize {
        (2 * hidden * tokens.div_ceil(CHUNK as usize)).next_multiple_of(ALIGNMENT)
    }
}

impl Kernels {
    /// Writes `y`, and `layer.sums` and `layer.statistics` for the backward pass.
    pub fn layer_norm(
        &self,
        plan: &mut Plan,
        layer: &LayerNorm,
        residual: Option<&View>,
        y: &View,
    ) -> Result<(), DeviceError> {
        debug_assert!(layer.site_in == NO_DROPOUT || layer.site_in < 256, "sites are one byte");
        if self.on_cpu() {
            cpu::forward(self, plan, layer, residual, y)?;
        } else {
            // The binding must be filled; without a residual the shader does not read it.
            let bound = residual.unwrap_or(layer.weights);
            let views = [layer.spans, layer.weights, bound, layer.sums, y, layer.statistics];
            let grid = Grid::new(TOKENS, TEAMS, 1);
            self.call(plan, &FORWARD, &[], &layer.op(residual.is_some()), &views, grid)?;
        }
        plan.note(Work::moving(TOKENS, (3 + u32::from(residual.is_some())) * layer.hidden));
        Ok(())
    }

    /// Gradients of x and the residual, and partial sums of those of γ and β; see [`LayerNormGradient`].
    pub fn layer_norm_backward(
        &self,
        plan: &mut Plan,
        layer: &LayerNorm,
        gradient: &LayerNormGradient,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::backward(self, plan, layer, gradient);
        }
        let views = [
            layer.spans,
            layer.weights,
            gradient.dy,
            layer.sums,
            layer.statistics,
            gradient.d_residual,
            gradient.dx,
            gradient.partials,
        ];
        let grid = Grid::new(TOKENS, CHUNK, CHUNK / TEAMS + (layer.hidden / 4).div_ceil(TEAM));
        self.call(plan, &BACKWARD, &[], &layer.op(false), &views, grid)?;
        plan.note(Work::moving(TOKENS, 4 * layer.hidden));
        Ok(())
    }

    /// Adds up the partial sums that [`Kernels::layer_norm_backward`] left for several norms over the same tokens.
    /// `partials` holds those of each norm one after the other, `partials_len` floats each; `d_weights` are the gradients
    /// of γ then β that are written, [2, hidden] for each norm.
    pub fn layer_norm_parameters(
        &self,
        plan: &mut Plan,
        hidden: u32,
        partials: &View,
        partials_len: usize,
        d_weights: &[View],
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::parameters(self, plan, hidden, partials, partials_len, d_weights);
        }
        // The gradients lie in one buffer, or in several where one would exceed the binding limit.
        let mut buffers: Vec<&View> = Vec::new();
        for view in d_weights {
            if !buffers.iter().any(|buffer| buffer.shares_buffer(view)) {
                buffers.push(view);
            }
        }
        for buffer in buffers {
            let of_buffer = || (0..).zip(d_weights).filter(|(_, view)| view.shares_buffer(buffer));
            let begin = of_buffer().map(|(_, view)| view.offset).min().unwrap_or(0);
            let end = of_buffer().map(|(_, view)| view.offset + view.size).max().unwrap_or(0);
            let total = buffer.of_buffer(begin, end - begin);
            let entry = |(norm, view): (usize, &View)| {
                [(norm * partials_len / 4) as u32, ((view.offset - begin) / 16) as u32]
            };
            let list: Vec<[u32; 2]> = of_buffer().map(entry).collect();
            self.sum_listed_partials(plan, partials, &total, 2 * hidden, &list, TOKENS, CHUNK)?;
        }
        Ok(())
    }
}
