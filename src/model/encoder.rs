//! BERT's encoder as two plans, forward and backward, over buffers made once.
//!
//! Post-LN, as BERT has it: x = drop(LN(embeddings)); per layer
//! `mid = LN(x + drop(attention(x)))`, `out = LN(mid + drop(gelu(mid·W₁ᵀ + b₁)·W₂ᵀ + b₂))`.

use super::{BatchBuffers, ModelConfig, parameters::ParameterBuffers};
use crate::{
    gpu::{Arena, GpuError, Plan, View},
    kernels::{
        Attention, AttentionGradient, Embedding, EmbeddingGradient, Kernels, LayerNorm, LayerNormGradient,
        Linear, LinearGradient, NO_DROPOUT, TOKENS,
    },
};

/// The largest batch a plan's buffers can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    pub tokens: usize,
    pub rows: usize,
}

/// What the forward pass leaves for the backward pass. Sizes are per token.
struct LayerState {
    qkv: View,
    context: View,
    log_sums: View,
    attention_sums: View,
    attention_statistics: View,
    mid: View,
    intermediate: View,
    output_sums: View,
    output_statistics: View,
    output: View,
}

impl LayerState {
    fn new(
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
struct Scratch {
    /// gelu of the intermediate, [tokens, intermediate].
    activated: View,
    backward: Option<BackwardScratch>,
}

struct BackwardScratch {
    /// Gradients of residual streams and of dense outputs, [tokens, hidden] each.
    stream: View,
    mid: View,
    dense: View,
    /// Gradient of the intermediate, or of queries, keys and values.
    wide: View,
    delta: View,
    partials: View,
}

/// The encoder over one batch's buffers.
pub struct Encoder {
    config: ModelConfig,
    embedding_sums: View,
    embedding_statistics: View,
    embedded: View,
    layers: Vec<LayerState>,
    scratch: Scratch,
}

/// Dropout sites, one byte: the masks' counter has room for 256.
mod site {
    pub const EMBEDDINGS: u32 = 0;
    pub fn probabilities(layer: usize) -> u32 {
        1 + 3 * layer as u32
    }
    pub fn attention_output(layer: usize) -> u32 {
        2 + 3 * layer as u32
    }
    pub fn output(layer: usize) -> u32 {
        3 + 3 * layer as u32
    }
}

impl Encoder {
    /// Allocates all buffers for batches up to `capacity`. Without `training` all layers share one set.
    pub fn new(
        kernels: &Kernels,
        config: &ModelConfig,
        capacity: Capacity,
        training: bool,
    ) -> Result<Self, GpuError> {
        let arena = kernels.arena();
        let (tokens, hidden) = (capacity.tokens, config.hidden_size);
        let embedded = arena.storage("embeddings", tokens * hidden)?;
        let count = if training { config.num_hidden_layers } else { 1 };
        let output = (!training).then(|| embedded.clone());
        let layers: Result<Vec<_>, _> =
            (0..count).map(|_| LayerState::new(arena, config, tokens, output.clone())).collect();
        let backward = training.then(|| BackwardScratch::new(kernels, config, tokens)).transpose()?;
        Ok(Self {
            config: config.clone(),
            embedding_sums: arena.storage("embedding sums", tokens * hidden)?,
            embedding_statistics: arena.storage("embedding statistics", 2 * tokens)?,
            embedded,
            layers: layers?,
            scratch: Scratch {
                activated: arena.storage("activated", tokens * config.intermediate_size)?,
                backward,
            },
        })
    }

    /// The last layer's states, [tokens, hidden].
    pub fn output(&self) -> &View {
        self.layers.last().map_or(&self.embedded, |layer| &layer.output)
    }

    /// Where the gradient of [`Encoder::output`] is expected by the backward plan, [tokens, hidden].
    pub fn output_gradient(&self) -> Option<&View> {
        self.scratch.backward.as_ref().map(|scratch| &scratch.stream)
    }

    fn width(&self) -> u32 {
        self.config.hidden_size as u32
    }

    fn layer(&self, layer: usize) -> &LayerState {
        &self.layers[layer.min(self.layers.len() - 1)]
    }

    fn input(&self, layer: usize) -> &View {
        if layer == 0 { &self.embedded } else { &self.layer(layer - 1).output }
    }

    /// Appends the forward pass.
    pub fn forward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
        batch: &BatchBuffers,
    ) -> Result<(), GpuError> {
        let blocks = Blocks::new(weights);
        let (ids, positions) = (&batch.token_ids, &batch.positions);
        kernels.embed(plan, &blocks.embedding(&self.config), ids, positions, &self.embedding_sums)?;
        let norm = blocks.embedding_norm(self, batch);
        kernels.layer_norm(plan, &norm, None, &self.embedded)?;

        for layer in 0..self.config.num_hidden_layers {
            let (state, x) = (self.layer(layer), self.input(layer));
            let block = LayerBlocks::new(weights, layer);
            kernels.linear(plan, &block.qkv(self), x, &state.qkv)?;
            kernels.attention(plan, &self.attention(layer, batch))?;
            kernels.linear(plan, &block.attention_output(self), &state.context, &state.attention_sums)?;
            kernels.layer_norm(plan, &block.attention_norm(self, layer, batch), Some(x), &state.mid)?;
            let activated = &self.scratch.activated;
            kernels.linear_gelu(
                plan,
                &block.intermediate(self),
                &state.mid,
                &state.intermediate,
                activated,
            )?;
            kernels.linear(plan, &block.output(self), activated, &state.output_sums)?;
            kernels.layer_norm(
                plan,
                &block.output_norm(self, layer, batch),
                Some(&state.mid),
                &state.output,
            )?;
        }
        Ok(())
    }

    /// Appends the backward pass: the forward list read upwards. It starts from [`Encoder::output_gradient`] and
    /// writes all parameter gradients. The gradient table of the words must be clear unless the step accumulates.
    pub fn backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
        gradients: &ParameterBuffers,
        batch: &BatchBuffers,
    ) -> Result<(), GpuError> {
        let Some(scratch) = &self.scratch.backward else { return Ok(()) };
        let activated = &self.scratch.activated;
        for layer in (0..self.config.num_hidden_layers).rev() {
            let (state, x) = (self.layer(layer), self.input(layer));
            let block = LayerBlocks::new(weights, layer);
            let d = LayerBlocks::new(gradients, layer);

            let norm = scratch.norm_gradient(&scratch.stream, &scratch.mid, &d.output_norm);
            kernels.layer_norm_backward(plan, &block.output_norm(self, layer, batch), &norm)?;
            let (dense, wide) = (&scratch.dense, &scratch.wide);
            let output = block.output(self);
            kernels.linear_input_gradient_gelu(plan, &output, dense, &state.intermediate, wide, activated)?;
            let gradient = scratch.linear_gradient(&d.output_weight, &d.output_bias);
            kernels.linear_weight_gradient(plan, &output, activated, dense, &gradient)?;
            let intermediate = block.intermediate(self);
            let gradient = scratch.linear_gradient(&d.intermediate_weight, &d.intermediate_bias);
            kernels.linear_weight_gradient(plan, &intermediate, &state.mid, wide, &gradient)?;
            kernels.linear_input_gradient(plan, &intermediate, wide, &scratch.mid, true)?;

            let norm = scratch.norm_gradient(&scratch.mid, &scratch.stream, &d.attention_norm);
            kernels.layer_norm_backward(plan, &block.attention_norm(self, layer, batch), &norm)?;
            let attention_output = block.attention_output(self);
            let gradient = scratch.linear_gradient(&d.attention_weight, &d.attention_bias);
            kernels.linear_weight_gradient(plan, &attention_output, &state.context, dense, &gradient)?;
            // The gradient of mid has been used up; its buffer takes that of the attention's context.
            let d_context = &scratch.mid;
            kernels.linear_input_gradient(plan, &attention_output, dense, d_context, false)?;
            let attention = AttentionGradient { context: d_context, qkv: wide, delta: &scratch.delta };
            kernels.attention_backward(plan, &self.attention(layer, batch), &attention)?;
            let qkv = block.qkv(self);
            let gradient = scratch.linear_gradient(&d.qkv_weight, &d.qkv_bias);
            kernels.linear_weight_gradient(plan, &qkv, x, wide, &gradient)?;
            kernels.linear_input_gradient(plan, &qkv, wide, &scratch.stream, true)?;
        }

        let (blocks, d) = (Blocks::new(weights), Blocks::new(gradients));
        let norm = scratch.norm_gradient(&scratch.stream, &scratch.mid, &d.norm);
        kernels.layer_norm_backward(plan, &blocks.embedding_norm(self, batch), &norm)?;
        let gradient = EmbeddingGradient {
            embedded: &scratch.mid,
            word: &d.word,
            position: &d.position,
            token_type: &d.token_type,
            distinct: &batch.distinct,
            places: &batch.places,
            row_starts: &batch.row_starts,
            scratch: &scratch.partials,
        };
        kernels.embed_backward(plan, &blocks.embedding(&self.config), &gradient)
    }

