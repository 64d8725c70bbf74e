//! Makes a smaller encoder of a larger one by keeping some of its layers, words and positions.

use std::collections::BTreeMap;

use super::{
    Checkpoint, HostTensor,
    names::{MLM_BIAS, POSITION_EMBEDDINGS, WORD_EMBEDDINGS},
};

impl Checkpoint {
    /// Keeps these layers, in this order.
    ///
    /// # Panics
    /// If the encoder lacks one of them.
    pub fn with_layers(mut self, layers: &[usize]) -> Checkpoint {
        let count = self.config.num_hidden_layers;
        assert!(layers.iter().all(|layer| *layer < count), "{layers:?} of {count} layers");
        let (of_layers, mut tensors): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.tensors.into_iter().partition(|(name, _)| name.starts_with("encoder.layer."));
        for (place, layer) in layers.iter().enumerate() {
            let prefix = format!("encoder.layer.{layer}.");
            let parts =
                of_layers.iter().filter_map(|(name, tensor)| Some((name.strip_prefix(&prefix)?, tensor)));
            tensors.extend(
                parts.map(|(part, tensor)| (format!("encoder.layer.{place}.{part}"), tensor.clone())),
            );
        }
        self.tensors = tensors;
        self.config.set_layers(layers.len());
        self
    }

    /// Keeps these rows of the word table: word `words[i]` becomes word i, and `pad` is the new padding id.
    ///
    /// # Panics
    /// If the encoder lacks one of them.
    pub fn with_words(mut self, words: &[u32], pad: usize) -> Checkpoint {
        for name in [WORD_EMBEDDINGS, MLM_BIAS] {
            if let Some(tensor) = self.tensors.get_mut(name) {
                *tensor = rows(tensor, words.iter().map(|word| *word as usize));
            }
        }
        self.config.set_words(words.len(), pad);
        self
    }

    /// Keeps the first `positions` positions, or all if there are fewer.
    pub fn with_positions(mut self, positions: usize) -> Checkpoint {
        let positions = positions.min(self.config.max_position_embeddings);
        if let Some(tensor) = self.tensors.get_mut(POSITION_EMBEDDINGS) {
            *tensor = rows(tensor, 0..positions);
        }
        self.config.set_positions(positions);
        self
    }
}

fn rows(tensor: &HostTensor, chosen: impl ExactSizeIterator<Item = usize>) -> HostTensor {
    let mut shape = tensor.shape.clone();
    let width: usize = shape[1..].iter().product();
    shape[0] = chosen.len();
    let data = chosen.flat_map(|row| &tensor.data[row * width..][..width]).copied().collect();
    HostTensor { shape, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModelConfig, checkpoint::expected_tensors};

    fn encoder() -> Checkpoint {
        let config = r#"{"model_type": "bert", "vocab_size": 11, "hidden_size": 8, "num_hidden_layers": 4,
            "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 9}"#;
        Checkpoint::init_random(ModelConfig::from_json("config.json", config.as_bytes()).unwrap(), 1)
    }

    #[test]
    fn kept_layers_words_and_positions_are_unchanged_and_the_config_matches_them() {
        let whole = encoder();
        let part = encoder().with_layers(&[3, 1]).with_words(&[10, 0, 4], 1).with_positions(5);
        let query = "attention.self.query.weight";
        assert_eq!(
            part.tensors[&format!("encoder.layer.0.{query}")],
            whole.tensors[&format!("encoder.layer.3.{query}")]
        );
        assert_eq!(
            part.tensors[&format!("encoder.layer.1.{query}")],
            whole.tensors[&format!("encoder.layer.1.{query}")]
        );
        let word = |of: &Checkpoint, word: usize| of.tensors[WORD_EMBEDDINGS].data[8 * word..][..8].to_vec();
        assert_eq!([word(&part, 0), word(&part, 1), word(&part, 2)], [10, 0, 4].map(|id| word(&whole, id)));
        let written = ModelConfig::from_json("config.json", &part.config.to_json()).unwrap();
        for (name, shape) in expected_tensors(&written) {
            assert_eq!(part.tensors[&name].shape, shape, "{name}");
        }
        assert_eq!(part.tensors.len(), expected_tensors(&written).len());
        assert_eq!(written.pad_token_id, 1);
    }

    #[test]
    fn more_positions_than_there_are_change_nothing() {
        assert_eq!(encoder().with_positions(100).tensors, encoder().tensors);
    }
}
