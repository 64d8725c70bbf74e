//! Runs of training: against the reference's AdamW, and against themselves, bit for bit.
#![cfg(not(target_arch = "wasm32"))]

mod engine;
mod reference;

use std::{collections::BTreeMap, rc::Rc};

use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use reference::{
    bert::{Element, Weights},
    gradients::Batch,
    kernels::optimizer::AdamW,
    loss::Settings,
    pooling::Pooler,
    tiny::{Sizes, random_rows, random_weights},
    train::{Recipe, train_steps},
};
use simcse_lab::{
    gpu::Gpu,
    kernels::LossForm,
    model::{self, Checkpoint, Embedder, Head, HostTensor, Network},
    train::{
        Dataset, EvaluationSet, HeadMode, MemoryEstimate, StepReport, TrainError, TrainOptions, Trainer,
        TrainingState,
    },
};

const SIZES: Sizes = Sizes {
    vocabulary: 50,
    hidden: 32,
    layers: 2,
    heads: 4,
    intermediate: 48,
    positions: 12,
    types: 2,
    first_position: 0,
};
/// Items: three batches of 6 and one of 2 in every epoch.
const ITEMS: usize = 20;

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

type Tensors = BTreeMap<String, HostTensor>;

fn weights() -> Weights {
    random_weights(SIZES, true, 1)
}

fn checkpoint() -> Checkpoint {
    engine::checkpoint(SIZES, &weights())
}

fn data() -> Dataset {
    Dataset::new(random_rows(SIZES.vocabulary, ITEMS, 10, 2), 1)
}

fn options() -> TrainOptions {
    TrainOptions {
        batch_size: 6,
        learning_rate: 1e-3,
        steps: Some(50),
        max_length: 10,
        pooler: model::Pooler::Cls,
        head: HeadMode::Keep,
        dropout: 0.1,
        seed: 42,
        warmup: 2,
        weight_decay: 0.01,
        ..TrainOptions::default()
    }
}

async fn trainer(gpu: &Gpu, options: TrainOptions) -> Trainer {
    Trainer::new(gpu, &checkpoint(), data(), None, options).await.expect("the options are valid")
}

/// Second views and corrupted rows that are drawn anew every time.
fn random_views() -> Dataset {
    let rows = data().rows();
    let augment = move |item: usize, random: &mut ChaCha8Rng| {
        let mut row = rows[item].clone();
        row.shuffle(random);
        row
    };
    let corrupt = |row: &[u32], random: &mut ChaCha8Rng| {
        let place = random.random_range(0..row.len());
        let mut corrupted = row.to_vec();
        corrupted[place] = random.random_range(0..SIZES.vocabulary as u32);
        (corrupted, vec![(place as u32, row[place])])
    };
    data().with_augment(Rc::new(augment), 10).with_corrupt(Rc::new(corrupt))
}

/// Goes on to `step` and returns the reports of all steps that finished since the last call.
async fn train_to(trainer: &mut Trainer, step: u32) -> Result<Vec<StepReport>, TrainError> {
    let mut reports = Vec::new();
    while trainer.position() < step {
        reports.extend(trainer.step().await?);
    }
    while let Some(report) = trainer.drain().await? {
        reports.push(report);
    }
    Ok(reports)
}

async fn train(gpu: &Gpu, options: TrainOptions) -> (Vec<StepReport>, Tensors) {
    let mut trainer = trainer(gpu, options).await;
    let total = trainer.total();
    let reports = train_to(&mut trainer, total).await.expect("nothing diverges");
    (reports, trainer.weights().await.expect("the device answers"))
}

fn assert_identical(actual: &Tensors, expected: &Tensors) {
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, tensor) in expected {
        let bits = |tensor: &HostTensor| tensor.data.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert!(bits(&actual[name]) == bits(tensor), "{name} differs");
    }
}

#[pollster::test]
async fn ten_steps_have_the_losses_and_lead_to_the_weights_of_the_reference() {
    let gpu = engine::open().await;
    // Clipping never, sometimes and always.
    for (dropout, clip) in [(0.0, 100.0), (0.0, 0.5), (0.1, 0.1)] {
        agree_with_the_reference(&gpu, TrainOptions { steps: Some(10), dropout, clip, ..options() }).await;
    }
}

