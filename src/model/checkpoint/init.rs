//! Random initial weights, the same for the same seed on every machine.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Normal};

use super::names::{
    HEAD_BIAS, HEAD_WEIGHT, MLM_DENSE_WEIGHT, MLM_NORM_WEIGHT, expected_tensors, mlm_tensors,
};
use super::{Checkpoint, HostTensor, LoadReport, Naming, SentenceRules};
use crate::model::ModelConfig;

/// Keeps the head's stream of random numbers apart from the encoder's with the same seed.
const HEAD_STREAM: u64 = 1;
const MLM_STREAM: u64 = 2;

impl Checkpoint {
    /// A randomly initialised encoder without pooler or head, as in huggingface/transformers `modeling_bert.py`
    /// (`_init_weights`): weights from N(0, initializer_range), biases 0, LayerNorm γ = 1 and β = 0.
    pub fn init_random(config: ModelConfig, seed: u64) -> Checkpoint {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let tensors: BTreeMap<_, _> = expected_tensors(&config)
            .into_iter()
            .map(|(name, shape)| {
                let tensor = if name.ends_with("LayerNorm.weight") {
                    HostTensor::filled(shape, 1.0)
                } else if name.ends_with(".bias") {
                    HostTensor::filled(shape, 0.0)
                } else {
                    normal(shape, config.initializer_range, &mut rng)
                };
                (name, tensor)
            })
            .collect();
        let report = LoadReport { dtype: "F32".to_owned(), ..LoadReport::default() };
        let (naming, rules) = (Naming::default(), SentenceRules::default());
        Checkpoint { config, tensors, naming, report, rules }
    }
}

/// A new MLP head by canonical name: weight `[hidden, hidden]` from N(0, initializer_range), bias `[hidden]` 0. SimCSE
/// starts from this, not from the pre-trained pooler (princeton-nlp/SimCSE `simcse/models.py`, `cl_init`).
pub fn random_head(config: &ModelConfig, seed: u64) -> [(String, HostTensor); 2] {
    let hidden = config.hidden_size;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(HEAD_STREAM);
    [
        (HEAD_WEIGHT.to_owned(), normal(vec![hidden, hidden], config.initializer_range, &mut rng)),
        (HEAD_BIAS.to_owned(), HostTensor::filled(vec![hidden], 0.0)),
    ]
}

/// A new head of masked-language modelling by canonical name, initialised as the encoder is.
pub fn random_mlm_head(config: &ModelConfig, seed: u64) -> BTreeMap<String, HostTensor> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(MLM_STREAM);
    let mut tensor = |name: &str, shape: Vec<usize>| match name {
        MLM_NORM_WEIGHT => HostTensor::filled(shape, 1.0),
        MLM_DENSE_WEIGHT => normal(shape, config.initializer_range, &mut rng),
        _ => HostTensor::filled(shape, 0.0),
    };
    mlm_tensors(config).into_iter().map(|(name, shape)| (name.to_owned(), tensor(name, shape))).collect()
}

fn normal(shape: Vec<usize>, std: f32, rng: &mut ChaCha8Rng) -> HostTensor {
    // `Normal` refuses only a standard deviation that is not finite, which `ModelConfig` has ruled out.
    let normal = Normal::new(0.0, std).expect("initializer_range is finite");
    let data = (0..shape.iter().product()).map(|_| normal.sample(rng)).collect();
    HostTensor { shape, data }
}
