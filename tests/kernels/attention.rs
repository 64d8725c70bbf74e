//! Multi-head attention over packed rows and its gradients, with and without dropout on probabilities.

use simcse_lab::{
    kernels::{Attention, AttentionGradient, keep_factors},
    model::PackedBatch,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, SEED, STEP, batch, on_each_device, row_starts, step_of};
use crate::compare::{assert_close, assert_close_beside, bound};
use crate::reference::{kernels::attention as reference, random::Random};

const SITE: u32 = 4;
const MAX_POSITIONS: usize = 70;

/// Head size and heads: one element, parts of a vec4, a vec4 or less for each of a token's four lanes, several, some
/// of them for a part of the lanes, and all eight.
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

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn attention_and_its_gradients_agree_with_the_reference_at_every_head_size() {
    on_each_device(async || {
        let batch = batch(&[1, 6, 3, 1, 10, 4], 50, MAX_POSITIONS);
        for (head_size, heads) in SIZES {
            for p in [0.0, 0.1] {
                check(&Bench::new().await, &batch, head_size, heads, p).await;
            }
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn rows_end_at_before_and_behind_the_ends_of_tiles_of_16_tokens() {
    on_each_device(async || {
        let batch = batch(&[61, 5, 70, 1, 2, 15, 16, 17, 33, 64], 50, MAX_POSITIONS);
        for p in [0.0, 0.25] {
            for head_size in [6, 32, 64] {
                check(&Bench::new().await, &batch, head_size, 3, p).await;
            }
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn each_row_length_by_itself_is_whole() {
    on_each_device(async || {
        for length in [1, 15, 16, 17, 33, 64, 65] {
            check(&Bench::new().await, &batch(&[length], 50, MAX_POSITIONS), 32, 2, 0.1).await;
            check(&Bench::new().await, &batch(&[length], 50, MAX_POSITIONS), 3, 2, 0.1).await;
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn masks_of_a_part_of_a_batch_are_those_of_the_whole() {
    on_each_device(async || {
        let batch = batch(&[20, 33], 50, MAX_POSITIONS).with_mask_rows(MAX_POSITIONS, |row| 5 - 3 * row);
        check(&Bench::new().await, &batch, 32, 2, 0.3).await;
        check(&Bench::new().await, &batch, 26, 2, 0.3).await;
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_row_of_one_token_attends_to_itself() {
    on_each_device(async || {
        check(&Bench::new().await, &batch(&[1], 50, MAX_POSITIONS), 6, 2, 0.0).await;
        check(&Bench::new().await, &batch(&[1], 50, MAX_POSITIONS), 32, 2, 0.0).await;
    })
    .await;
}

async fn check(bench: &Bench, batch: &PackedBatch, head_size: usize, heads: usize, p: f32) {
    let (tokens, hidden) = (batch.tokens(), head_size * heads);
    let name = |what: &str| format!("{what}, {tokens} tokens, {heads} heads of {head_size}, p = {p}");
    let mut random = Random::new(hidden as u64);
    let [query, key, value, d_context] = [(); 4].map(|()| random.normals(tokens * hidden));
    let rows: Vec<f64> = (0..tokens)
        .flat_map(|token| [&query, &key, &value].map(|part| &part[token * hidden..(token + 1) * hidden]))
        .flatten()
        .copied()
        .collect();

    let (tiles, qkv) = (bench.words(batch.tiles.as_flattened()), bench.floats(&rows));
    let (spans, starts_view) = (bench.words(batch.spans.as_flattened()), bench.words(&batch.row_starts));
    let (context, log_sums) = (bench.output(tokens * hidden), bench.output(tokens * heads));
    let (d_context_view, delta) = (bench.floats(&d_context), bench.output(tokens * heads));
    let d_qkv = bench.output(3 * tokens * hidden);
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
            kernels.attention(plan, &layer).unwrap();
            kernels.attention_backward(plan, &layer, &gradient).unwrap();
        })
        .await;

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
    let expected_d_qkv: Vec<f64> = (0..tokens)
        .flat_map(|token| {
            [&gradients.query, &gradients.key, &gradients.value]
                .map(|part| &part[token * hidden..(token + 1) * hidden])
        })
        .flatten()
        .copied()
        .collect();

    // A score is a sum over the head; its absolute error is the relative one of exp(score), which adds 3 + 2|x|
    // with |x| up to 8. The sum over keys follows. Backward: both once more, on terms that partly cancel.
    let longest = starts.windows(2).map(|row| row[1] - row[0]).max().unwrap_or(1);
    let context = bench.read(&context, tokens * hidden).await;
    let forward = bound(head_size + longest, 32.0);
    assert_close(&name("context"), &context, &expected_context, forward);
    assert_close(
        &name("log-sums"),
        &bench.read(&log_sums, tokens * heads).await,
        &log_sums_of(&expected),
        forward,
    );
    bench.read(&delta, tokens * heads).await;
    let d_qkv = bench.read(&d_qkv, 3 * tokens * hidden).await;
    let backward = bound(4 * (head_size + longest), 64.0);
    // ds is a difference of numbers of size √d times q or k over √d: 1.
    assert_close_beside(&name("dq, dk, dv"), &d_qkv, &expected_d_qkv, 1.0, backward);
}

fn log_sums_of(attention: &reference::Attention) -> Vec<f64> {
    let size = attention.hidden / attention.heads;
    let mut log_sums = Vec::new();
    for token in 0..attention.query.len() / attention.hidden {
        let row = attention.row_starts.windows(2).find(|row| (row[0]..row[1]).contains(&token)).unwrap();
        for head in 0..attention.heads {
            let part = |matrix: &[f64], token: usize| {
                let at = token * attention.hidden + head * size;
                matrix[at..at + size].to_vec()
            };
            let query = part(attention.query, token);
            let score = |key: usize| {
                let products = query.iter().zip(part(attention.key, key)).map(|(q, k)| q * k);
                products.sum::<f64>() / (size as f64).sqrt()
            };
            log_sums.push((row[0]..row[1]).map(|key| score(key).exp()).sum::<f64>().ln());
        }
    }
    log_sums
}
