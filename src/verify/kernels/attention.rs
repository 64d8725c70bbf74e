//! Multi-head attention over packed rows and its gradients, with and without dropout on probabilities.

use crate::{
    device::DeviceError,
    kernels::{Attention, AttentionGradient, keep_factors},
    model::PackedBatch,
    verify::{
        bench::{SEED, STEP, batch, row_starts, step_of},
        check::Checks,
        compare::bound,
        reference::{kernels::attention as reference, random::Random},
    },
};

const SITE: u32 = 4;
const MAX_POSITIONS: usize = 70;

/// Head size and number of heads: one element, parts of a vec4, at most one vec4 for each of a token's four lanes,
/// several, some of them for only a part of the lanes, and all eight.
const SIZES: [(usize, usize); 12] = [
    (1, 4),
    (3, 4),
    (4, 3),
    (6, 2),
    (16, 3),
    (26, 12),
    (32, 2),
    (48, 1),
    (64, 2),
    (96, 1),
    (100, 1),
    (128, 2),
];

/// All head sizes, with and without dropout.
pub async fn head_sizes(checks: &Checks) -> Result<(), DeviceError> {
    let batch = batch(&[1, 6, 3, 1, 10, 4], 50, MAX_POSITIONS);
    for (head_size, heads) in checks.cases(SIZES, 2) {
        for p in [0.0, 0.1] {
            check(checks, &batch, head_size, heads, p).await?;
        }
    }
    Ok(())
}

/// Rows that end before, at and after the end of a tile of 16 tokens.
pub async fn tile_ends(checks: &Checks) -> Result<(), DeviceError> {
    let batch = batch(&[61, 5, 70, 1, 2, 15, 16, 17, 33, 64], 50, MAX_POSITIONS);
    for p in [0.0, 0.25] {
        for head_size in checks.cases([32, 6, 64], 3) {
            check(checks, &batch, head_size, 3, p).await?;
        }
    }
    Ok(())
}

/// Batches of a single row.
pub async fn row_lengths(checks: &Checks) -> Result<(), DeviceError> {
    for length in checks.cases([1, 15, 16, 17, 33, 64, 65], 3) {
        check(checks, &batch(&[length], 50, MAX_POSITIONS), 32, 2, 0.1).await?;
        check(checks, &batch(&[length], 50, MAX_POSITIONS), 3, 2, 0.1).await?;
    }
    Ok(())
}

/// A part of a batch with the dropout masks that it has in the whole batch.
pub async fn part_of_a_batch(checks: &Checks) -> Result<(), DeviceError> {
    let batch = batch(&[20, 33], 50, MAX_POSITIONS).with_mask_rows(MAX_POSITIONS, |row| 5 - 3 * row);
    check(checks, &batch, 32, 2, 0.3).await?;
    check(checks, &batch, 26, 2, 0.3).await
}

/// A row of one token, which attends only to itself.
pub async fn one_token(checks: &Checks) -> Result<(), DeviceError> {
    check(checks, &batch(&[1], 50, MAX_POSITIONS), 6, 2, 0.0).await?;
    check(checks, &batch(&[1], 50, MAX_POSITIONS), 32, 2, 0.0).await
}

async fn check(
    checks: &Checks,
    batch: &PackedBatch,
    head_size: usize,
    heads: usize,
    p: f32,
) -> Result<(), DeviceError> {
    let (bench, tokens, hidden) = (checks.bench()?, batch.tokens(), head_size * heads);
    let case = format!("{tokens} tokens, {heads} heads of {head_size}, p = {p}");
    let mut random = Random::new(hidden as u64);
    let [query, key, value, d_context] = [(); 4].map(|()| random.normals(tokens * hidden));
    let side_by_side = |parts: [&Vec<f64>; 3]| -> Vec<f64> {
        let row = |token: usize| parts.map(|part| &part[token * hidden..(token + 1) * hidden]);
        (0..tokens).flat_map(row).flatten().copied().collect()
    };
    let rows = side_by_side([&query, &key, &value]);

    let (tiles, qkv) = (bench.words(batch.tiles.as_flattened())?, bench.floats(&rows)?);
    let (spans, starts_view) = (bench.words(batch.spans.as_flattened())?, bench.words(&batch.row_starts)?);
    let (context, log_sums) = (bench.output(tokens * hidden)?, bench.output(tokens * heads)?);
    let (d_context_view, delta) = (bench.floats(&d_context)?, bench.output(tokens * heads)?);
    let d_qkv = bench.output(3 * tokens * hidden)?;
    let layer = Attention {
        hidden: hidden as u32,
        heads: heads as u32,
        max_positions: MAX_POSITIONS as u32,
        site: SITE,
        tiles: &tiles,
        spans: &spans,
        row_starts: &starts_view,
        qkv: &qkv,
        context: &context,
        log_sums: &log_sums,
    };
    let gradient = AttentionGradient { context: &d_context_view, qkv: &d_qkv, delta: &delta };
    bench
        .run(&step_of(batch).with_dropout(p), |kernels, plan| {
            kernels.attention(plan, &layer)?;
            kernels.attention_backward(plan, &layer, &gradient)
        })
        .await?;

    let starts = row_starts(batch);
    let expected =
        reference::Attention { query: &query, key: &key, value: &value, row_starts: &starts, heads, hidden };
    let blocks = MAX_POSITIONS.div_ceil(4);
    let keep = |head: usize, query: usize, key: usize| {
        let [query_key, begin, ..] = batch.spans[query];
        let position = key - begin as usize;
        let block = (head * blocks + position / 4) as u32;
        f64::from(keep_factors(p, SEED, STEP, SITE, query_key, block)[position % 4])
    };
    let expected_context = expected.forward(&keep);
    let gradients = expected.backward(&d_context, &keep);
    let expected_d_qkv = side_by_side([&gradients.query, &gradients.key, &gradients.value]);

    // A score is a sum over the head; its absolute error is the relative one of exp(score), which adds 3 + 2|x|
    // with |x| up to 8. The sum over keys follows. Backward: both once more, on terms that partly cancel.
    let longest = starts.windows(2).map(|row| row[1] - row[0]).max().unwrap_or(1);
    let context = bench.read(&context, tokens * hidden).await?;
    let forward = bound(head_size + longest, 32.0);
    checks.close("context", &case, &context, &expected_context, forward);
    let log_sums = bench.read(&log_sums, tokens * heads).await?;
    checks.close("log-sums", &case, &log_sums, &expected.log_sums(), forward);
    bench.check_guard(&delta, tokens * heads).await?;
    let d_qkv = bench.read(&d_qkv, 3 * tokens * hidden).await?;
    let backward = bound(4 * (head_size + longest), 64.0);
    // ds is a difference of numbers of size √d times q or k over √d: 1.
    checks.close_beside("dq, dk, dv", &case, &d_qkv, &expected_d_qkv, 1.0, backward);
    Ok(())
}
