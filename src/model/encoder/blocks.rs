//! The embeddings' and each layer's views into a parameter buffer (weights or gradients), as the kernels take them.

use super::{Encoder, site};
use crate::{
    device::View,
    kernels::{Embedding, LayerNorm, Linear, NO_DROPOUT, TOKENS, TableRows},
    model::{BatchBuffers, ModelConfig, ParameterBuffers, WORD_EMBEDDINGS},
};

/// Views of the embeddings' parameters.
pub(super) struct Blocks {
    pub(super) word: Vec<TableRows>,
    pub(super) position: View,
    pub(super) token_type: View,
    pub(super) norm: View,
}

impl Blocks {
    pub(super) fn new(parameters: &ParameterBuffers) -> Self {
        let block = |name: &str| parameters.block(&format!("embeddings.{name}.weight"));
        Self {
            word: parameters.table(WORD_EMBEDDINGS),
            position: block("position_embeddings"),
            token_type: block("token_type_embeddings"),
            norm: block("LayerNorm"),
        }
    }

    pub(super) fn embedding(&self, config: &ModelConfig) -> Embedding<'_> {
        Embedding {
            hidden: config.hidden_size as u32,
            positions: config.max_position_embeddings as u32,
            first_position: config.first_position as u32,
            types: config.type_vocab_size as u32,
            word: &self.word,
            position: &self.position,
            token_type: &self.token_type,
        }
    }

    pub(super) fn embedding_norm<'a>(
        &'a self,
        encoder: &'a Encoder,
        batch: &'a BatchBuffers,
    ) -> LayerNorm<'a> {
        let (sums, statistics) = (&encoder.embedding_sums, &encoder.embedding_statistics);
        encoder.norm(&self.norm, NO_DROPOUT, site::EMBEDDINGS, sums, statistics, batch)
    }
}

/// Views of one layer's parameters. Queries, keys and values are one block, as are γ and β of a LayerNorm.
pub(super) struct LayerBlocks {
    pub(super) qkv_weight: View,
    pub(super) qkv_bias: View,
    pub(super) attention_weight: View,
    pub(super) attention_bias: View,
    pub(super) attention_norm: View,
    pub(super) intermediate_weight: View,
    pub(super) intermediate_bias: View,
    pub(super) output_weight: View,
    pub(super) output_bias: View,
    pub(super) output_norm: View,
}

impl LayerBlocks {
    pub(super) fn new(parameters: &ParameterBuffers, layer: usize) -> Self {
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

    pub(super) fn qkv(&self, encoder: &Encoder) -> Linear<'_> {
        let hidden = encoder.config.hidden_size;
        Self::linear(hidden, 3 * hidden, &self.qkv_weight, &self.qkv_bias)
    }

    pub(super) fn attention_output(&self, encoder: &Encoder) -> Linear<'_> {
        let hidden = encoder.config.hidden_size;
        Self::linear(hidden, hidden, &self.attention_weight, &self.attention_bias)
    }

    pub(super) fn intermediate(&self, encoder: &Encoder) -> Linear<'_> {
        let config = &encoder.config;
        let (weight, bias) = (&self.intermediate_weight, &self.intermediate_bias);
        Self::linear(config.hidden_size, config.intermediate_size, weight, bias)
    }

    pub(super) fn output(&self, encoder: &Encoder) -> Linear<'_> {
        let config = &encoder.config;
        Self::linear(config.intermediate_size, config.hidden_size, &self.output_weight, &self.output_bias)
    }

    pub(super) fn attention_norm<'a>(
        &'a self,
        encoder: &'a Encoder,
        layer: usize,
        batch: &'a BatchBuffers,
    ) -> LayerNorm<'a> {
        let state = encoder.layer(layer);
        let (sums, statistics) = (&state.attention_sums, &state.attention_statistics);
        encoder.norm(&self.attention_norm, site::attention_output(layer), NO_DROPOUT, sums, statistics, batch)
    }

    pub(super) fn output_norm<'a>(
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
