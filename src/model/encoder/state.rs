//! Buffers that live as long as an encoder's plans.

use crate::{
    gpu::{Arena, GpuError, View},
    kernels::{Embedding, Kernels, LayerNorm, LayerNormGradient, LinearGradient},
    model::ModelConfig,
};

/// What the forward pass leaves for the backward pass. Sizes are per token.
pub(super) struct LayerState {
    pub(super) qkv: View,
    pub(super) context: View,
    pub(super) log_sums: View,
    pub(super) attention_sums: View,
    pub(super) attention_statistics: View,
    pub(super) mid: View,
    pub(super) intermediate: View,
    pub(super) output_sums: View,
    pub(super) output_statistics: View,
    pub(super) output: View,
}

impl LayerState {
    pub(super) fn new(
        arena: &Arena,
        config: &ModelConfig,
        tokens: usize,
        output: Option<View>,
    ) -> Result<Self, GpuError> {
        let hidden = tokens * config.hidden_size;
        Ok(Self {
            qkv: arena.storage("queries, keys, values", 3 * hidden)?,
            context: arena.storage("attention context", hidden)?,
            log_sums: arena.storage("attention log-sums", tokens * config.num_attention_heads)?,
            attention_sums: arena.storage("attention residual", hidden)?,
            attention_statistics: arena.storage("attention LayerNorm statistics", 2 * tokens)?,
            mid: arena.storage("attention output", hidden)?,
            intermediate: arena.storage("intermediate", tokens * config.intermediate_size)?,
            output_sums: arena.storage("output residual", hidden)?,
            output_statistics: arena.storage("output LayerNorm statistics", 2 * tokens)?,
            output: output.map_or_else(|| arena.storage("layer output", hidden), Ok)?,
        })
    }
}

/// Buffers that only one kernel after another uses.
pub(super) struct Scratch {
    /// gelu of the intermediate, [tokens, intermediate].
    pub(super) activated: View,
    pub(super) backward: Option<BackwardScratch>,
}

pub(super) struct BackwardScratch {
    /// Gradients of residual streams and of dense outputs, [tokens, hidden] each.
    pub(super) stream: View,
    pub(super) mid: View,
    pub(super) dense: View,
    /// Gradient of the intermediate, or of queries, keys and values.
    pub(super) wide: View,
    pub(super) delta: View,
    pub(super) partials: View,
}

impl BackwardScratch {
    pub(super) fn new(kernels: &Kernels, config: &ModelConfig, tokens: usize) -> Result<Self, GpuError> {
        let arena = kernels.arena();
        let (hidden, intermediate) = (config.hidden_size, config.intermediate_size);
        let linear = |outputs: usize, inputs: usize| {
            kernels.weight_gradient_scratch_len(outputs as u32, inputs as u32)
        };
        let partials = [
            linear(3 * hidden, hidden),
            linear(hidden, hidden),
            linear(intermediate, hidden),
            linear(hidden, intermediate),
            LayerNorm::scratch_len(hidden, tokens),
            Embedding::scratch_len(hidden, config.type_vocab_size, tokens),
        ];
        Ok(Self {
            stream: arena.storage("gradient of the residual stream", tokens * hidden)?,
            mid: arena.storage("gradient of the attention block", tokens * hidden)?,
            dense: arena.storage("gradient of a dense output", tokens * hidden)?,
            wide: arena.storage("gradient of the intermediate", tokens * intermediate.max(3 * hidden))?,
            delta: arena.storage("attention delta", tokens * config.num_attention_heads)?,
            partials: arena.storage("partial sums", partials.into_iter().max().unwrap_or(4))?,
        })
    }

    pub(super) fn norm_gradient<'a>(
        &'a self,
        dy: &'a View,
        d_residual: &'a View,
        weights: &'a View,
    ) -> LayerNormGradient<'a> {
        LayerNormGradient { dy, d_residual, dx: &self.dense, weights, scratch: &self.partials }
    }

    pub(super) fn linear_gradient<'a>(&'a self, weight: &'a View, bias: &'a View) -> LinearGradient<'a> {
        LinearGradient { weight, bias, scratch: &self.partials }
    }
}
