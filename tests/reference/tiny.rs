//! Small random models and rows for them.

use super::bert::{Config, Weights};
use super::random::Random;

/// The sizes of a model.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub vocabulary: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub intermediate: usize,
    pub positions: usize,
    pub types: usize,
    /// 0 for BERT, 2 for RoBERTa.
    pub first_position: usize,
}

impl Sizes {
    /// The reference encoder's configuration.
    pub fn config(&self) -> Config {
        let Sizes { layers, heads, first_position, .. } = *self;
        Config {
            layers,
            heads,
            first_position,
            layer_norm_epsilon: if first_position > 0 { 1e-5 } else { 1e-12 },
        }
    }
}

/// A small encoder, for runs of seconds.
pub const SMALL: Sizes = Sizes {
    vocabulary: 50,
    hidden: 32,
    layers: 2,
    heads: 4,
    intermediate: 48,
    positions: 12,
    types: 2,
    first_position: 0,
};

/// Random weights, larger than at initialisation, so that every term is large enough to show an error. `with_head` adds
/// `mlp.dense`.
pub fn random_weights(sizes: Sizes, with_head: bool, seed: u64) -> Weights {
    let mut random = Random::new(seed);
    let mut weights = Weights::new();
    let hidden = sizes.hidden;
    let mut add = |name: String, shape: &[usize], mean: f64, deviation: f64| {
        let values = (0..shape.iter().product()).map(|_| (mean + deviation * random.normal()) as f32);
        weights.insert(name, (shape.to_vec(), values.collect()));
    };
    for (table, rows) in
        [("word", sizes.vocabulary), ("position", sizes.positions), ("token_type", sizes.types)]
    {
        add(format!("embeddings.{table}_embeddings.weight"), &[rows, hidden], 0.0, 0.5);
    }
    let mut layer_norms = vec!["embeddings.LayerNorm".to_owned()];
    let mut linears = Vec::new();
    for layer in 0..sizes.layers {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for part in ["query", "key", "value"] {
            linears.push((name(&format!("attention.self.{part}")), hidden, hidden));
        }
        linears.push((name("attention.output.dense"), hidden, hidden));
        linears.push((name("intermediate.dense"), hidden, sizes.intermediate));
        linears.push((name("output.dense"), sizes.intermediate, hidden));
        layer_norms.extend([name("attention.output.LayerNorm"), name("output.LayerNorm")]);
    }
    if with_head {
        linears.push(("mlp.dense".to_owned(), hidden, hidden));
    }
    for name in layer_norms {
        add(format!("{name}.weight"), &[hidden], 1.0, 0.2);
        add(format!("{name}.bias"), &[hidden], 0.0, 0.2);
    }
    for (name, inputs, outputs) in linears {
        add(format!("{name}.weight"), &[outputs, inputs], 0.0, 1.0 / (inputs as f64).sqrt());
        add(format!("{name}.bias"), &[outputs], 0.0, 0.2);
    }
    weights
}

/// Rows of random token ids with lengths from 1 to `longest`.
pub fn random_rows(vocabulary: usize, rows: usize, longest: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut random = Random::new(seed);
    (0..rows)
        .map(|_| {
            let length = random.between(1, longest + 1);
            // Without 1, RoBERTa's padding, which has no position of its own (tested in src/model/batch.rs).
            (0..length)
                .map(|_| random.between(0, vocabulary) as u32)
                .map(|id| id + u32::from(id == 1))
                .collect()
        })
        .collect()
}
