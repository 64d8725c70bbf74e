//! Residual LayerNorm with dropout before and after, its statistics, and all its gradients; and the one row that the lesson on
//! kernels shows.

use serde::{Deserialize, Serialize};

use crate::{
    device::{Device, DeviceError},
    kernels::{LayerNorm, LayerNormGradient, NO_DROPOUT},
    model::PackedBatch,
    verify::{
        bench::{batch, mask, step_of},
        check::{Checks, Coverage},
        compare::bound,
        reference::{
            kernels::{add, layer_norm, multiply},
            random::Random,
        },
    },
};

const EPSILON: f32 = 1e-12;

/// Row lengths and hidden size. 64 tokens are one part of a parameter gradient; a workgroup has four tokens, with 16
/// vec4s of each at a time.
fn shapes() -> [(Vec<usize>, usize); 10] {
    [
        (vec![1], 4),
        (vec![4], 64),
        (vec![16, 1], 68),
        (vec![33], 60),
        (vec![5, 1, 9], 12),
        (vec![60, 6], 36),
        (vec![64, 64, 3], 48),
        (vec![7, 1, 1, 33], 100),
        (vec![64], 312),
        (vec![40, 29], 384),
    ]
}

/// Dropout sites, residual, and whether parameter gradients are accumulated.
#[derive(Clone, Copy, Debug)]
struct Setting {
    site_in: u32,
    site_out: u32,
    residual: bool,
    accumulate: bool,
}

const SETTINGS: [Setting; 4] = [
    Setting { site_in: NO_DROPOUT, site_out: NO_DROPOUT, residual: false, accumulate: false },
    Setting { site_in: NO_DROPOUT, site_out: 0, residual: false, accumulate: true },
    Setting { site_in: 2, site_out: NO_DROPOUT, residual: true, accumulate: false },
    Setting { site_in: 2, site_out: 255, residual: true, accumulate: true },
];

/// All shapes in all settings.
pub async fn shapes_and_settings(checks: &Checks) -> Result<(), DeviceError> {
    for (lengths, hidden) in checks.cases(shapes(), 3) {
        for setting in SETTINGS {
            check(checks, &batch(&lengths, 50, 80), hidden, setting, 0.1).await?;
        }
    }
    Ok(())
}

/// Dropout of probability 0 at its sites.
pub async fn without_dropout(checks: &Checks) -> Result<(), DeviceError> {
    check(checks, &batch(&[5, 8], 50, 80), 12, SETTINGS[3], 0.0).await
}

/// One row through the kernels, forward and backward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalizedRow {
    pub mean: f32,
    /// 1 / √(σ² + ε).
    pub scale: f32,
    pub y: Vec<f32>,
    pub dx: Vec<f32>,
}

/// Runs one row through the kernels, without dropout and residual, with γ = 1 and β = 0.
///
/// # Errors
/// The device's.
pub async fn row(device: &Device, x: &[f32], dy: &[f32], epsilon: f32) -> Result<NormalizedRow, DeviceError> {
    let checks = Checks::new(device, "layer_norm", Coverage::Sample);
    let (bench, hidden) = (checks.bench()?, x.len());
    let batch = batch(&[1], 50, 80);
    let floats = |values: &[f32]| {
        let values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        bench.floats(&values)
    };
    let parameters: Vec<f64> = (0..2 * hidden).map(|at| if at < hidden { 1.0 } else { 0.0 }).collect();
    let (sums, dy) = (floats(x)?, floats(dy)?);
    let (weights, spans) = (bench.floats(&parameters)?, bench.words(batch.spans.as_flattened())?);
    let (y, statistics) = (bench.output(hidden)?, bench.output(2)?);
    let (d_residual, dx) = (bench.output(hidden)?, bench.output(hidden)?);
    let partials = bench.output(LayerNorm::partials_len(hidden, 1))?;
    let layer = LayerNorm {
        hidden: hidden as u32,
        epsilon,
        weights: &weights,
        spans: &spans,
        site_in: NO_DROPOUT,
        site_out: NO_DROPOUT,
        sums: &sums,
        statistics: &statistics,
    };
    let gradient = LayerNormGradient { dy: &dy, d_residual: &d_residual, dx: &dx, partials: &partials };
    bench
        .run(&step_of(&batch), |kernels, plan| {
            kernels.layer_norm(plan, &layer, None, &y)?;
            kernels.layer_norm_backward(plan, &layer, &gradient)
        })
        .await?;
    let statistics = bench.read(&statistics, 2).await?;
    let (y, dx) = (bench.read(&y, hidden).await?, bench.read(&dx, hidden).await?);
    Ok(NormalizedRow { mean: statistics[0], scale: statistics[1], y, dx })
}

