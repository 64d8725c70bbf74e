//! The hand-written kernel references agree with finite differences and with values computed by hand.

mod reference;

use reference::kernels::attention::{Attention, keep_all, softmax};
use reference::kernels::contrastive::{self, Form, Settings};
use reference::kernels::optimizer::{AdamW, Moments, clip_factor, global_norm};
use reference::kernels::pooling::Pooling;
use reference::kernels::{activation, embedding, layer_norm, matmul, mlm, multiply, pooling};
use reference::random::Random;
use reference::train::{is_without_decay, linear_schedule};

/// The step of central differences: their error is about 1e-10 from truncation, and as much from rounding.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-7;

fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (i, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let bound = tolerance * expected.abs().max(1.0);
        assert!((actual - expected).abs() <= bound, "element {i}: {actual} instead of {expected}");
    }
}

/// The central difference quotient of `function` with respect to each element of `at`.
///
/// With `step` 1e-5 and values near 1 it has about nine correct digits.
fn finite_differences(at: &[f64], step: f64, function: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut point = at.to_vec();
    (0..at.len())
        .map(|i| {
            point[i] = at[i] + step;
            let above = function(&point);
            point[i] = at[i] - step;
            let below = function(&point);
            point[i] = at[i];
            (above - below) / (2.0 * step)
        })
        .collect()
}

/// The sum of the outputs weighted by `grad`: its gradient is what a backward pass returns for `grad`.
fn weighted(output: &[f64], grad: &[f64]) -> f64 {
    multiply(output, grad).iter().sum()
}

#[test]
fn matrix_products_agree_with_hand_computed_ones() {
    let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let b = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
    assert_eq!(matmul::nn(&a, &b, 2, 3, 2), [58.0, 64.0, 139.0, 154.0]);
    assert_eq!(matmul::nt(&a, &b, 2, 3, 2), [50.0, 68.0, 122.0, 167.0]);
    assert_eq!(matmul::tn(&a, &b, 2, 3, 2), [89.0, 98.0, 116.0, 128.0]);
}

#[test]
fn linear_gradients_agree_with_finite_differences() {
    let (rows, inputs, outputs) = (3, 4, 5);
    let mut random = Random::new(1);
    let (x, weight) = (random.normals(rows * inputs), random.normals(outputs * inputs));
    let (bias, grad) = (random.normals(outputs), random.normals(rows * outputs));
    let gradients = matmul::linear_backward(&x, &weight, &grad, rows, inputs, outputs);
    let value = |x: &[f64], weight: &[f64], bias: &[f64]| {
        weighted(&matmul::linear(x, weight, bias, rows, inputs), &grad)
    };
    assert_close(&gradients.x, &finite_differences(&x, STEP, |x| value(x, &weight, &bias)), TOLERANCE);
    assert_close(
        &gradients.weight,
        &finite_differences(&weight, STEP, |weight| value(&x, weight, &bias)),
        TOLERANCE,
    );
    assert_close(
        &gradients.bias,
        &finite_differences(&bias, STEP, |bias| value(&x, &weight, bias)),
        TOLERANCE,
    );
}

#[test]
fn layer_norm_has_mean_zero_and_variance_one() {
    let x = Random::new(2).normals(2 * 7);
    let result = layer_norm::forward(&x, &[1.0; 7], &[0.0; 7], 1e-12);
    for row in result.output.chunks_exact(7) {
        assert!(row.iter().sum::<f64>().abs() < 1e-12);
        assert!((row.iter().map(|value| value * value).sum::<f64>() - 7.0).abs() < 1e-9);
    }
}

#[test]
fn layer_norm_gradients_agree_with_finite_differences() {
    let hidden = 7;
    let mut random = Random::new(3);
    let (x, grad) = (random.normals(3 * hidden), random.normals(3 * hidden));
    let (weight, bias) = (random.normals(hidden), random.normals(hidden));
    let gradients = layer_norm::backward(&x, &weight, &grad, 1e-12);
    let value = |x: &[f64], weight: &[f64], bias: &[f64]| {
        weighted(&layer_norm::forward(x, weight, bias, 1e-12).output, &grad)
    };
    assert_close(&gradients.x, &finite_differences(&x, STEP, |x| value(x, &weight, &bias)), TOLERANCE);
    assert_close(
        &gradients.weight,
        &finite_differences(&weight, STEP, |weight| value(&x, weight, &bias)),
        TOLERANCE,
    );
    assert_close(
        &gradients.bias,
        &finite_differences(&bias, STEP, |bias| value(&x, &weight, bias)),
        TOLERANCE,
    );
}

