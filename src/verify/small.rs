//! A small random BERT and triplets to train it on, which run quickly on every device.

use serde_json::json;

use super::reference::random::Random;
use crate::{
    model::{Checkpoint, HEAD_BIAS, HEAD_WEIGHT, HostTensor, ModelConfig, ModelError, Pooler},
    objective::Objective,
    train::{Dataset, HeadMode, TrainOptions},
};

const VOCABULARY: usize = 60;
const HIDDEN: usize = 48;
const INTERMEDIATE: usize = 100;
const POSITIONS: usize = 20;
/// Items of a batch, of three sentences each.
pub const ITEMS: usize = 6;

/// A BERT of two layers of width 48 with four attention heads, and a pooler's head. Weights are larger than at
/// initialisation, so that every term is large enough to show an error, and biases are not zero.
///
/// # Errors
/// None: the sizes fit together.
pub fn checkpoint() -> Result<Checkpoint, ModelError> {
    let json = json!({
        "model_type": "bert",
        "vocab_size": VOCABULARY,
        "hidden_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": INTERMEDIATE,
        "max_position_embeddings": POSITIONS,
    });
    let config = ModelConfig::from_json("config.json", json.to_string().as_bytes())?;
    let mut checkpoint = Checkpoint::init_random(config, 0);
    for (name, shape) in [(HEAD_WEIGHT, vec![HIDDEN, HIDDEN]), (HEAD_BIAS, vec![HIDDEN])] {
        checkpoint.tensors.insert(name.to_owned(), HostTensor::filled(shape, 0.0));
    }
    let mut random = Random::new(5);
    for (name, tensor) in &mut checkpoint.tensors {
        let (mean, deviation) = match tensor.shape.as_slice() {
            _ if name.contains("embeddings.weight") => (0.0, 0.5),
            [_, inputs] => (0.0, 1.0 / (*inputs as f64).sqrt()),
            _ if name.ends_with("LayerNorm.weight") => (1.0, 0.2),
            _ => (0.0, 0.2),
        };
        tensor.data.fill_with(|| (mean + deviation * random.normal()) as f32);
    }
    Ok(checkpoint)
}

/// Triplets of random ids, of 1 to 18 tokens a sentence.
pub fn data() -> Dataset {
    let mut random = Random::new(6);
    let mut row = || -> Vec<u32> {
        let length = random.between(1, POSITIONS - 1);
        (0..length).map(|_| random.between(0, VOCABULARY) as u32).collect()
    };
    Dataset::new((0..3 * ITEMS).map(|_| row()).collect(), 3)
}

/// A supervised recipe that uses every part of a step: head, dropout, weighted hard negatives, clipping, weight decay.
pub fn options() -> TrainOptions {
    TrainOptions {
        objective: Objective::Sup,
        batch_size: ITEMS,
        learning_rate: 1e-3,
        temperature: 1.0,
        max_length: POSITIONS,
        pooler: Pooler::Cls,
        head: HeadMode::Keep,
        dropout: 0.1,
        hard_negative_weight: 0.7,
        weight_decay: 0.01,
        seed: 7,
        ..TrainOptions::default()
    }
}
