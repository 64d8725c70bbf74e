//! The candle reference model agrees with the kernel references, with finite differences and with values computed by
//! hand.

#![cfg(not(target_arch = "wasm32"))]

mod reference;

use candle_core::{DType, Device, Result, Tensor};
use reference::bert::{Bert, Dropout, Element, Site, Weights, WideWeights, widen, widen_weights};
use reference::gradients::{Batch, embed, gradients, loss, relative_difference};
use reference::kernels::attention::{Attention, keep_all};
use reference::kernels::optimizer::AdamW;
use reference::kernels::pooling::Pooling;
use reference::kernels::{activation, add, contrastive, embedding, layer_norm, matmul, pooling};
use reference::loss::Settings;
use reference::pooling::Pooler;
use reference::random::Random;
use reference::tiny::{Sizes, random_rows, random_weights};
use reference::train::{Recipe, train_steps};

const SIZES: Sizes = Sizes {
    vocabulary: 13,
    hidden: 6,
    layers: 2,
    heads: 2,
    intermediate: 7,
    positions: 8,
    types: 2,
    first_position: 0,
};

/// Keeps about three of four elements, scaled.
fn drop_some(element: Element) -> f64 {
    let site = match element.site {
        Site::Embedding => 0,
        Site::Probabilities { head } => 10 + head,
        Site::AttentionOutput => 1,
        Site::Output => 2,
    };
    let numbers = [site, element.layer, element.row, element.position, element.index];
    let seed = numbers.iter().fold(7, |seed, &number| seed * 101 + number as u64);
    if Random::new(seed).unit() < 0.25 { 0.0 } else { 4.0 / 3.0 }
}

fn model(weights: &Weights) -> Result<Bert> {
    Bert::new(weights, SIZES.config(), DType::F64)
}

fn batch(views: usize, seed: u64) -> Batch {
    let view = |view| random_rows(SIZES.vocabulary, 3, 5, seed + view);
    Batch { views: (0..views as u64).map(view).collect() }
}

/// The encoder composed of the kernel references.
fn encode_by_kernels(weights: &Weights, rows: &[Vec<u32>]) -> (Vec<f64>, Vec<usize>) {
    let hidden = SIZES.hidden;
    let tensor = |name: &str| widen(&weights[name].1);
    let row_starts: Vec<usize> = (0..=rows.len()).map(|row| rows[..row].iter().map(Vec::len).sum()).collect();
    let tokens = row_starts[rows.len()];
    let linear = |x: &[f64], name: String, inputs: usize| {
        matmul::linear(
            x,
            &tensor(&format!("{name}.weight")),
            &tensor(&format!("{name}.bias")),
            tokens,
            inputs,
        )
    };
    let norm = |x: &[f64], name: String| {
        layer_norm::forward(x, &tensor(&format!("{name}.weight")), &tensor(&format!("{name}.bias")), 1e-12)
            .output
    };
    let table = |name: &str| tensor(&format!("embeddings.{name}_embeddings.weight"));
    let tables = embedding::Tables {
        word: table("word"),
        position: table("position"),
        token_type: table("token_type"),
    };
    let mut x = embedding::forward(&tables, &rows.concat(), &row_starts, 0, hidden);
    x = norm(&x, "embeddings.LayerNorm".to_owned());
    for layer in 0..SIZES.layers {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let attention = Attention {
            query: &linear(&x, name("attention.self.query"), hidden),
            key: &linear(&x, name("attention.self.key"), hidden),
            value: &linear(&x, name("attention.self.value"), hidden),
            row_starts: &row_starts,
            heads: SIZES.heads,
            hidden,
        };
        let attended = linear(&attention.forward(&keep_all), name("attention.output.dense"), hidden);
        let attended = norm(&add(&attended, &x), name("attention.output.LayerNorm"));
        let inner = linear(&attended, name("intermediate.dense"), hidden);
        let inner: Vec<f64> = inner.into_iter().map(activation::gelu).collect();
        let output = linear(&inner, name("output.dense"), SIZES.intermediate);
        x = norm(&add(&output, &attended), name("output.LayerNorm"));
    }
    (x, row_starts)
}