    fn attention<'a>(&'a self, layer: usize, batch: &'a BatchBuffers) -> Attention<'a> {
        let state = self.layer(layer);
        Attention {
            hidden: self.width(),
            heads: self.config.num_attention_heads as u32,
            max_positions: self.config.max_position_embeddings as u32,
            site: site::probabilities(layer),
            spans: &batch.spans,
            qkv: &state.qkv,
            context: &state.context,
            log_sums: &state.log_sums,
        }
    }

    fn norm<'a>(
        &self,
        weights: &'a View,
        site_in: u32,
        site_out: u32,
        sums: &'a View,
        statistics: &'a View,
        batch: &'a BatchBuffers,
    ) -> LayerNorm<'a> {
        let epsilon = self.config.layer_norm_eps as f32;
        LayerNorm {
            hidden: self.width(),
            epsilon,
            weights,
            spans: &batch.spans,
            site_in,
            site_out,
            sums,
            statistics,
        }
    }
}

impl BackwardScratch {
    fn new(kernels: &Kernels, config: &ModelConfig, tokens: usize) -> Result<Self, GpuError> {
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

    fn norm_gradient<'a>(
        &'a self,
        dy: &'a View,
        d_residual: &'a View,
        weights: &'a View,
    ) -> LayerNormGradient<'a> {
        LayerNormGradient { dy, d_residual, dx: &self.dense, weights, scratch: &self.partials }
    }

    fn linear_gradient<'a>(&'a self, weight: &'a View, bias: &'a View) -> LinearGradient<'a> {
        LinearGradient { weight, bias, scratch: &self.partials }
    }
}

