//! BERT's encoder as two plans, forward and backward, over buffers made once.
//!
//! Post-LN, as in BERT (arXiv 1810.04805, section 3): x = drop(LN(embeddings)); per layer
//! `mid = LN(x + drop(attention(x)))`, `out = LN(mid + drop(gelu(mid·W₁ᵀ + b₁)·W₂ᵀ + b₂))`.

mod blocks;
mod state;

use super::{BatchBuffers, ModelConfig, ParameterBuffers};
use crate::{
    device::{DeviceError, Plan, View},
    kernels::{Attention, AttentionGradient, EmbeddingGradient, Kernels, LayerNorm, keep_factors},
};
use blocks::{Blocks, LayerBlocks};
use state::{BackwardScratch, LayerState, Scratch};

/// The largest batch a plan's buffers can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    pub tokens: usize,
    pub rows: usize,
}

/// Called at every depth with its token states, or their gradient, [tokens, hidden]: depth 0 is the embeddings, k the
/// output of layer k.
pub type AtDepth<'a> = &'a mut dyn FnMut(&mut Plan, usize, &View) -> Result<(), DeviceError>;

/// The encoder with its activation buffers.
pub struct Encoder {
    config: ModelConfig,
    embedding_sums: View,
    embedding_statistics: View,
    embedded: View,
    layers: Vec<LayerState>,
    scratch: Scratch,
}

/// Numbers of the dropout sites. The mask's counter has one byte for them, so there are at most 256.
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

/// Which elements `[hidden]` of a token's embedding dropout keeps at step 0, in a row with the masks of `mask_row`. The
/// embedding is the first dropout site. `position` counts from 0 in the row.
pub fn kept_of_embedding(
    config: &ModelConfig,
    p: f32,
    seed: u32,
    mask_row: usize,
    position: usize,
) -> Vec<bool> {
    let key = (mask_row * config.max_position_embeddings + position) as u32;
    let blocks = 0..config.hidden_size.div_ceil(4) as u32;
    let factors = blocks.flat_map(|block| keep_factors(p, seed, 0, site::EMBEDDINGS, key, block));
    factors.take(config.hidden_size).map(|factor| factor > 0.0).collect()
}

impl Encoder {
    /// Allocates all buffers for batches up to `capacity`. Without `training` all layers share one set of buffers.
    pub fn new(
        kernels: &Kernels,
        config: &ModelConfig,
        capacity: Capacity,
        training: bool,
    ) -> Result<Self, DeviceError> {
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

    /// Buffer for the gradient of the last layer's states, [tokens, hidden]; `None` without training.
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

    /// Appends the forward pass. `take` may append kernels that read a depth's states; without training the next depth
    /// overwrites these states.
    pub fn forward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
        batch: &BatchBuffers,
        take: AtDepth,
    ) -> Result<(), DeviceError> {
        let blocks = Blocks::new(weights);
        let (ids, positions) = (&batch.token_ids, &batch.positions);
        kernels.embed(plan, &blocks.embedding(&self.config), ids, positions, &self.embedding_sums)?;
        let norm = blocks.embedding_norm(self, batch);
        kernels.layer_norm(plan, &norm, None, &self.embedded)?;
        take(plan, 0, &self.embedded)?;

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
            take(plan, layer + 1, &state.output)?;
        }
        Ok(())
    }

    /// Appends the backward pass, the forward list in reverse. `give` writes the gradient of the last depth's states,
    /// unless it is in [`Encoder::output_gradient`] already, and may add to the gradients of the other depths. All
    /// parameter gradients are written; the word table's gradient must be zero before, unless the step accumulates.
    pub fn backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
        gradients: &ParameterBuffers,
        batch: &BatchBuffers,
        give: AtDepth,
    ) -> Result<(), DeviceError> {
        let Some(scratch) = &self.scratch.backward else { return Ok(()) };
        let activated = &self.scratch.activated;
        give(plan, self.config.num_hidden_layers, &scratch.stream)?;
        for layer in (0..self.config.num_hidden_layers).rev() {
            let (state, x) = (self.layer(layer), self.input(layer));
            let block = LayerBlocks::new(weights, layer);
            let d = LayerBlocks::new(gradients, layer);

            let partials = scratch.norm_partials(2 * layer + 1);
            let norm = scratch.norm_gradient(&scratch.stream, &scratch.mid, &partials);
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

            let partials = scratch.norm_partials(2 * layer);
            let norm = scratch.norm_gradient(&scratch.mid, &scratch.stream, &partials);
            kernels.layer_norm_backward(plan, &block.attention_norm(self, layer, batch), &norm)?;
            let attention_output = block.attention_output(self);
            let gradient = scratch.linear_gradient(&d.attention_weight, &d.attention_bias);
            kernels.linear_weight_gradient(plan, &attention_output, &state.context, dense, &gradient)?;
            // The gradient of mid is no longer needed; its buffer takes the gradient of the attention's context.
            let d_context = &scratch.mid;
            kernels.linear_input_gradient(plan, &attention_output, dense, d_context, false)?;
            let attention = AttentionGradient { context: d_context, qkv: wide, delta: &scratch.delta };
            kernels.attention_backward(plan, &self.attention(layer, batch), &attention)?;
            let qkv = block.qkv(self);
            let gradient = scratch.linear_gradient(&d.qkv_weight, &d.qkv_bias);
            kernels.linear_weight_gradient(plan, &qkv, x, wide, &gradient)?;
            kernels.linear_input_gradient(plan, &qkv, wide, &scratch.stream, true)?;
            give(plan, layer, &scratch.stream)?;
        }

        let (blocks, d) = (Blocks::new(weights), Blocks::new(gradients));
        let layers = self.config.num_hidden_layers;
        let partials = scratch.norm_partials(2 * layers);
        let norm = scratch.norm_gradient(&scratch.stream, &scratch.mid, &partials);
        kernels.layer_norm_backward(plan, &blocks.embedding_norm(self, batch), &norm)?;
        let norms = (0..layers).flat_map(|layer| {
            let LayerBlocks { attention_norm, output_norm, .. } = LayerBlocks::new(gradients, layer);
            [attention_norm, output_norm]
        });
        let norms: Vec<View> = norms.chain([d.norm.clone()]).collect();
        scratch.add_norms(plan, kernels, self.config.hidden_size, &norms)?;
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
            tiles: &batch.tiles,
            spans: &batch.spans,
            row_starts: &batch.row_starts,
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