#[test]
fn candle_encoder_and_loss_agree_with_the_kernel_references() -> Result<()> {
    let weights = random_weights(SIZES, false, 1);
    let batch = batch(3, 2);
    let (hidden, row_starts) = encode_by_kernels(&weights, &batch.views.concat());
    for (pooler, plain) in [(Pooler::Cls, Pooling::First), (Pooler::Average, Pooling::Mean)] {
        let pooled = pooling::forward(plain, &hidden, &row_starts, SIZES.hidden);
        let embeddings = embed(&model(&weights)?, pooler, &batch.views.concat(), None)?;
        let embeddings: Vec<f64> = embeddings.flatten_all()?.to_vec1()?;
        assert!(relative_difference(&embeddings, &pooled) < 1e-13);

        let settings = Settings::new(0.2, 0.4);
        let expected = contrastive::loss(&pooled, 3, SIZES.hidden, settings.kernel).loss;
        let actual: f64 = loss(&model(&weights)?, pooler, &batch, settings, None)?.to_scalar()?;
        assert!((actual - expected).abs() < 1e-13 * expected.abs(), "{actual} instead of {expected}");
    }
    Ok(())
}

/// The loss as a function of the weights.
fn loss_at(weights: &WideWeights, pooler: Pooler, batch: &Batch) -> Result<f64> {
    let model = Bert::from_f64(weights, SIZES.config(), DType::F64)?;
    loss(&model, pooler, batch, Settings::new(0.5, 0.3), Some(&drop_some))?.to_scalar()
}

#[test]
fn gradients_of_every_parameter_agree_with_finite_differences_under_dropout() -> Result<()> {
    let weights = random_weights(SIZES, true, 3);
    let wide = widen_weights(&weights);
    let step = 1e-5;
    for (number, pooler) in Pooler::ALL.into_iter().enumerate() {
        // Hard negatives with every other one.
        let batch = batch(3 - number % 2, 4);
        let settings = Settings::new(0.5, 0.3);
        let (_, gradients) = gradients(&model(&weights)?, pooler, &batch, settings, Some(&drop_some))?;
        let head_parameters = if pooler == Pooler::Head { 0 } else { 2 };
        assert_eq!(gradients.len(), weights.len() - head_parameters);
        for (name, gradient) in &gradients {
            // The two largest elements of each tensor, where a mistake shows most.
            let mut elements: Vec<usize> = (0..gradient.len()).collect();
            elements.sort_by(|&a, &b| gradient[b].abs().total_cmp(&gradient[a].abs()));
            for &element in &elements[..2] {
                let shifted = |by: f64| {
                    let mut weights = wide.clone();
                    if let Some((_, values)) = weights.get_mut(name) {
                        values[element] += by;
                    }
                    loss_at(&weights, pooler, &batch)
                };
                let quotient = (shifted(step)? - shifted(-step)?) / (2.0 * step);
                let difference = (quotient - gradient[element]).abs();
                assert!(difference < 1e-7, "{name}[{element}]: {} instead of {quotient}", gradient[element]);
            }
        }
    }
    Ok(())
}

#[test]
fn a_row_has_the_same_states_alone_and_in_a_batch() -> Result<()> {
    let weights = random_weights(SIZES, true, 5);
    let rows = random_rows(SIZES.vocabulary, 4, 6, 6);
    let together = embed(&model(&weights)?, Pooler::Head, &rows, None)?.to_vec2::<f64>()?;
    for (row, expected) in rows.iter().zip(together) {
        let alone = embed(&model(&weights)?, Pooler::Head, std::slice::from_ref(row), None)?;
        assert!(relative_difference(&alone.flatten_all()?.to_vec1()?, &expected) < 1e-13);
    }
    Ok(())
}