/// The embeddings' blocks of a parameter buffer.
struct Blocks {
    word: View,
    position: View,
    token_type: View,
    norm: View,
}

impl Blocks {
    fn new(parameters: &ParameterBuffers) -> Self {
        let block = |name: &str| parameters.block(&format!("embeddings.{name}.weight"));
        Self {
            word: block("word_embeddings"),
            position: block("position_embeddings"),
            token_type: block("token_type_embeddings"),
            norm: block("LayerNorm"),
        }
    }

    fn embedding(&self, config: &ModelConfig) -> Embedding<'_> {
        Embedding {
            hidden: config.hidden_size as u32,
            positions: config.max_position_embeddings as u32,
            types: config.type_vocab_size as u32,
            word: &self.word,
            position: &self.position,
            token_type: &self.token_type,
        }
    }

    fn embedding_norm<'a>(&'a self, encoder: &'a Encoder, batch: &'a BatchBuffers) -> LayerNorm<'a> {
        let (sums, statistics) = (&encoder.embedding_sums, &encoder.embedding_statistics);
        encoder.norm(&self.norm, NO_DROPOUT, site::EMBEDDINGS, sums, statistics, batch)
    }
}

/// One layer's blocks of a parameter buffer.
struct LayerBlocks {
    qkv_weight: View,
    qkv_bias: View,
    attention_weight: View,
    attention_bias: View,
    attention_norm: View,
    intermediate_weight: View,
    intermediate_bias: View,
    output_weight: View,
    output_bias: View,
    output_norm: View,
}

impl LayerBlocks {
    fn new(parameters: &ParameterBuffers, layer: usize) -> Self {
        let block = |name: &str| parameters.block(&format!("encoder.layer.{layer}.{name}"));
        Self {
            qkv_weight: block("attention.self.query.weight"),
            qkv_bias: block("attention.self.query.bias"),
            attention_weight: block("attention.output.dense.weight"),
            attention_bias: block("attention.output.dense.bias"),
            attention_norm: block("attention.output.LayerNorm.weight"),
            intermediate_weight: block("intermediate.dense.weight"),
            intermediate_bias: block("intermediate.dense.bias"),
            output_weight: block("output.dense.weight"),
            output_bias: block("output.dense.bias"),
            output_norm: block("output.LayerNorm.weight"),
        }
    }

    fn linear<'a>(inputs: usize, outputs: usize, weight: &'a View, bias: &'a View) -> Linear<'a> {
        Linear { rows: TOKENS, inputs: inputs as u32, outputs: outputs as u32, weight, bias }
    }

    fn qkv(&self, encoder: &Encoder) -> Linear<'_> {
        let hidden = encoder.config.hidden_size;
        Self::linear(hidden, 3 * hidden, &self.qkv_weight, &self.qkv_bias)
    }

    fn attention_output(&self, encoder: &Encoder) -> Linear<'_> {
        let hidden = encoder.config.hidden_size;
        Self::linear(hidden, hidden, &self.attention_weight, &self.attention_bias)
    }

    fn intermediate(&self, encoder: &Encoder) -> Linear<'_> {
        let config = &encoder.config;
        let (weight, bias) = (&self.intermediate_weight, &self.intermediate_bias);
        Self::linear(config.hidden_size, config.intermediate_size, weight, bias)
    }

    fn output(&self, encoder: &Encoder) -> Linear<'_> {
        let config = &encoder.config;
        Self::linear(config.intermediate_size, config.hidden_size, &self.output_weight, &self.output_bias)
    }

    fn attention_norm<'a>(
        &'a self,
        encoder: &'a Encoder,
        layer: usize,
        batch: &'a BatchBuffers,
    ) -> LayerNorm<'a> {
        let state = encoder.layer(layer);
        let (sums, statistics) = (&state.attention_sums, &state.attention_statistics);
        encoder.norm(&self.attention_norm, site::attention_output(layer), NO_DROPOUT, sums, statistics, batch)
    }

    fn output_norm<'a>(
        &'a self,
        encoder: &'a Encoder,
        layer: usize,
        batch: &'a BatchBuffers,
    ) -> LayerNorm<'a> {
        let state = encoder.layer(layer);
        let (sums, statistics) = (&state.output_sums, &state.output_statistics);
        encoder.norm(&self.output_norm, site::output(layer), NO_DROPOUT, sums, statistics, batch)
    }
}