async fn agree_with_the_reference(gpu: &Gpu, options: TrainOptions) {
    let (reports, actual) = train(gpu, options.clone()).await;
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

    // A gradient is off by up to 2e-5 of itself (tests/model_vs_candle.rs at τ = 0.05), a loss by as much, because a
    // logit's error is a relative one of its exponentials; and each step starts from the errors of those before.
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
            // Softmax does not see it, so its gradient is rounding alone; AdamW makes steps of full size of it.
            let longest = reports.iter().map(|report| report.learning_rate).sum::<f64>() * 1.01;
            assert!(distance(&actual, &before) <= longest * (before.len() as f64).sqrt(), "{name}");
            continue;
        }
        // Ten independent errors of gradients, relative to the change; ten roundings of the weight itself.
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
fn batches(options: &TrainOptions, steps: usize) -> Vec<Batch> {
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

#[pollster::test]
async fn the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_does_not() {
    let gpu = engine::open().await;
    let (first_reports, first) = train(&gpu, options()).await;
    let (second_reports, second) = train(&gpu, options()).await;
    assert_identical(&second, &first);
    let losses = |reports: &[StepReport]| reports.iter().map(|report| report.loss).collect::<Vec<_>>();
    assert_eq!(losses(&first_reports), losses(&second_reports));
    let (other, _) = train(&gpu, TrainOptions { seed: 43, steps: Some(2), ..options() }).await;
    assert_ne!(losses(&other), losses(&first_reports)[..2]);
}

#[pollster::test]
async fn dropout_alone_makes_a_difference() {
    let gpu = engine::open().await;
    let short = TrainOptions { steps: Some(3), ..options() };
    let (_, with) = train(&gpu, short.clone()).await;
    let (_, without) = train(&gpu, TrainOptions { dropout: 0.0, ..short }).await;
    assert_ne!(with, without);
}

#[pollster::test]
async fn a_run_saved_at_step_20_and_resumed_ends_like_one_that_never_stopped() {
    let gpu = engine::open().await;
    let options = TrainOptions { steps: Some(30), ..options() };
    let (reports, uninterrupted) = train(&gpu, options.clone()).await;
    let mut first = trainer(&gpu, options.clone()).await;
    // In the middle of an epoch, with steps still in flight.
    while first.position() < 20 {
        first.step().await.unwrap();
    }
    let file = first.state().await.unwrap().to_safetensors().unwrap();
    drop(first);

    let mut second = trainer(&gpu, options).await;
    second.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
    assert_eq!(second.position(), 20);
    let rest = train_to(&mut second, 30).await.unwrap();
    assert_identical(&second.weights().await.unwrap(), &uninterrupted);
    let losses = |reports: &[StepReport]| -> Vec<(u32, f32)> {
        reports.iter().map(|report| (report.step, report.loss)).collect()
    };
    assert_eq!(losses(&rest), losses(&reports[20..]));
}

#[pollster::test]
async fn a_run_with_every_extra_resumes_bit_for_bit_wherever_it_was_saved() {
    let gpu = engine::open().await;
    let options = TrainOptions {
        steps: Some(9),
        mlm_weight: 0.1,
        micro_batch_size: 4,
        matryoshka: vec![32, 8],
        loss: LossForm::Symmetric,
        ..options()
    };
    let trainer = async || {
        Trainer::new(&gpu, &checkpoint(), random_views(), None, options.clone()).await.expect("valid options")
    };
    let mut whole = trainer().await;
    let reports = train_to(&mut whole, 9).await.unwrap();
    assert!(reports.iter().all(|report| report.mlm > 0.0 && report.mlm < report.loss));
    let uninterrupted = whole.weights().await.unwrap();
    for stop in [1, 3, 4, 8] {
        let mut first = trainer().await;
        while first.position() < stop {
            first.step().await.unwrap();
        }
        let file = first.state().await.unwrap().to_safetensors().unwrap();
        let mut second = trainer().await;
        second.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
        train_to(&mut second, 9).await.unwrap();
        assert_identical(&second.weights().await.unwrap(), &uninterrupted);
    }
}

#[pollster::test]
async fn pretraining_learns_to_guess_words_and_resumes_bit_for_bit() {
    let gpu = engine::open().await;
    let options = TrainOptions {
        contrastive: false,
        mlm_weight: 1.0,
        steps: Some(60),
        learning_rate: 5e-3,
        pooler: model::Pooler::Avg,
        head: HeadMode::None,
        ..options()
    };
    let trainer = async || {
        let data = random_views().once();
        Trainer::new(&gpu, &checkpoint(), data, None, options.clone()).await.expect("valid options")
    };
    let mut whole = trainer().await;
    let reports = train_to(&mut whole, 60).await.unwrap();
    // Nothing but the guessed words counts, and each sentence is encoded once.
    assert!(reports.iter().all(|report| report.mlm == report.loss && report.tokens <= 6 * 10));
    let mean = |part: &[StepReport]| part.iter().map(|report| report.loss).sum::<f32>() / part.len() as f32;
    let (first, last) = (mean(&reports[..10]), mean(&reports[50..]));
    assert!(last < first - 0.5, "the loss went from {first} to {last}");

    let mut begun = trainer().await;
    train_to(&mut begun, 23).await.unwrap();
    let file = begun.state().await.unwrap().to_safetensors().unwrap();
    let mut resumed = trainer().await;
    resumed.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
    train_to(&mut resumed, 60).await.unwrap();
    assert_identical(&resumed.weights().await.unwrap(), &whole.weights().await.unwrap());
}

#[pollster::test]
async fn a_saved_run_is_refused_by_another_recipe_or_other_data() {
    let gpu = engine::open().await;
    let state = trainer(&gpu, options()).await.state().await.unwrap();
    let mut other = trainer(&gpu, TrainOptions { learning_rate: 2e-3, ..options() }).await;
    assert!(matches!(other.restore(state.clone()), Err(TrainError::Checkpoint(_))));
    let rows = random_rows(SIZES.vocabulary, ITEMS, 10, 3);
    let mut other = Trainer::new(&gpu, &checkpoint(), Dataset::new(rows, 1), None, options()).await.unwrap();
    assert!(matches!(other.restore(state), Err(TrainError::Checkpoint(_))));
}

#[pollster::test]
async fn every_step_is_reported_once_and_in_order() {
    let gpu = engine::open().await;
    let (reports, _) = train(&gpu, TrainOptions { steps: Some(11), ..options() }).await;
    assert_eq!(reports.iter().map(|report| report.step).collect::<Vec<_>>(), (1..=11).collect::<Vec<_>>());
    for (report, batch) in reports.iter().zip(batches(&options(), 11)) {
        let tokens: usize = batch.views.iter().flatten().map(Vec::len).sum();
        assert_eq!(report.tokens, tokens, "step {}", report.step);
    }
}

#[pollster::test]
async fn training_allocates_nothing_after_its_start() {
    let gpu = engine::open().await;
    let mut trainer = trainer(&gpu, options()).await;
    let bytes = trainer.gpu_bytes();
    train_to(&mut trainer, 5).await.unwrap();
    trainer.embedder().embed(&random_rows(SIZES.vocabulary, 30, 10, 4), |_| ()).await.unwrap();
    trainer.state().await.unwrap();
    train_to(&mut trainer, 8).await.unwrap();
    assert_eq!(trainer.gpu_bytes(), bytes);
}

#[pollster::test]
async fn a_learning_rate_beyond_all_bounds_stops_the_run_and_leaves_finite_weights() {
    let gpu = engine::open().await;
    let wild = TrainOptions { learning_rate: 1e30, warmup: 0, ..options() };
    let mut trainer = trainer(&gpu, wild).await;
    let error = train_to(&mut trainer, 10).await.unwrap_err();
    assert!(matches!(error, TrainError::Diverged { step: 2 }), "{error}");
    let weights = trainer.weights().await.unwrap();
    assert!(weights.values().all(|tensor| tensor.data.iter().all(|value| value.is_finite())));
}

#[pollster::test]
async fn a_weight_that_is_no_number_stops_the_run_at_once_and_changes_no_other() {
    let gpu = engine::open().await;
    let mut broken = checkpoint();
    broken.tensors.get_mut("encoder.layer.0.output.dense.weight").unwrap().data[5] = f32::NAN;
    let mut trainer = Trainer::new(&gpu, &broken, data(), None, options()).await.unwrap();
    let error = train_to(&mut trainer, 10).await.unwrap_err();
    assert!(matches!(error, TrainError::Diverged { step: 1 }), "{error}");
    assert_identical(&trainer.weights().await.unwrap(), &broken.tensors);
}

#[pollster::test]
async fn evaluating_between_steps_does_not_change_the_run_and_keeps_the_best_weights() {
    let gpu = engine::open().await;
    let short = TrainOptions { steps: Some(12), eval_every: 4, ..options() };
    let (_, expected) = train(&gpu, short.clone()).await;
    let rows = random_rows(SIZES.vocabulary, 24, 10, 5);
    let scores = (0..12).map(|pair| f64::from(pair * 5 % 12) * 5.0 / 11.0).collect();
    let set = EvaluationSet { rows, scores };
    let mut trainer = Trainer::new(&gpu, &checkpoint(), data(), Some(set), short).await.unwrap();
    let mut scores = Vec::new();
    let mut kept = Vec::new();
    while !trainer.finished() {
        trainer.step().await.unwrap();
        if trainer.evaluation_due() {
            scores.push(trainer.evaluate(|_| ()).await.unwrap().unwrap().spearman);
            kept.push((trainer.position(), trainer.weights().await.unwrap()));
        }
    }
    assert_eq!(kept.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [4, 8, 12]);
    assert_identical(&trainer.weights().await.unwrap(), &expected);
    // The first of the highest scores.
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (step, weights) = &kept[scores.iter().position(|score| *score == highest).unwrap()];
    let best = trainer.best().unwrap();
    assert_eq!(best.step, *step);
    assert_identical(&best.weights, weights);
}

#[pollster::test]
async fn a_sentence_has_the_same_vector_alone_and_among_others() {
    let gpu = engine::open().await;
    let network = Network::new(&gpu, &checkpoint(), Head::Stored).unwrap();
    for (pooler, head) in [(model::Pooler::Cls, true), (model::Pooler::Avg, false)] {
        let embedder = Embedder::new(&network, pooler, head).unwrap();
        // More than one micro-batch holds.
        let rows = random_rows(SIZES.vocabulary, 700, 10, 6);
        let mut progress = Vec::new();
        let together = embedder.embed(&rows, |done| progress.push(done)).await.unwrap();
        assert!(progress.len() > 1 && progress.is_sorted() && progress.last() == Some(&700), "{progress:?}");
        for row in [0, 1, 350, 699] {
            let alone = embedder.embed(&rows[row..=row], |_| ()).await.unwrap();
            assert_eq!(alone, together[row * SIZES.hidden..(row + 1) * SIZES.hidden], "{pooler}, row {row}");
        }
    }
}

#[pollster::test]
async fn the_memory_estimate_is_what_is_then_allocated() {
    let gpu = engine::open().await;
    for (mlm_weight, micro_batch_size) in [(0.0, 0), (0.0, 2), (0.1, 3)] {
        let options = TrainOptions { mlm_weight, micro_batch_size, ..options() };
        let data = data().with_corrupt(Rc::new(|row, _| (row.to_vec(), Vec::new())));
        let estimate = MemoryEstimate::new(&gpu, &checkpoint().config, &data, &options).unwrap();
        let trainer = Trainer::new(&gpu, &checkpoint(), data, None, options).await.unwrap();
        assert_eq!(estimate.total, trainer.gpu_bytes());
        let parts = [estimate.weights, estimate.gradients, estimate.activations, estimate.evaluation];
        assert_eq!(parts.iter().sum::<u64>() + estimate.optimizer, estimate.total);
        assert_eq!(estimate.optimizer, 2 * estimate.weights);
        assert_eq!(estimate.gradients, estimate.weights);
    }
}

#[pollster::test]
async fn what_does_not_fit_is_refused_with_a_micro_batch_that_does() {
    let gpu = engine::open().await;
    let (config, options) = (checkpoint().config, TrainOptions { batch_size: 20, ..options() });
    let preflight = |options: &TrainOptions, limit| {
        MemoryEstimate::preflight(&gpu, &config, &data(), options, Some(limit))
    };
    let whole = preflight(&options, u64::MAX).unwrap();
    assert!(preflight(&options, whole.total).is_ok());
    // Enough for half of the activations.
    let limit = whole.total - whole.activations / 2;
    let message = preflight(&options, limit).unwrap_err().to_string();
    assert!(message.contains("set the micro-batch to 5 items"), "{message}");
    let smaller = TrainOptions { micro_batch_size: 5, ..options.clone() };
    assert!(preflight(&smaller, limit).unwrap().total <= limit);
    let message = preflight(&options, whole.weights).unwrap_err().to_string();
    assert!(message.contains("smaller model"), "{message}");
}

/// 512 items in micro-batches of 32 against 32 items: beside weights and the like, the loss of 1024 vectors is all
/// that is more.
#[pollster::test]
async fn a_batch_of_512_needs_little_more_memory_than_one_of_32() {
    let gpu = engine::open().await;
    let rows = vec![vec![1_u32; 10]; 600];
    let data = Dataset::new(rows, 1);
    let config = checkpoint().config;
    let total = |batch_size, micro_batch_size| {
        let options = TrainOptions { batch_size, micro_batch_size, ..options() };
        MemoryEstimate::new(&gpu, &config, &data, &options).unwrap().total
    };
    let (small, large) = (total(32, 0), total(512, 32));
    // Vectors, unit vectors, two gradients of each: 4 of [1024, hidden] and the two matrices of 512 × 512.
    let loss = 4 * (4 * 1024 * SIZES.hidden + 2 * 512 * 512) as u64;
    assert!(large - small <= loss + loss / 20, "{} more, {loss} of it the loss's", large - small);
    assert!(total(512, 0) - small > 4 * loss, "without micro-batches it is much more");
}
