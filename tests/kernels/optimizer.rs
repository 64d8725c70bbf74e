//! Global gradient norm, clipping and AdamW over several shards.

use simcse_lab::kernels::{METRICS, Optimizer, OptimizerShard, Step};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, on_each_device};
use crate::compare::{assert_close, bound};
use crate::reference::{
    kernels::optimizer::{AdamW, Moments, clip_factor, global_norm},
    random::Random,
};

/// Length and decaying part of each shard: all of it, none, a boundary inside; many workgroups share the last one's
/// squares.
const SHARDS: [(usize, usize); 4] = [(4, 4), (260, 0), (132, 64), (33_000, 20_000)];
const WEIGHT_DECAY: f32 = 0.01;

/// Values of all shards, one after the other.
struct State {
    parameters: Vec<f64>,
    gradients: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl State {
    fn random(gradient_size: f64) -> Self {
        let mut random = Random::new(11);
        let len = SHARDS.iter().map(|(len, _)| len).sum();
        let mut scaled = |size: f64| -> Vec<f64> {
            random.normals(len).iter().map(|value| f64::from((size * value) as f32)).collect()
        };
        let (parameters, gradients) = (scaled(1.0), scaled(gradient_size));
        let (first, second) = (scaled(0.1 * gradient_size), scaled(0.1 * gradient_size));
        let second = second.iter().map(|value| f64::from((value * value) as f32)).collect();
        Self { parameters, gradients, first, second }
    }
}

struct Results {
    metrics: Vec<f32>,
    parameters: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

async fn run(state: &State, step: &Step) -> Results {
    let bench = Bench::new().await;
    let mut at = 0;
    let shards: Vec<OptimizerShard> = SHARDS
        .iter()
        .map(|(len, decay_len)| {
            let range = at..at + len;
            at += len;
            OptimizerShard {
                len: *len,
                decay_len: *decay_len,
                parameters: bench.floats(&state.parameters[range.clone()]),
                gradients: bench.floats(&state.gradients[range.clone()]),
                first_moments: bench.floats(&state.first[range.clone()]),
                second_moments: bench.floats(&state.second[range]),
            }
        })
        .collect();
    let metrics = bench.output(METRICS);
    let optimizer = Optimizer { shards: &shards, metrics: &metrics };
    bench
        .run(step, |kernels, plan| {
            kernels.gradient_norm(plan, &optimizer).unwrap();
            kernels.adamw(plan, &optimizer).unwrap();
        })
        .await;
    let mut results = Results {
        metrics: bench.read(&metrics, METRICS).await,
        parameters: Vec::new(),
        first: Vec::new(),
        second: Vec::new(),
    };
    for shard in &shards {
        results.parameters.extend(bench.read(&shard.parameters, shard.len).await);
        results.first.extend(bench.read(&shard.first_moments, shard.len).await);
        results.second.extend(bench.read(&shard.second_moments, shard.len).await);
    }
    results
}

/// The `update`-th one, from 1; `rate` and `max_norm` as the step has them.
async fn check(gradient_size: f64, update: u32, max_norm: f32) -> f64 {
    let rate = 0.125;
    let step = Step { weight_decay: WEIGHT_DECAY, max_norm, ..Step::default() };
    let mut state = State::random(gradient_size);
    let before = state.parameters.clone();
    let actual = run(&state, &step.with_update(update, rate)).await;

    let norm = global_norm([&state.gradients[..]]);
    let clip = if max_norm > 0.0 { clip_factor(norm, f64::from(max_norm)) } else { 1.0 };
    let clipped: Vec<f64> = state.gradients.iter().map(|gradient| clip * gradient).collect();
    let mut at = 0;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (len, decay_len) in SHARDS {
        for (range, decay) in [(at..at + decay_len, f64::from(WEIGHT_DECAY)), (at + decay_len..at + len, 0.0)]
        {
            let adamw = AdamW { weight_decay: decay, ..AdamW::default() };
            let mut moments = Moments {
                first: state.first[range.clone()].to_vec(),
                second: state.second[range.clone()].to_vec(),
            };
            adamw.step(
                &mut state.parameters[range.clone()],
                &clipped[range],
                &mut moments,
                rate,
                update as usize,
            );
            first.extend(moments.first);
            second.extend(moments.second);
        }
        at += len;
    }

    let name = |what: &str| format!("{what}, update {update}, gradients of {gradient_size}, clip {max_norm}");
    // At most so many squares, all positive, lie behind one another in the norm.
    assert_close(&name("norm, clip"), &actual.metrics[1..3], &[norm, clip], bound(264 + 64 + 3, 6.0));
    // Clipping, products with β (1 − 0.999 in float32 is off by 17u) and two sums.
    assert_close(&name("m"), &actual.first, &first, bound(331, 8.0));
    assert_close(&name("v"), &actual.second, &second, bound(331, 24.0));
    // The update itself, not the parameter that hides it; the parameter's own rounding is beside it.
    let change = |after: &[f64]| -> Vec<f64> { after.iter().zip(&before).map(|(a, b)| a - b).collect() };
    let parameters: Vec<f64> = actual.parameters.iter().map(|value| f64::from(*value)).collect();
    let changes: Vec<f32> = change(&parameters).iter().map(|value| *value as f32).collect();
    assert_close(&name("p"), &changes, &change(&state.parameters), bound(331, 64.0));
    norm
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn an_update_is_adamw_with_decay_only_where_it_belongs() {
    on_each_device(async || {
        check(1e-3, 1, 0.0).await;
        check(1e-3, 10, 0.0).await;
        check(1e-3, 12_345, 0.0).await;
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_norm_counts_every_gradient_of_a_shard_longer_than_its_threads_have_at_once() {
    on_each_device(async || {
        let bench = Bench::new().await;
        // 1,024 workgroups of 64 threads with four vec4s each, and some more.
        let len = 4 * (1024 * 256 + 37);
        let gradients = Random::new(12).normals(len);
        let (view, metrics) = (bench.floats(&gradients), bench.output(METRICS));
        let [parameters, first_moments, second_moments] = [(); 3].map(|()| view.clone());
        let shard =
            OptimizerShard { len, decay_len: 0, parameters, gradients: view, first_moments, second_moments };
        let optimizer = Optimizer { shards: &[shard], metrics: &metrics };
        bench.run(&Step::default(), |kernels, plan| kernels.gradient_norm(plan, &optimizer).unwrap()).await;
        let metrics = bench.read(&metrics, METRICS).await;
        assert_close("norm", &metrics[1..2], &[global_norm([&gradients[..]])], bound(331, 6.0));
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn gradients_are_clipped_only_where_their_norm_exceeds_the_maximum() {
    on_each_device(async || {
        assert!(check(1.0, 10, 1.0).await > 1.0);
        assert!(check(1e-3, 10, 1.0).await < 1.0);
        // Where the 1e-6 beside the norm and AdamW's 1e-8 beside √v count.
        assert!(check(1e-6, 10, 1e-4).await > 1e-4);
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn gradients_that_are_no_numbers_leave_weights_and_moments_alone() {
    on_each_device(async || {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30] {
            let mut state = State::random(1.0);
            // In the last shard, so that all others must learn of it.
            *state.gradients.last_mut().unwrap() = value;
            let step = Step { weight_decay: WEIGHT_DECAY, max_norm: 1.0, ..Step::default() };
            let after = run(&state, &step.with_update(10, 0.125)).await;
            assert_eq!(after.metrics[2], 0.0, "a gradient of {value}: clip factor");
            for (after, before) in [
                (&after.parameters, &state.parameters),
                (&after.first, &state.first),
                (&after.second, &state.second),
            ] {
                assert!(after.iter().zip(before).all(|(a, b)| f64::from(*a) == *b), "a gradient of {value}");
            }
        }
    })
    .await;
}
