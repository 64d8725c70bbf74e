//! BERT's masked-language modelling (arXiv 1810.04805) as a tensor expression: transform, tied decoder, cross-entropy.

use candle_core::{D, Device, Result, Tensor};

use super::bert::{Bert, Dropout, Weights, gelu};
use super::random::Random;
use super::tiny::Sizes;

/// Corrupted rows, and their labels.
pub struct Masked {
    pub rows: Vec<Vec<u32>>,
    /// Position and original id of each corrupted token, by row.
    pub labels: Vec<Vec<(u32, u32)>>,
}

impl Masked {
    /// Rows with some tokens replaced at random, except the first row, which stays as it is.
    pub fn random(rows: &[Vec<u32>], vocabulary: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut masked = Masked { rows: rows.to_vec(), labels: Vec::new() };
        for (index, row) in masked.rows.iter_mut().enumerate() {
            let mut labels = Vec::new();
            for (position, id) in (0..).zip(row) {
                if index > 0 && random.between(0, 4) == 0 {
                    labels.push((position, *id));
                    // As in tiny.rs: 1 is RoBERTa's padding.
                    *id = random.between(0, vocabulary) as u32;
                    *id += u32::from(*id == 1);
                }
            }
            masked.labels.push(labels);
        }
        masked
    }
}

/// The head's parameters, under BERT's names.
pub fn random_head(sizes: Sizes, seed: u64) -> Weights {
    let mut random = Random::new(seed);
    let hidden = sizes.hidden;
    let shapes: [(&str, Vec<usize>, f64, f64); 5] = [
        ("transform.dense.weight", vec![hidden, hidden], 0.0, 1.0 / (hidden as f64).sqrt()),
        ("transform.dense.bias", vec![hidden], 0.0, 0.2),
        ("transform.LayerNorm.weight", vec![hidden], 1.0, 0.2),
        ("transform.LayerNorm.bias", vec![hidden], 0.0, 0.2),
        ("bias", vec![sizes.vocabulary], 0.0, 0.5),
    ];
    let mut tensor = |shape: Vec<usize>, mean: f64, deviation: f64| {
        let values =
            (0..shape.iter().product()).map(|_| (mean + deviation * random.normal()) as f32).collect();
        (shape, values)
    };
    let named =
        |(name, shape, mean, deviation)| (format!("cls.predictions.{name}"), tensor(shape, mean, deviation));
    shapes.into_iter().map(named).collect()
}

/// Mean cross-entropy of the original ids over the corrupted tokens.
pub fn loss(model: &Bert, masked: &Masked, dropout: Option<Dropout>) -> Result<Tensor> {
    let states = model.encode(&masked.rows, dropout)?;
    let mut losses = Vec::new();
    for (states, labels) in states.iter().zip(&masked.labels) {
        for (position, label) in labels {
            let x = states.narrow(0, *position as usize, 1)?;
            let y = gelu(&model.linear(&x, "cls.predictions.transform.dense")?)?;
            let y = model.layer_norm(&y, "cls.predictions.transform.LayerNorm")?;
            let words = model.parameter("embeddings.word_embeddings.weight")?;
            let logits = y.matmul(&words.t()?)?.broadcast_add(model.parameter("cls.predictions.bias")?)?;
            let logits = logits.squeeze(0)?;
            let maximum = logits.max(D::Minus1)?.detach();
            let log_sum = (logits.broadcast_sub(&maximum)?.exp()?.sum_all()?.log()? + maximum)?;
            let label = Tensor::new(&[*label], &Device::Cpu)?;
            losses.push((log_sum - logits.index_select(&label, 0)?.squeeze(0)?)?);
        }
    }
    Tensor::stack(&losses, 0)?.mean_all()
}
