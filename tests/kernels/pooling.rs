//! Poolers and the head's tanh.

use simcse_lab::kernels::{Pool, Step};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, batch, on_each_device, row_starts, step_of};
use crate::compare::{assert_close, bound};
use crate::reference::{
    kernels::{
        activation,
        pooling::{self as reference, Pooling},
    },
    random::Random,
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

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn poolers_take_the_first_token_or_the_mean_and_give_their_gradients_back() {
    on_each_device(async || {
        for (lengths, hidden) in shapes() {
            for (pooling, mean) in [(Pooling::First, false), (Pooling::Mean, true)] {
                let (bench, batch) = (Bench::new().await, batch(&lengths, 50, 80));
                let (tokens, rows) = (batch.tokens(), batch.rows());
                let name =
                    |what: &str| format!("{what}, {pooling:?}, {rows} rows, {tokens} tokens, width {hidden}");
                let mut random = Random::new(tokens as u64);
                let (states, d_pooled) = (random.normals(tokens * hidden), random.normals(rows * hidden));
                let (starts, spans) =
                    (bench.words(&batch.row_starts), bench.words(batch.spans.as_flattened()));
                let (states_view, d_pooled_view) = (bench.floats(&states), bench.floats(&d_pooled));
                let (pooled, d_states) = (bench.output(rows * hidden), bench.output(tokens * hidden));
                let first = Pool {
                    hidden: hidden as u32,
                    mean,
                    factor: 0.25,
                    accumulate: false,
                    row_starts: &starts,
                    spans: &spans,
                };
                // Over what is there: another share of the same, so that the two make three quarters. The shares are powers
                // of two, so only their sum is one more rounding.
                let second = Pool { factor: 0.5, accumulate: true, ..first };
                bench
                    .run(&step_of(&batch), |kernels, plan| {
                        for layer in [first, second] {
                            kernels.pool(plan, &layer, &states_view, &pooled).unwrap();
                            kernels.pool_backward(plan, &layer, &d_pooled_view, &d_states).unwrap();
                        }
                    })
                    .await;
                let shares =
                    |values: Vec<f64>| values.into_iter().map(|value| 0.75 * value).collect::<Vec<_>>();
                let starts = row_starts(&batch);
                let longest = lengths.iter().copied().max().unwrap_or(1);
                let expected = shares(reference::forward(pooling, &states, &starts, hidden));
                let pooled = bench.read(&pooled, rows * hidden).await;
                assert_close(&name("pooled"), &pooled, &expected, bound(longest, 4.0));
                let expected = shares(reference::backward(pooling, &d_pooled, &starts, hidden));
                let d_states = bench.read(&d_states, tokens * hidden).await;
                assert_close(&name("d states"), &d_states, &expected, bound(1, 4.0));
            }
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn tanh_keeps_its_relative_accuracy_from_tiny_to_saturated_arguments() {
    on_each_device(async || {
        // Around the seam of its two formulas (0.25), where it is 1 in float32, and where exp would overflow.
        let magnitudes = [1e-30, 1e-6, 0.01, 0.2499, 0.25, 0.2501, 0.7, 2.0, 8.0, 9.5, 60.0, 1e4];
        let arguments: Vec<f64> =
            magnitudes.into_iter().flat_map(|x: f64| [x, -x]).map(|x| f64::from(x as f32)).collect();
        let bench = Bench::new().await;
        let (a, z) = (bench.floats(&arguments), bench.output(arguments.len()));
        let step = Step { rows: 2, ..Step::default() };
        bench.run(&step, |kernels, plan| kernels.tanh(plan, 12, &a, &z).unwrap()).await;
        for (a, z) in arguments.iter().zip(bench.read(&z, arguments.len()).await) {
            let expected = libm::tanh(*a);
            // 1 − exp(−2|x|) is at least 0.39 where it is used: its error is up to 2.5 times exp's 3 + 2·0.5, and the
            // quotient and the sums add 5; the series has ten roundings.
            let relative = bound(0, 16.0).relative();
            assert!(
                (f64::from(z) - expected).abs() <= relative * expected.abs(),
                "tanh({a}) is {z}, not {expected}"
            );
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_gradient_of_tanh_comes_from_its_output() {
    on_each_device(async || {
        for (rows, hidden) in [(1, 4), (7, 12), (66, 100)] {
            let (bench, mut random) = (Bench::new().await, Random::new(rows as u64));
            let len = rows * hidden;
            let z: Vec<f64> = random.normals(len).iter().map(|x| f64::from(libm::tanh(*x) as f32)).collect();
            let dz = random.normals(len);
            let (z_view, dz_view, da) = (bench.floats(&z), bench.floats(&dz), bench.output(len));
            let step = Step { rows: rows as u32, ..Step::default() };
            bench
                .run(&step, |kernels, plan| {
                    kernels.tanh_backward(plan, hidden as u32, &z_view, &dz_view, &da).unwrap();
                })
                .await;
            let expected = activation::tanh_backward(&z, &dz);
            let da = bench.read(&da, len).await;
            assert_close(&format!("{rows} rows, width {hidden}"), &da, &expected, bound(1, 4.0));
        }
    })
    .await;
}
