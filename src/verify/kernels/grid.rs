//! Grids of more than 65,535 workgroups, which are folded to two dimensions.

use crate::{
    device::DeviceError,
    kernels::{LayerNorm, NO_DROPOUT, Step},
    verify::{
        check::Checks,
        compare::bound,
        reference::{kernels::layer_norm, random::Random},
    },
};

/// More than 65,535 workgroups, checked to the last element.
pub async fn folded(checks: &Checks) -> Result<(), DeviceError> {
    // A workgroup has four tokens: this is a grid of 2 × 32,769 workgroups, the last with one token.
    let (tokens, hidden) = (4 * 65_537 - 3, 4);
    let (bench, x) = (checks.bench()?, Random::new(9).normals(tokens * hidden));
    let (weight, bias) = (vec![1.0; hidden], vec![0.0; hidden]);
    let (sums, weights) = (bench.floats(&x)?, bench.floats(&[&weight[..], &bias].concat())?);
    let spans = bench.words(&vec![0; 4 * tokens])?;
    let (y, statistics) = (bench.output(tokens * hidden)?, bench.output(2 * tokens)?);
    let layer = LayerNorm {
        hidden: hidden as u32,
        epsilon: 1e-3,
        weights: &weights,
        spans: &spans,
        site_in: NO_DROPOUT,
        site_out: NO_DROPOUT,
        sums: &sums,
        statistics: &statistics,
    };
    let step = Step { tokens: tokens as u32, ..Step::default() };
    bench.run(&step, |kernels, plan| kernels.layer_norm(plan, &layer, None, &y)).await?;
    let expected = layer_norm::forward(&x, &weight, &bias, f64::from(1e-3_f32)).output;
    let y = bench.read(&y, tokens * hidden).await?;
    let case = format!("{tokens} tokens, width {hidden}");
    checks.close("y", &case, &y, &expected, bound(hidden, 24.0));
    // Separately, because errors of few elements would be lost in the norm of so many.
    let last = y.len() - 4 * hidden;
    checks.close("y of the last rows", &case, &y[last..], &expected[last..], bound(hidden, 24.0));
    Ok(())
}