#[test]
fn masks_of_ones_change_nothing_and_every_dropout_site_has_an_effect() -> Result<()> {
    let weights = random_weights(SIZES, false, 7);
    let rows = random_rows(SIZES.vocabulary, 2, 6, 8);
    let embedding = |dropout: Option<Dropout>| -> Result<Vec<f64>> {
        embed(&model(&weights)?, Pooler::Average, &rows, dropout)?.flatten_all()?.to_vec1()
    };
    let plain = embedding(None)?;
    assert_eq!(embedding(Some(&|_| 1.0))?, plain);
    let sites = [Site::Embedding, Site::Probabilities { head: 1 }, Site::AttentionOutput, Site::Output];
    for site in sites {
        let only_here = |element: Element| if element.site == site { drop_some(element) } else { 1.0 };
        assert!(relative_difference(&embedding(Some(&only_here))?, &plain) > 1e-3, "{site:?}");
    }
    Ok(())
}

#[test]
fn loss_of_equal_embeddings_is_the_logarithm_of_the_candidate_count() -> Result<()> {
    let same = Tensor::new(&[[3.0f64, 4.0], [0.6, 0.8], [6.0, 8.0]], &Device::Cpu)?;
    let settings = Settings::new(0.05, 0.0);
    let two: f64 = reference::loss::contrastive(&[same.clone(), same.clone()], settings)?.to_scalar()?;
    assert!((two - 3f64.ln()).abs() < 1e-12);
    let weighted = Settings::new(0.05, 2f64.ln());
    let three = reference::loss::contrastive(&[same.clone(), same.clone(), same], weighted)?;
    assert!((three.to_scalar::<f64>()? - 7f64.ln()).abs() < 1e-12, "α = 2 counts one negative twice");
    Ok(())
}

#[test]
fn key_biases_have_no_gradient() -> Result<()> {
    // A constant added to all scores of a query does not change its softmax.
    let weights = random_weights(SIZES, false, 9);
    let (_, gradients) =
        gradients(&model(&weights)?, Pooler::Average, &batch(2, 10), Settings::default(), None)?;
    for (name, gradient) in gradients.iter().filter(|(name, _)| name.ends_with("key.bias")) {
        assert!(gradient.iter().all(|value| value.abs() < 1e-14), "{name}");
    }
    Ok(())
}

#[test]
fn f32_gradients_are_near_f64_gradients() -> Result<()> {
    let weights = random_weights(SIZES, true, 11);
    for pooler in Pooler::ALL {
        let [narrow, wide] = [DType::F32, DType::F64].map(|dtype| {
            let model = Bert::new(&weights, SIZES.config(), dtype)?;
            gradients(&model, pooler, &batch(3, 12), Settings::default(), None)
        });
        let ((narrow_loss, narrow), (wide_loss, wide)) = (narrow?, wide?);
        assert!((narrow_loss - wide_loss).abs() < 1e-5 * wide_loss);
        for (name, expected) in wide.iter().filter(|(name, _)| !name.ends_with("key.bias")) {
            assert!(relative_difference(&narrow[name], expected) < 1e-4, "{name}");
        }
    }
    Ok(())
}

#[test]
fn training_follows_the_schedule_lowers_the_loss_and_is_reproducible() -> Result<()> {
    let weights = random_weights(SIZES, true, 13);
    let batches = vec![batch(2, 14); 12];
    let recipe = Recipe {
        pooler: Pooler::Head,
        loss: Settings::new(0.2, 0.0),
        learning_rate: 0.01,
        warm_up: 2,
        total_steps: 12,
        clip: 1.0,
        optimizer: AdamW { weight_decay: 0.01, ..AdamW::default() },
    };
    let (reports, trained) = train_steps(&weights, SIZES.config(), &batches, &recipe, None)?;
    assert_eq!(reports[0].learning_rate, 0.0);
    assert_eq!(reports[0].loss, reports[1].loss, "the first warm-up step changes nothing");
    assert_eq!(reports[2].learning_rate, 0.01);
    assert!(reports[11].loss < 0.5 * reports[0].loss, "{} → {}", reports[0].loss, reports[11].loss);
    let dropped = train_steps(&weights, SIZES.config(), &batches, &recipe, Some(&|_, e| drop_some(e)))?;
    assert_ne!(dropped.1, trained);
    assert_eq!(train_steps(&weights, SIZES.config(), &batches, &recipe, None)?.1, trained);
    Ok(())
}
