use bytemuck::{Pod, Zeroable};

use super::{Kernels, THREADS, TOKENS, shader};
use crate::gpu::{
    Binding::{self, Read, ReadWrite, Uniform},
    GpuError, Grid, KernelSpec, Plan, ShaderSource, View,
};

pub(super) static SOURCE: ShaderSource = shader!("common/dropout.wgsl", "attention.wgsl");

const fn spec(entry: &'static str, bindings: &'static [Binding]) -> KernelSpec {
    KernelSpec { source: &SOURCE, entry, bindings }
}
static FORWARD: KernelSpec = spec("attention", &[Uniform, Uniform, Read, Read, ReadWrite, ReadWrite]);
static BACKWARD_QUERY: KernelSpec =
    spec("attention_backward_query", &[Uniform, Uniform, Read, Read, Read, Read, Read, ReadWrite, ReadWrite]);
static BACKWARD_KEY: KernelSpec =
    spec("attention_backward_key", &[Uniform, Uniform, Read, Read, Read, Read, Read, Read, ReadWrite]);
static BACKWARD_VALUE: KernelSpec =
    spec("attention_backward_value", &[Uniform, Uniform, Read, Read, Read, Read, Read, Read, ReadWrite]);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    heads: u32,
    hidden: u32,
    blocks: u32,
    site: u32,
}

/// Self-attention of every packed row; `hidden / heads` is at most 128.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    pub hidden: u32,
    pub heads: u32,
    /// Longest row the dropout masks must tell apart.
    pub max_positions: u32,
    /// Dropout site of the probabilities, or `NO_DROPOUT`.
    pub site: u32,
    /// [tokens, 4] u32: key into the dropout masks, first token of the row, end of the row, row.
    pub spans: &'a View,
    /// [tokens, 3, hidden]: queries, keys, values.
    pub qkv: &'a View,
    /// [tokens, hidden]: the output, kept for the backward pass.
    pub context: &'a View,
    /// [tokens, heads]: log-sum-exp of the scores, kept for the backward pass.
    pub log_sums: &'a View,
}

/// Buffers of the backward pass.
#[derive(Clone, Copy)]
pub struct AttentionGradient<'a> {
    /// [tokens, hidden]
    pub context: &'a View,
    /// [tokens, 3, hidden]
    pub qkv: &'a View,
    /// [tokens, heads] scratch.
    pub delta: &'a View,
}

impl Attention<'_> {
    fn op(&self) -> Op {
        Op { heads: self.heads, hidden: self.hidden, blocks: self.max_positions.div_ceil(4), site: self.site }
    }

    fn constants(&self) -> [(&'static str, f64); 1] {
        [("head_dim", f64::from(self.hidden / self.heads))]
    }

    fn grid(&self) -> Grid {
        Grid::new(TOKENS, THREADS, self.heads)
    }
}

impl Kernels {
    pub fn attention(&self, plan: &mut Plan, layer: &Attention) -> Result<(), GpuError> {
        let views = [layer.spans, layer.qkv, layer.context, layer.log_sums];
        self.call(plan, &FORWARD, &layer.constants(), &layer.op(), &views, layer.grid())
    }

    pub fn attention_backward(
        &self,
        plan: &mut Plan,
        layer: &Attention,
        gradient: &AttentionGradient,
    ) -> Result<(), GpuError> {
        let (constants, op, grid) = (layer.constants(), layer.op(), layer.grid());
        let (spans, qkv, d_context) = (layer.spans, layer.qkv, gradient.context);
        let views = [spans, qkv, d_context, layer.context, layer.log_sums, gradient.delta, gradient.qkv];
        self.call(plan, &BACKWARD_QUERY, &constants, &op, &views, grid)?;
        // Keys and values take δ; the attention's output is bound where they do not look.
        let views = [spans, qkv, d_context, layer.context, layer.log_sums, gradient.delta, gradient.qkv];
        self.call(plan, &BACKWARD_KEY, &constants, &op, &views, grid)?;
        self.call(plan, &BACKWARD_VALUE, &constants, &op, &views, grid)
    }
}
