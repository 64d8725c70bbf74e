//! Compares encoder, poolers, loss and the gradient of every parameter with candle's autograd in `f64` on the same
//! weights.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../engine/mod.rs"]
mod engine;
#[path = "../reference/mod.rs"]
mod reference;

mod case;
mod forward;
mod gradients;
mod masked_words;
mod micro_batches;

use reference::{
    bert::{Bert, Weights},
    tiny::Sizes,
};

const VOCABULARY: usize = 60;
const LONGEST: usize = 18;
const DROPOUT: f32 = 0.1;
const SEED: u32 = 7;
const STEP: u32 = 3;

const fn sizes(hidden: usize, layers: usize, heads: usize, intermediate: usize) -> Sizes {
    let positions = LONGEST + 2;
    Sizes {
        vocabulary: VOCABULARY,
        hidden,
        layers,
        heads,
        intermediate,
        positions,
        types: 2,
        first_position: 0,
    }
}

const fn roberta(sizes: Sizes) -> Sizes {
    Sizes { types: 1, first_position: 2, ..sizes }
}

/// Head sizes of 12, of 26 (not a multiple of 4), and of 12 with an odd number of vec4s in the hidden size; a
/// feed-forward layer narrower than the hidden size; and a RoBERTa.
const MODELS: [Sizes; 4] =
    [sizes(48, 3, 4, 100), sizes(312, 1, 12, 40), sizes(36, 2, 3, 144), roberta(sizes(48, 2, 4, 96))];

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// Bound of the relative error of an encoder's output. A kernel has sums over the hidden or the feed-forward size and
/// about 24 other roundings, all independent: 2u·√(terms + 24), as in src/verify/compare.rs. Eight kernels per layer
/// and two before them follow each other; LayerNorm keeps errors relative to its output.
fn encoder_bound(sizes: Sizes) -> f64 {
    let terms = sizes.hidden.max(sizes.intermediate) + 24;
    2.0 * ROUNDOFF * ((terms * (8 * sizes.layers + 2)) as f64).sqrt()
}

/// Bound of the absolute error of a logit: that of a cosine, divided by τ. Only the part of a vector's error along
/// the other vector counts, 1/√hidden of a random direction.
fn logit_bound(sizes: Sizes, temperature: f64) -> f64 {
    2.0 * encoder_bound(sizes) / (temperature * (sizes.hidden as f64).sqrt())
}

/// Bound of the absolute error of the loss of masked-language modelling. A logit is a sum over a state's components,
/// of size 1 with the encoder's relative error, times a word's components, of size 0.5 with random signs; the loss is
/// a difference of two such sums, and rounded itself.
fn mlm_bound(sizes: Sizes, loss: f64) -> f64 {
    2.0 * encoder_bound(sizes) * 0.5 * (sizes.hidden as f64).sqrt() + ROUNDOFF * loss
}

/// Bound of the relative error of a gradient: a logit's error becomes a relative error of the softmax, and the
/// backward pass is twice as long as the forward pass.
fn gradient_bound(sizes: Sizes, temperature: f64) -> f64 {
    2.0 * encoder_bound(sizes) + logit_bound(sizes, temperature)
}

fn norm<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// ‖actual − expected‖
fn distance(actual: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let differences: Vec<f64> = actual.iter().zip(expected).map(|(a, b)| f64::from(*a) - b).collect();
    norm(&differences)
}

fn flat(tensor: &candle_core::Tensor) -> Vec<f64> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("an f64 tensor")
}

fn reference_model(sizes: Sizes, weights: &Weights) -> Bert {
    Bert::new(weights, sizes.config(), candle_core::DType::F64).expect("all tensors are there")
}