#[test]
fn gelu_has_known_values_and_its_derivative_agrees_with_finite_differences() {
    assert_eq!(activation::gelu(0.0), 0.0);
    assert!((activation::gelu(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
    assert!((activation::gelu(-1.0) + 0.158_655_253_931_457_07).abs() < 1e-15);
    for x in [-6.0, -1.5, -0.3, 0.0, 0.7, 2.0, 6.0] {
        let quotient = finite_differences(&[x], STEP, |x| activation::gelu(x[0]));
        assert_close(&[activation::gelu_derivative(x)], &quotient, TOLERANCE);
    }
}

#[test]
fn tanh_gradient_agrees_with_finite_differences() {
    let x = [-2.0, -0.1, 0.0, 0.9];
    let grad = [1.0, -2.0, 3.0, 0.5];
    let tanh = |x: &[f64]| x.iter().map(|x| x.tanh()).collect::<Vec<_>>();
    let quotients = finite_differences(&x, STEP, |x| weighted(&tanh(x), &grad));
    assert_close(&activation::tanh_backward(&tanh(&x), &grad), &quotients, TOLERANCE);
}

#[test]
fn softmax_does_not_overflow_for_large_scores() {
    assert_close(&softmax(&[1000.0, 1000.0, -1000.0]), &[0.5, 0.5, 0.0], 1e-15);
}

#[test]
fn attention_of_a_single_token_is_its_value() {
    let value = [0.5, -1.0, 2.0, 4.0];
    let attention = Attention {
        query: &[1.0, 2.0, 3.0, 4.0],
        key: &[4.0, 3.0, 2.0, 1.0],
        value: &value,
        row_starts: &[0, 1],
        heads: 2,
        hidden: 4,
    };
    assert_eq!(attention.forward(&keep_all), value);
}

#[test]
fn attention_gradients_agree_with_finite_differences_with_and_without_dropout() {
    let (hidden, heads, row_starts) = (6, 2, [0, 3, 4, 8]);
    let mut random = Random::new(4);
    let tokens = row_starts[3];
    let query = random.normals(tokens * hidden);
    let key = random.normals(tokens * hidden);
    let value = random.normals(tokens * hidden);
    let grad = random.normals(tokens * hidden);
    let drop_some = |head: usize, query: usize, key: usize| {
        if (head + 3 * query + 5 * key).is_multiple_of(4) { 0.0 } else { 4.0 / 3.0 }
    };
    let masks: [&dyn Fn(usize, usize, usize) -> f64; 2] = [&keep_all, &drop_some];
    for keep in masks {
        let objective = |query: &[f64], key: &[f64], value: &[f64]| {
            let attention = Attention { query, key, value, row_starts: &row_starts, heads, hidden };
            weighted(&attention.forward(keep), &grad)
        };
        let attention =
            Attention { query: &query, key: &key, value: &value, row_starts: &row_starts, heads, hidden };
        let gradients = attention.backward(&grad, keep);
        let by_query = finite_differences(&query, STEP, |query| objective(query, &key, &value));
        let by_key = finite_differences(&key, STEP, |key| objective(&query, key, &value));
        let by_value = finite_differences(&value, STEP, |value| objective(&query, &key, value));
        assert_close(&gradients.query, &by_query, TOLERANCE);
        assert_close(&gradients.key, &by_key, TOLERANCE);
        assert_close(&gradients.value, &by_value, TOLERANCE);
    }
}

#[test]
fn embedding_gradients_agree_with_finite_differences() {
    let hidden = 3;
    let (ids, row_starts, first_position) = ([4, 1, 4, 0, 4], [0, 3, 5], 2);
    let mut random = Random::new(5);
    let tables = || {
        let mut random = Random::new(6);
        embedding::Tables {
            word: random.normals(5 * hidden),
            position: random.normals(6 * hidden),
            token_type: random.normals(2 * hidden),
        }
    };
    let grad = random.normals(ids.len() * hidden);
    let gradients = embedding::backward(&tables(), &ids, &row_starts, first_position, &grad, hidden);
    let value = |tables: embedding::Tables| {
        weighted(&embedding::forward(&tables, &ids, &row_starts, first_position, hidden), &grad)
    };
    let by_word = finite_differences(&tables().word, STEP, |word| {
        value(embedding::Tables { word: word.to_vec(), ..tables() })
    });
    let by_position = finite_differences(&tables().position, STEP, |position| {
        value(embedding::Tables { position: position.to_vec(), ..tables() })
    });
    let by_type = finite_differences(&tables().token_type, STEP, |token_type| {
        value(embedding::Tables { token_type: token_type.to_vec(), ..tables() })
    });
    assert_close(&gradients.word, &by_word, TOLERANCE);
    assert_close(&gradients.position, &by_position, TOLERANCE);
    assert_close(&gradients.token_type, &by_type, TOLERANCE);
    assert!(gradients.position[..2 * hidden].iter().all(|&value| value == 0.0));
}

#[test]
fn pooling_gradients_agree_with_finite_differences() {
    let (hidden, row_starts) = (3, [0, 1, 5]);
    let mut random = Random::new(7);
    let (tokens, grad) = (random.normals(5 * hidden), random.normals(2 * hidden));
    for pooler in [Pooling::First, Pooling::Mean] {
        let quotients = finite_differences(&tokens, STEP, |tokens| {
            weighted(&pooling::forward(pooler, tokens, &row_starts, hidden), &grad)
        });
        assert_close(&pooling::backward(pooler, &grad, &row_starts, hidden), &quotients, TOLERANCE);
    }
}

#[test]
fn contrastive_loss_of_equal_embeddings_is_the_logarithm_of_the_candidate_count() {
    let (equal, settings) = ([0.6, 0.8], Settings::default());
    let loss = |views: usize, settings| contrastive::loss(&equal.repeat(4 * views), 4, 2, settings).loss;
    assert!((loss(2, settings) - 4f64.ln()).abs() < 1e-12);
    assert!((loss(3, settings) - 8f64.ln()).abs() < 1e-12);
    let weighted = Settings { hard_negative_weight: 2f64.ln(), ..settings };
    assert!((loss(3, weighted) - 9f64.ln()).abs() < 1e-12, "α = 2 counts one negative twice");
    let symmetric = Settings { form: Form::Symmetric, ..settings };
    assert!(
        (loss(3, symmetric) - (8f64.ln() + 4f64.ln()) / 2.0).abs() < 1e-12,
        "no hard negatives backwards"
    );
    let all = Settings { form: Form::NtXent, ..settings };
    assert!((loss(2, all) - 7f64.ln()).abs() < 1e-12, "all but the anchor itself");
    let masked = Settings { false_negative_threshold: Some(0.9), ..settings };
    assert_eq!(loss(2, masked), 0.0, "every negative is false");
    assert!((loss(3, masked) - 2f64.ln()).abs() < 1e-12, "an item's own hard negative is kept");
}

#[test]
fn contrastive_gradients_agree_with_finite_differences() {
    let (items, hidden) = (4, 5);
    let mut random = Random::new(8);
    for views in [2, 3] {
        let embeddings = random.normals(views * items * hidden);
        for form in [Form::OneWay, Form::Symmetric, Form::NtXent] {
            for false_negative_threshold in [None, Some(0.3)] {
                let settings =
                    Settings { form, temperature: 0.3, hard_negative_weight: 0.7, false_negative_threshold };
                let result = contrastive::loss(&embeddings, items, hidden, settings);
                let quotients = finite_differences(&embeddings, STEP, |embeddings| {
                    contrastive::loss(embeddings, items, hidden, settings).loss
                });
                assert_close(&result.grad, &quotients, TOLERANCE);
                let left_out = result.logits.iter().flatten().filter(|logit| **logit == -1e30).count();
                let own = if form == Form::NtXent { 2 * items } else { 0 };
                assert_eq!(left_out > own, false_negative_threshold.is_some(), "the threshold matters");
            }
        }
    }
}

#[test]
fn masked_language_modelling_agrees_with_finite_differences() {
    let (tokens, hidden, words, places, labels) = (5, 3, 4, [1, 4], [3, 0]);
    let mut random = Random::new(12);
    let (states, grad) = (random.normals(tokens * hidden), random.normals(places.len() * hidden));
    let quotients =
        finite_differences(&states, STEP, |states| weighted(&mlm::gather(states, &places, hidden), &grad));
    assert_close(&mlm::scatter(&grad, &places, tokens, hidden), &quotients, TOLERANCE);
    let logits = random.normals(places.len() * words);
    let quotients = finite_differences(&logits, STEP, |logits| mlm::loss(logits, &labels, words, 0.3).0);
    assert_close(&mlm::loss(&logits, &labels, words, 0.3).1, &quotients, TOLERANCE);
    assert!((mlm::loss(&[7.0; 4], &[2], words, 0.5).0 - 0.5 * 4f64.ln()).abs() < 1e-12);
}

#[test]
fn cosine_of_a_zero_vector_is_zero_and_its_gradient_is_finite() {
    let (zero, other) = ([0.0, 0.0], [3.0, 4.0]);
    assert_eq!(contrastive::cosine_matrix(&zero, &other, 2), [0.0]);
    assert_eq!(contrastive::normalize_backward(&zero, &[1.0, 2.0], 2), [1e8, 2e8]);
}

#[test]
fn clipping_leaves_small_gradients_and_shortens_large_ones() {
    let gradients: [&[f64]; 2] = [&[3.0, 0.0], &[4.0]];
    assert_eq!(global_norm(gradients), 5.0);
    assert_eq!(clip_factor(0.5, 1.0), 1.0);
    assert!((clip_factor(5.0, 1.0) - 1.0 / 5.000_001).abs() < 1e-15);
}

#[test]
fn first_adamw_step_moves_by_the_learning_rate_against_the_gradient_and_decays() {
    let mut weights = [1.0, -2.0, 3.0];
    let optimizer = AdamW { weight_decay: 0.1, ..AdamW::default() };
    optimizer.step(&mut weights, &[0.5, -0.25, 0.0], &mut Moments::zero(3), 0.01, 1);
    let decay = 1.0 - 0.01 * 0.1;
    assert_close(&weights, &[decay - 0.01, -2.0 * decay + 0.01, 3.0 * decay], 1e-9);
}

#[test]
fn second_adamw_step_agrees_with_a_hand_computed_one() {
    let mut weights = [0.0];
    let mut moments = Moments::zero(1);
    let optimizer = AdamW::default();
    optimizer.step(&mut weights, &[1.0], &mut moments, 0.1, 1);
    optimizer.step(&mut weights, &[-1.0], &mut moments, 0.1, 2);
    // Moments 0.09 - 0.1 = -0.01 and 0.000999 + 0.001; corrections 0.19 and 0.001999: the step is 0.1 · 0.01/0.19.
    assert_close(&moments.first, &[-0.01], 1e-15);
    assert_close(&weights, &[-0.1 + 0.1 * 0.01 / 0.19], 1e-8);
}

#[test]
fn the_schedule_rises_during_the_warm_up_and_falls_to_zero() {
    let factors: Vec<f64> = (0..=6).map(|step| linear_schedule(step, 2, 6)).collect();
    assert_close(&factors, &[0.0, 0.5, 1.0, 0.75, 0.5, 0.25, 0.0], 1e-15);
    assert_eq!(linear_schedule(0, 0, 4), 1.0);
}

#[test]
fn biases_and_layer_norms_are_without_decay() {
    assert!(is_without_decay("encoder.layer.0.output.LayerNorm.weight"));
    assert!(is_without_decay("encoder.layer.0.output.dense.bias"));
    assert!(!is_without_decay("encoder.layer.0.output.dense.weight"));
}
