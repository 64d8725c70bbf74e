//! BERT encoders of any size with random weights.

use serde_json::json;

use super::{BenchError, ModelSize};
use crate::model::{Checkpoint, ModelConfig};

/// Word pieces of bert-base-uncased.
pub const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;

/// BERT of a size: heads 32 wide below 512 dimensions (as MiniLM's are), 64 wide from there on, or the next narrower ones
/// that divide the hidden size; an intermediate layer of 4 · hidden.
///
/// # Errors
/// A hidden size that is no multiple of 4.
pub fn config(size: ModelSize) -> Result<ModelConfig, BenchError> {
    let widest = if size.hidden < 512 { 32 } else { 64 };
    let heads = (size.hidden.div_ceil(widest)..).find(|heads| size.hidden.is_multiple_of(*heads));
    let json = json!({
        "model_type": "bert",
        "vocab_size": VOCABULARY,
        "hidden_size": size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * size.hidden,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
    });
    Ok(ModelConfig::from_json("the benchmark's model", json.to_string().as_bytes())?)
}

/// Weights of [`config`] as BERT initialises them, in a safetensors file under canonical names.
pub fn random_weights(size: ModelSize, seed: u64) -> Result<Vec<u8>, BenchError> {
    let checkpoint = Checkpoint::init_random(config(size)?, seed);
    Ok(checkpoint.save_safetensors(&checkpoint.tensors)?)
}

/// What [`random_weights`] wrote.
pub fn read_weights(size: ModelSize, safetensors: &[u8]) -> Result<Checkpoint, BenchError> {
    Ok(Checkpoint::load(config(size)?, "the benchmark's weights", safetensors)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_32_wide_in_small_models_and_64_wide_in_large_ones_or_the_next_that_fit() {
        let head = |hidden| config(ModelSize { layers: 1, hidden }).unwrap().head_dim();
        assert_eq!([128, 200, 256, 384, 512, 768].map(head), [32, 25, 32, 32, 64, 64]);
    }

    #[test]
    fn weights_come_back_as_they_were_written() {
        let size = ModelSize { layers: 1, hidden: 32 };
        let written = random_weights(size, 7).unwrap();
        let fresh = Checkpoint::init_random(config(size).unwrap(), 7);
        assert_eq!(read_weights(size, &written).unwrap().tensors, fresh.tensors);
    }
}
