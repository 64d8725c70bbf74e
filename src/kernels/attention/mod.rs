//! Multi-head self-attention over packed rows, forward and backward, as calls for a GPU; cpu.rs has the CPU's.
//! Formulas, shapes and costs: shaders/attention/tiles.wgsl.
//!
//! The gradient of softmax is ds_ij = p_ij (dp_ij − Σ_k p_ik dp_ik), with dp_ij = m_ij do_i·v_j. That sum is
//! Σ_k m_ik p_ik do_i·v_k = do_i·o_i = δ_i, and p_ij = exp(s_ij − L_i), so no [length, length] matrix has to be stored
//! (FlashAttention, arXiv 2205.14135, appendix B).

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, PAIRS, TILES, TOKENS, shader};
use crate::device::{
    Amount,
    Binding::{self, Read, ReadWrite, Uniform},
    DeviceError, Grid, Plan, ShaderSource, View, Work,
};

/// For heads whose size is a multiple of 4, and for other sizes.
pub(super) static VECTORS: ShaderSource =
    shader!("common/dropout.wgsl", "attention/vectors.wgsl", "attention/tiles.wgsl");
pub(super) static SCALARS: ShaderSource =
    shader!("common/dropout.wgsl", "attention/scalars.wgsl", "attention/tiles.wgsl");

const FORWARD: Entry = ("attention", &[Uniform, Uniform, Read, Read, ReadWrite, ReadWrite]);
const BACKWARD_QUERY: Entry =
    ("attention_backward_query", &[Uniform, Uniform, Read, Read, Read, Read, Read, ReadWrite, ReadWrite]);
const BACKWARD_KEY_VALUE: Entry =
    ("attention_backward_key_value", &[Uniform, Uniform, Read, Read, Read, Read, Read, Read, ReadWrite]);

type Entry = (&'static str, &'static [Binding]);

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
    /// Positions that the dropout masks tell apart: the length of the longest possible row.
    pub max_positions: u32,
    /// Dropout site of the probabilities, or `NO_DROPOUT`.
    pub site: u32,
    /// [tiles, 4] u32: first token, first token of its row, end of the row, dropout key of the row's first token. A
    /// tile is that token and the following ones of its row, [`super::TILE`] at most.
    pub tiles: &'a View,
    /// [tokens, 4] u32: dropout key, first token of the row, end of the row, row.
    pub spans: &'a View,
    /// [rows + 1] u32
    pub row_starts: &'a View,
    /// [tokens, 3, hidden]: queries, keys, values.
    pub qkv: &'a View,
    /// o, [tokens, hidden], kept for the backward pass.
    pub context: &'a View,
    /// L, log-sum-exp of the scores, [tokens, heads], kept for the backward pass.
    pub log_sums: &'a View,
}

/// Buffers of the backward pass.
#[derive(Clone, Copy)]
pub struct AttentionGradient<'a> {
    /// do, read, [tokens, hidden].
    pub context: &'a View,
    /// dq, dk, dv, written, [tokens, 3, hidden].
    pub qkv: &'a View,
    /// Scratch for δ, [tokens, heads].
    pub delta: &'a View,
}

impl Attention<'_> {
    fn op(&self) -> Op {
        Op { heads: self.heads, hidden: self.hidden, blocks: self.max_positions.div_ceil(4), site: self.site }
    }

    /// Work of a kernel that computes `products` dot products per pair of tokens and head, and reads and writes
    /// `vectors` vectors of `hidden` floats per token.
    fn work(&self, products: u32, vectors: u32) -> Work {
        let hidden = f64::from(self.hidden);
        Work {
            detail: format!("{} heads of {}", self.heads, self.head_dim()),
            flops: Amount::each(PAIRS, 2.0 * f64::from(products) * hidden),
            bytes: Amount::each(TOKENS, 4.0 * f64::from(vectors) * hidden),
        }
    }

    fn head_dim(&self) -> u32 {
        self.hidden / self.heads
    }

    fn grid(&self) -> Grid {
        Grid::new(TILES, 1, self.heads)
    }
}

impl Kernels {
    /// Writes `layer.context` and `layer.log_sums`.
    pub fn attention(&self, plan: &mut Plan, layer: &Attention) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::forward(self, plan, layer)?
        } else {
            let views = [layer.tiles, layer.qkv, layer.context, layer.log_sums];
            self.call_attention(plan, layer, FORWARD, &views)?;
        }
        // Products: scores and weighted sum. Vectors: query, key and value in, context out.
        plan.note(layer.work(2, 4));
        Ok(())
    }

    /// Writes `gradient.qkv` from `gradient.context` and what [`Kernels::attention`] left.
    pub fn attention_backward(
        &self,
        plan: &mut Plan,
        layer: &Attention,
        gradient: &AttentionGradient,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::backward(self, plan, layer, gradient)?;
            plan.note(layer.work(5, 9));
            return Ok(());
        }
        // Both entry points have the same views; that of keys and values does not read `context`.
        let views = [
            layer.tiles,
            layer.qkv,
            gradient.context,
            layer.context,
            layer.log_sums,
            gradient.delta,
            gradient.qkv,
        ];
        self.call_attention(plan, layer, BACKWARD_QUERY, &views)?;
        plan.note(layer.work(3, 6));
        self.call_attention(plan, layer, BACKWARD_KEY_VALUE, &views)?;
        plan.note(layer.work(4, 6));
        Ok(())
    }

    fn call_attention(
        &self,
        plan: &mut Plan,
        layer: &Attention,
        (entry, bindings): Entry,
        views: &[&View],
    ) -> Result<(), DeviceError> {
        let head_dim = layer.head_dim();
        let source = if head_dim.is_multiple_of(4) { &VECTORS } else { &SCALARS };
        let spec = source.kernel(entry, bindings);
        self.call(plan, &spec, &[("head_dim", f64::from(head_dim))], &layer.op(), views, layer.grid())
    }
}
