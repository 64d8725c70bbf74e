//! Ten training steps agree with the reference's AdamW.

use simcse_lab::{device::Device, train::TrainOptions};

use crate::{
    ITEMS, SIZES, data, engine, options,
    reference::{
        bert::Element,
        gradients::Batch,
        kernels::optimizer::AdamW,
        loss::Settings,
        pooling::Pooler,
        train::{Recipe, train_steps},
    },
    train, weights,
};

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

#[pollster::test]
async fn ten_steps_have_the_losses_and_lead_to_the_weights_of_the_reference() {
    for device in engine::devices().await {
        // Clipping never, sometimes and always applies.
        for (dropout, clip) in [(0.0, 100.0), (0.0, 0.5), (0.1, 0.1)] {
            agree_with_the_reference(&device, TrainOptions { steps: Some(10), dropout, clip, ..options() })
                .await;
        }
    }
}

async fn agree_with_the_reference(device: &Device, options: TrainOptions) {
    let (reports, actual) = train(device, options.clone()).await;
    let recipe = Recipe {
        pooler: Pooler::Head,
        loss: Settings::new(f64::from(options.temperature), 0.0),
        learning_rate: options.learning_rate,
        warm_up: options.warmup as usize,
        total_steps: 10,
        clip: f64::from(options.clip),
        optimizer: AdamW { weight_decay: f64::from(options.weight_decay), ..AdamW::default() },
    };
    let masks = |step: usize, element: Element| {
        engine::masks(SIZES, options.dropout, options.seed, step as u32)(element)
    };
    let (expected_reports, expected) =
        train_steps(&weights(), SIZES.config(), &batches(&options, 10), &recipe, Some(&masks)).unwrap();

    // Relative errors of a gradient are up to 2e-5 (tests/model_vs_candle/main.rs at τ = 0.05), and of a loss as well,
    // because a logit's error becomes a relative error of its exponential. Each step adds to the errors of those
    // before.
    const GRADIENT: f64 = 2e-5;
    assert_eq!(reports.len(), expected_reports.len());
    for (actual, expected) in reports.iter().zip(&expected_reports) {
        let name = format!("step {}, dropout {}, clip {}", actual.step, options.dropout, options.clip);
        assert!((actual.learning_rate - expected.learning_rate).abs() <= 1e-12, "{name}");
        for (what, actual_value, expected) in [
            ("loss", actual.loss, expected.loss),
            ("gradient norm", actual.gradient_norm, expected.gradient_norm),
        ] {
            let error = (f64::from(actual_value) / expected - 1.0).abs();
            let tolerance = GRADIENT * f64::from(actual.step);
            assert!(error <= tolerance, "{name}: {what} {actual_value} instead of {expected}");
        }
    }
    for (name, (_, before)) in weights() {
        let widened = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        let (before, actual, expected) = (widened(&before), widened(&actual[&name].data), &expected[&name].1);
        if name.ends_with("key.bias") {
            // Softmax is invariant to it, so its gradient is only rounding, of which AdamW makes steps of full size.
            let longest = reports.iter().map(|report| report.learning_rate).sum::<f64>() * 1.01;
            assert!(distance(&actual, &before) <= longest * (before.len() as f64).sqrt(), "{name}");
            continue;
        }
        // Ten independent gradient errors, relative to the change, and ten roundings of the weight itself.
        let change = distance(expected, &before);
        let tolerance =
            10_f64.sqrt() * (GRADIENT * change + ROUNDOFF * distance(&before, &vec![0.0; before.len()]));
        let error = distance(&actual, expected);
        assert!(error <= tolerance, "{name}: off by {error:e} after a change of {change:e}");
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// The batches of the first `steps` steps, in the trainer's order.
pub fn batches(options: &TrainOptions, steps: usize) -> Vec<Batch> {
    let data = data();
    let in_epoch = ITEMS.div_ceil(options.batch_size);
    (0..steps)
        .map(|step| {
            let order = data.order(options.seed, (step / in_epoch) as u32);
            let items = order.chunks(options.batch_size).nth(step % in_epoch).unwrap();
            let rows = data.batch(items);
            Batch::twice(&rows[..items.len()].iter().map(|row| row.to_vec()).collect::<Vec<_>>())
        })
        .collect()
}
