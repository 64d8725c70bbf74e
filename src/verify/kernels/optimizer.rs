//! Global gradient norm, clipping and AdamW over several shards.

use crate::{
    device::DeviceError,
    kernels::{METRICS, Optimizer, OptimizerShard, Step},
    verify::{
        check::Checks,
        compare::bound,
        reference::{
            kernels::optimizer::{AdamW, Moments, clip_factor, global_norm},
            random::Random,
        },
    },
};

/// Length and decaying part of each shard: all of it, none, a boundary inside. Many workgroups share the squares of the
/// last one.
const SHARDS: [(usize, usize); 4] = [(4, 4), (260, 0), (132, 64), (33_000, 20_000)];
const WEIGHT_DECAY: f32 = 0.01;

/// Longest chain of additions of positive squares in the norm: those of a thread, those of a workgroup, and the four of a vec4.
const NORM_TERMS: usize = 264 + 64 + 3;

/// Values of all shards, concatenated.
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

/// Norm of the random gradients of this size, before clipping.
pub fn norm_of(gradient_size: f64) -> f64 {
    global_norm([&State::random(gradient_size).gradients[..]])
}

struct Results {
    metrics: Vec<f32>,
    parameters: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

async fn run(checks: &Checks, state: &State, step: &Step) -> Result<Results, DeviceError> {
    let bench = checks.bench()?;
    let (mut at, mut shards) = (0, Vec::new());
    for (len, decay_len) in SHARDS {
        let range = at..at + len;
        at += len;
        shards.push(OptimizerShard {
            len,
            decay_len,
            parameters: bench.floats(&state.parameters[range.clone()])?,
            gradients: bench.floats(&state.gradients[range.clone()])?,
            first_moments: bench.floats(&state.first[range.clone()])?,
            second_moments: bench.floats(&state.second[range])?,
        });
    }
    let metrics = bench.output(METRICS)?;
    let optimizer = Optimizer { shards: &shards, metrics: &metrics };
    bench
        .run(step, |kernels, plan| {
            kernels.gradient_norm(plan, &optimizer)?;
            kernels.adamw(plan, &optimizer)
        })
        .await?;
    let mut results = Results {
        metrics: bench.read(&metrics, METRICS).await?,
        parameters: Vec::new(),
        first: Vec::new(),
        second: Vec::new(),
    };
    for shard in &shards {
        results.parameters.extend(bench.read(&shard.parameters, shard.len).await?);
        results.first.extend(bench.read(&shard.first_moments, shard.len).await?);
        results.second.extend(bench.read(&shard.second_moments, shard.len).await?);
    }
    Ok(results)
}

/// Checks the `update`-th update, from 1; `max_norm` as in the step.
async fn check(checks: &Checks, gradient_size: f64, update: u32, max_norm: f32) -> Result<(), DeviceError> {
    let rate = 0.125;
    let step = Step { weight_decay: WEIGHT_DECAY, max_norm, ..Step::default() };
    let mut state = State::random(gradient_size);
    let before = state.parameters.clone();
    let actual = run(checks, &state, &step.with_update(update, rate)).await?;

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

    let case = format!("update {update}, gradients of {gradient_size}, clip {max_norm}");
    checks.close("norm, clip", &case, &actual.metrics[1..3], &[norm, clip], bound(NORM_TERMS, 6.0));
    // Clipping, products with β (1 − 0.999 in float32 has an error of 17u) and two sums.
    checks.close("m", &case, &actual.first, &first, bound(NORM_TERMS, 8.0));
    checks.close("v", &case, &actual.second, &second, bound(NORM_TERMS, 24.0));
    // The update itself, because errors would be lost in the parameter; the parameter's rounding is included.
    let change = |after: &[f64]| -> Vec<f64> { after.iter().zip(&before).map(|(a, b)| a - b).collect() };
    let parameters: Vec<f64> = actual.parameters.iter().map(|value| f64::from(*value)).collect();
    let changes: Vec<f32> = change(&parameters).iter().map(|value| *value as f32).collect();
    checks.close("Δp", &case, &changes, &change(&state.parameters), bound(NORM_TERMS, 64.0));
    Ok(())
}

/// Early and late updates, with weight decay on a part of the parameters.
pub async fn updates(checks: &Checks) -> Result<(), DeviceError> {
    for update in [1, 10, 12_345] {
        check(checks, 1e-3, update, 0.0).await?;
    }
    Ok(())
}

/// The norm of a shard so long that threads have to take several turns.
pub async fn long_norm(checks: &Checks) -> Result<(), DeviceError> {
    let bench = checks.bench()?;
    // 1,024 workgroups of 64 threads with four vec4s each, and some more.
    let len = 4 * (1024 * 256 + 37);
    let gradients = Random::new(12).normals(len);
    let (view, metrics) = (bench.floats(&gradients)?, bench.output(METRICS)?);
    let [parameters, first_moments, second_moments] = [(); 3].map(|()| view.clone());
    let shard =
        OptimizerShard { len, decay_len: 0, parameters, gradients: view, first_moments, second_moments };
    let optimizer = Optimizer { shards: &[shard], metrics: &metrics };
    bench.run(&Step::default(), |kernels, plan| kernels.gradient_norm(plan, &optimizer)).await?;
    let metrics = bench.read(&metrics, METRICS).await?;
    let expected = global_norm([&gradients[..]]);
    checks.close("norm", &format!("{len} gradients"), &metrics[1..2], &[expected], bound(NORM_TERMS, 6.0));
    Ok(())
}

/// Size of the gradients and maximum norm: above it, below it, and where the 1e-6 added to the norm and AdamW's 1e-8
/// added to √v matter.
pub const CLIPPED: [(f64, f32); 3] = [(1.0, 1.0), (1e-3, 1.0), (1e-6, 1e-4)];

/// Gradients are clipped only where their norm exceeds the maximum.
pub async fn clipping(checks: &Checks) -> Result<(), DeviceError> {
    for (size, max_norm) in CLIPPED {
        check(checks, size, 10, max_norm).await?;
    }
    Ok(())
}

/// Gradients whose norm is not finite change neither weights nor moments.
pub async fn gradients_not_finite(checks: &Checks) -> Result<(), DeviceError> {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30] {
        let (mut state, case) = (State::random(1.0), format!("a gradient of {value:e}"));
        // In the last shard: the others must not be updated either.
        if let Some(last) = state.gradients.last_mut() {
            *last = value;
        }
        let step = Step { weight_decay: WEIGHT_DECAY, max_norm: 1.0, ..Step::default() };
        let after = run(checks, &state, &step.with_update(10, 0.125)).await?;
        let clip = after.metrics[2];
        checks.none("no update", &case, (clip != 0.0).then(|| format!("the clip factor is {clip:e}")));
        for (what, after, before) in [
            ("parameter", &after.parameters, &state.parameters),
            ("first moment", &after.first, &state.first),
            ("second moment", &after.second, &state.second),
        ] {
            let changed = after.iter().zip(before).enumerate();
            let changed = changed.filter(|(_, (after, before))| f64::from(**after) != **before);
            let named = |(i, (after, before))| format!("{what} {i} is {after:e}, and was {before:e}");
            checks.none("no update", &case, changed.map(named));
        }
    }
    Ok(())
}
