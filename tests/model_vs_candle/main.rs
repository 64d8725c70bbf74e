//! Encoder, poolers, loss and the gradient of every parameter against candle's autograd in `f64` on the same
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

/// Head sizes 12, 26 (no multiple of 4) and 12 with odd vec4 counts; a feed-forward layer narrower than the rest; and
/// a RoBERTa.
const MODELS: [Sizes; 4] =
    [sizes(48, 3, 4, 100), sizes(312, 1, 12, 40), sizes(36, 2, 3, 144), roberta(sizes(48, 2, 4, 96))];

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// Relative error that an encoder's output may have. A kernel has sums over the width or the feed-forward width and
/// about 24 other roundings, all independent: 2u·√(terms + 24), as in src/verify/compare.rs. Eight kernels a layer
/// and two before them follow each other; LayerNorm keeps errors relative to its output.
fn encoder_bound(sizes: Sizes) -> f64 {
    let terms = sizes.hidden.max(sizes.intermediate) + 24;
    2.0 * ROUNDOFF * ((terms * (8 * sizes.layers + 2)) as f64).sqrt()
}

/// Absolute error that a logit may have: that of a cosine, over τ. Of two vectors' errors only the parts along each
/// other count, 1/√hidden of a random direction.
fn logit_bound(sizes: Sizes, temperature: f64) -> f64 {
    2.0 * encoder_bound(sizes) / (temperature * (sizes.hidden as f64).sqrt())
}

/// Absolute error that the loss of masked-language modelling may have. A logit is a sum over the width of a state of
/// components about 1, with the encoder's relative error, times a word's components of 0.5 at random; the loss is a
/// difference of two such, and itself rounded.
fn mlm_bound(sizes: Sizes, loss: f64) -> f64 {
    2.0 * encoder_bound(sizes) * 0.5 * (sizes.hidden as f64).sqrt() + ROUNDOFF * loss
}

/// Relative error that a gradient may have: a logit's error is the relative one of the softmax; the backward pass is
/// as long as the forward pass twice.
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