async fn check(
    checks: &Checks,
    batch: &PackedBatch,
    hidden: usize,
    setting: Setting,
    p: f32,
) -> Result<(), DeviceError> {
    let bench = checks.bench()?;
    let tokens = batch.tokens();
    let case = format!("{tokens} tokens, width {hidden}, p = {p}, {setting:?}");
    let mut random = Random::new(hidden as u64);
    let (x, residual) = (random.normals(tokens * hidden), random.normals(tokens * hidden));
    let (weight, bias) = (random.normals(hidden), random.normals(hidden));
    let (dy, before) = (random.normals(tokens * hidden), random.normals(2 * hidden));

    let sums = bench.floats(&x)?;
    let (weights, residual_view) = (bench.floats(&[&weight[..], &bias].concat())?, bench.floats(&residual)?);
    let spans = bench.words(batch.spans.as_flattened())?;
    let (y, statistics) = (bench.output(tokens * hidden)?, bench.output(2 * tokens)?);
    let (dy_view, scratch_len) = (bench.floats(&dy)?, LayerNorm::partials_len(hidden, tokens));
    let (d_residual, dx) = (bench.output(tokens * hidden)?, bench.output(tokens * hidden)?);
    let d_weights = if setting.accumulate { bench.floats(&before)? } else { bench.output(2 * hidden)? };
    let scratch = bench.output(scratch_len)?;
    let layer = LayerNorm {
        hidden: hidden as u32,
        epsilon: EPSILON,
        weights: &weights,
        spans: &spans,
        site_in: setting.site_in,
        site_out: setting.site_out,
        sums: &sums,
        statistics: &statistics,
    };
    let gradient = LayerNormGradient { dy: &dy_view, d_residual: &d_residual, dx: &dx, partials: &scratch };
    let mut step = step_of(batch).with_dropout(p);
    step.accumulate = u32::from(setting.accumulate);
    bench
        .run(&step, |kernels, plan| {
            let residual = setting.residual.then_some(&residual_view);
            kernels.layer_norm(plan, &layer, residual, &y)?;
            kernels.layer_norm_backward(plan, &layer, &gradient)?;
            let weights = [d_weights.slice(0, 2 * hidden)];
            kernels.layer_norm_parameters(plan, hidden as u32, &scratch, scratch_len, &weights)
        })
        .await?;

    let mask_in = mask(batch, p, setting.site_in, hidden);
    let mask_out = mask(batch, p, setting.site_out, hidden);
    let mut expected_sums = multiply(&x, &mask_in);
    if setting.residual {
        expected_sums = add(&expected_sums, &residual);
    }
    let forward = layer_norm::forward(&expected_sums, &weight, &bias, f64::from(EPSILON));
    let expected_y = multiply(&forward.output, &mask_out);
    let backward =
        layer_norm::backward(&expected_sums, &weight, &multiply(&dy, &mask_out), f64::from(EPSILON));
    let pairs = forward.mean.iter().zip(&forward.inverse_deviation);
    let expected_statistics: Vec<f64> = pairs.flat_map(|(mean, scale)| [*mean, *scale]).collect();
    let mut expected_weights = [&backward.weight[..], &backward.bias].concat();
    if setting.accumulate {
        expected_weights = add(&expected_weights, &before);
    }

    // Mean and variance are sums over the row. Normalising has a root, a division and five more roundings, masks one
    // each. A row of 4 can have a deviation well below 1, which enlarges the rounding of its mean: 8.
    let wide = bound(hidden, 24.0);
    let len = tokens * hidden;
    checks.close("s", &case, &bench.read(&sums, len).await?, &expected_sums, bound(1, 2.0));
    checks.close("y", &case, &bench.read(&y, len).await?, &expected_y, wide);
    let statistics = bench.read(&statistics, 2 * tokens).await?;
    checks.close("μ, 1/σ", &case, &statistics, &expected_statistics, wide);
    checks.close("d residual", &case, &bench.read(&d_residual, len).await?, &backward.x, wide);
    let expected_dx = multiply(&backward.x, &mask_in);
    checks.close("dx", &case, &bench.read(&dx, len).await?, &expected_dx, wide);
    bench.check_guard(&scratch, scratch_len).await?;
    let d_weights = bench.read(&d_weights, 2 * hidden).await?;
    checks.close("dγ, dβ", &case, &d_weights, &expected_weights, bound(hidden + tokens, 24.0));
    Ok(())
}
