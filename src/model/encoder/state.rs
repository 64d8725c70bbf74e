//! Buffers that an encoder's plans read and write.

use crate::{
    device::{Arena, DeviceError, Plan, View},
    kernels::{Embedding, Kernels, LayerNorm, LayerNormGradient, LinearGradient},
    model::ModelConfig,
};

/// One layer's activations, which the forward pass leaves for the backward pass.
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
    ) -> Result<Self, DeviceError> {
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

/// Buffers whose content only the next kernels need, shared by all layers.
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
    /// Partial sums of all LayerNorms' parameter gradients: two per layer, then the embeddings'.
    norm_partials: View,
    norm_partials_len: usize,
}

impl BackwardScratch {
    pub(super) fn new(kernels: &Kernels, config: &ModelConfig, tokens: usize) -> Result<Self, DeviceError> {
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
            Embedding::scratch_len(hidden, config.type_vocab_size, tokens),
        ];
        let norms = 2 * config.num_hidden_layers + 1;
        let norm_partials_len = LayerNorm::partials_len(hidden, tokens);
        Ok(Self {
            stream: arena.storage("gradient of the residual stream", tokens * hidden)?,
            mid: arena.storage("gradient of the attention block", tokens * hidden)?,
            dense: arena.storage("gradient of a dense output", tokens * hidden)?,
            wide: arena.storage("gradient of the intermediate", tokens * intermediate.max(3 * hidden))?,
            delta: arena.storage("attention delta", tokens * config.num_attention_heads)?,
            partials: arena.storage("partial sums", partials.into_iter().max().unwrap_or(4))?,
            norm_partials: arena.storage("partial sums of norms", norms * norm_partials_len)?,
            norm_partials_len,
        })
    }

    /// The partial sums of LayerNorm number `norm`.
    pub(super) fn norm_partials(&self, norm: usize) -> View {
        self.norm_partials.slice(norm * self.norm_partials_len, self.norm_partials_len)
    }

    pub(super) fn norm_gradient<'a>(
        &'a self,
        dy: &'a View,
        d_residual: &'a View,
        partials: &'a View,
    ) -> LayerNormGradient<'a> {
        LayerNormGradient { dy, d_residual, dx: &self.dense, partials }
    }

    /// Reduces the partial sums of all LayerNorms into their parameters' gradients, `weights`, in the same order.
    pub(super) fn add_norms(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        hidden: usize,
        weights: &[View],
    ) -> Result<(), DeviceError> {
        let (partials, len) = (&self.norm_partials, self.norm_partials_len);
        kernels.layer_norm_parameters(plan, hidden as u32, partials, len, weights)
    }

    pub(super) fn linear_gradient<'a>(&'a self, weight: &'a View, bias: &'a View) -> LinearGradient<'a> {
        LinearGradient { weight, bias, scratch: &self.partials }
    }
}
