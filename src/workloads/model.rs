//! BERT encoders of a given size with random weights.

use serde_json::json;

use super::{BenchError, ModelSize};
use crate::model::{Checkpoint, ModelConfig};

/// Word pieces of bert-base-uncased.
pub const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;

/// The config of a BERT of this size. Attention heads are 32 wide below a hidden size of 512 (as MiniLM's are) and 64
/// wide from there on, or the next smaller width that divides the hidden size; the intermediate size is 4 · hidden.
///
/// # Errors
/// A hidden size that is not a multiple of 4.
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

/// Random weights for [`config`], initialised as BERT's, as a safetensors file with canonical names.
pub fn random_weights(size: ModelSize, seed: u64) -> Result<Vec<u8>, BenchError> {
    let checkpoint = Checkpoint::init_random(config(size)?, seed);
    Ok(checkpoint.save_safetensors(&checkpoint.tensors)?)
}

/// Reads a file that [`random_weights`] wrote.
pub fn read_weights(size: ModelSize, safetensors: &[u8]) -> Result<Checkpoint, BenchError> {
    Ok(Checkpoint::load(config(size)?, "the benchmark's weights", safetensors)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_32_or_64_wide_or_the_next_smaller_width_that_divides_hidden() {
        let head = |hidden| config(ModelSize { layers: 1, hidden }).unwrap().head_dim();
        assert_eq!([128, 200, 256, 384, 512, 768].map(head), [32, 25, 32, 32, 64, 64]);
    }

    #[test]
    fn written_weights_read_back() {
        let size = ModelSize { layers: 1, hidden: 32 };
        let written = random_weights(size, 7).unwrap();
        let fresh = Checkpoint::init_random(config(size).unwrap(), 7);
        assert_eq!(read_weights(size, &written).unwrap().tensors, fresh.tensors);
    }
}
