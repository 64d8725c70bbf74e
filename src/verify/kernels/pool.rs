//! Poolers, first token and mean, and their gradients.

use crate::{
    device::DeviceError,
    kernels::Pool,
    verify::{
        bench::{batch, row_starts, step_of},
        check::Checks,
        compare::bound,
        reference::{
            kernels::pooling::{self as reference, Pooling},
            random::Random,
        },
    },
};

fn shapes() -> [(Vec<usize>, usize); 5] {
    [
        (vec![1], 4),
        (vec![1, 6, 2, 1], 12),
        (vec![70, 3], 48),
        ((0..67).map(|row| 1 + row % 4).collect(), 36),
        (vec![4, 9, 1], 384),
    ]
}

/// All shapes with both poolers.
pub async fn first_and_mean(checks: &Checks) -> Result<(), DeviceError> {
    for (lengths, hidden) in shapes() {
        for (pooling, mean) in [(Pooling::First, false), (Pooling::Mean, true)] {
            check(checks, &lengths, hidden, pooling, mean).await?;
        }
    }
    Ok(())
}

async fn check(
    checks: &Checks,
    lengths: &[usize],
    hidden: usize,
    pooling: Pooling,
    mean: bool,
) -> Result<(), DeviceError> {
    let (bench, batch) = (checks.bench()?, batch(lengths, 50, 80));
    let (tokens, rows) = (batch.tokens(), batch.rows());
    let case = format!("{pooling:?}, {rows} rows, {tokens} tokens, width {hidden}");
    let mut random = Random::new(tokens as u64);
    let (states, d_pooled) = (random.normals(tokens * hidden), random.normals(rows * hidden));
    let (starts, spans) = (bench.words(&batch.row_starts)?, bench.words(batch.spans.as_flattened())?);
    let (states_view, d_pooled_view) = (bench.floats(&states)?, bench.floats(&d_pooled)?);
    let (pooled, d_states) = (bench.output(rows * hidden)?, bench.output(tokens * hidden)?);
    let first = Pool {
        hidden: hidden as u32,
        mean,
        factor: 0.25,
        accumulate: false,
        row_starts: &starts,
        spans: &spans,
    };
    // Accumulates a second share of the same, three quarters in all. The shares are powers of two, so only their sum
    // adds a rounding.
    let second = Pool { factor: 0.5, accumulate: true, ..first };
    bench
        .run(&step_of(&batch), |kernels, plan| {
            for layer in [first, second] {
                kernels.pool(plan, &layer, &states_view, &pooled)?;
                kernels.pool_backward(plan, &layer, &d_pooled_view, &d_states)?;
            }
            Ok(())
        })
        .await?;
    let shares = |values: Vec<f64>| values.into_iter().map(|value| 0.75 * value).collect::<Vec<_>>();
    let starts = row_starts(&batch);
    let longest = lengths.iter().copied().max().unwrap_or(1);
    let expected = shares(reference::forward(pooling, &states, &starts, hidden));
    let pooled = bench.read(&pooled, rows * hidden).await?;
    checks.close("pooled", &case, &pooled, &expected, bound(longest, 4.0));
    let expected = shares(reference::backward(pooling, &d_pooled, &starts, hidden));
    let d_states = bench.read(&d_states, tokens * hidden).await?;
    checks.close("d states", &case, &d_states, &expected, bound(1, 4.0));
    Ok(())
}
