//! Training runs: compared with the reference's AdamW, and with themselves bit for bit.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../engine/mod.rs"]
mod engine;
#[path = "../reference/mod.rs"]
mod reference;

mod adamw;
mod memory;
mod resume;

use std::{collections::BTreeMap, rc::Rc};

use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use adamw::batches;
use reference::{
    bert::Weights,
    tiny::{SMALL, Sizes, random_rows, random_weights},
};
use simcse_lab::{
    device::Device,
    model::{self, Checkpoint, Embedder, Head, HostTensor, Network},
    train::{Dataset, EvaluationSet, HeadMode, StepReport, TrainError, TrainOptions, Trainer, TrainingState},
};

const SIZES: Sizes = SMALL;
/// Number of items: three batches of 6 and one of 2 in every epoch.
const ITEMS: usize = 20;

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

async fn trainer(device: &Device, options: TrainOptions) -> Trainer {
    Trainer::new(device, &checkpoint(), data(), None, options).await.expect("the options are valid")
}

/// A dataset with random second views and randomly corrupted rows.
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

/// Trains up to `step` and returns the reports of all steps that have finished since the last call.
async fn train_to(trainer: &mut Trainer, step: u32) -> Result<Vec<StepReport>, TrainError> {
    let mut reports = Vec::new();
    while trainer.position() < step {
        reports.extend(trainer.step().await?);
    }
    while let Some(report) = trainer.next_report().await? {
        reports.push(report);
    }
    Ok(reports)
}

async fn train(device: &Device, options: TrainOptions) -> (Vec<StepReport>, Tensors) {
    let mut trainer = trainer(device, options).await;
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
async fn the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_does_not() {
    for device in engine::devices().await {
        let (first_reports, first) = train(&device, options()).await;
        let (second_reports, second) = train(&device, options()).await;
        assert_identical(&second, &first);
        let losses = |reports: &[StepReport]| reports.iter().map(|report| report.loss).collect::<Vec<_>>();
        assert_eq!(losses(&first_reports), losses(&second_reports));
        let (other, _) = train(&device, TrainOptions { seed: 43, steps: Some(2), ..options() }).await;
        assert_ne!(losses(&other), losses(&first_reports)[..2]);
    }
}

#[pollster::test]
async fn training_with_dropout_gives_other_weights_than_without() {
    for device in engine::devices().await {
        let short = TrainOptions { steps: Some(3), ..options() };
        let (_, with) = train(&device, short.clone()).await;
        let (_, without) = train(&device, TrainOptions { dropout: 0.0, ..short }).await;
        assert_ne!(with, without);
    }
}

#[pollster::test]
async fn every_step_is_reported_once_and_in_order() {
    for device in engine::devices().await {
        let (reports, _) = train(&device, TrainOptions { steps: Some(11), ..options() }).await;
        assert_eq!(
            reports.iter().map(|report| report.step).collect::<Vec<_>>(),
            (1..=11).collect::<Vec<_>>()
        );
        for (report, batch) in reports.iter().zip(batches(&options(), 11)) {
            let tokens: usize = batch.views.iter().flatten().map(Vec::len).sum();
            assert_eq!(report.tokens, tokens, "step {}", report.step);
        }
    }
}

#[pollster::test]
async fn a_huge_learning_rate_stops_the_run_and_leaves_finite_weights() {
    for device in engine::devices().await {
        let wild = TrainOptions { learning_rate: 1e30, warmup: 0, ..options() };
        let mut trainer = trainer(&device, wild).await;
        let error = train_to(&mut trainer, 10).await.unwrap_err();
        assert!(matches!(error, TrainError::Diverged { step: 2 }), "{error}");
        let weights = trainer.weights().await.unwrap();
        assert!(weights.values().all(|tensor| tensor.data.iter().all(|value| value.is_finite())));
    }
}

#[pollster::test]
async fn a_nan_weight_stops_the_run_at_the_first_step_without_an_update() {
    for device in engine::devices().await {
        let mut broken = checkpoint();
        broken.tensors.get_mut("encoder.layer.0.output.dense.weight").unwrap().data[5] = f32::NAN;
        let mut trainer = Trainer::new(&device, &broken, data(), None, options()).await.unwrap();
        let error = train_to(&mut trainer, 10).await.unwrap_err();
        assert!(matches!(error, TrainError::Diverged { step: 1 }), "{error}");
        assert_identical(&trainer.weights().await.unwrap(), &broken.tensors);
    }
}

#[pollster::test]
async fn evaluating_between_steps_does_not_change_the_run_and_keeps_the_best_weights() {
    for device in engine::devices().await {
        let short = TrainOptions { steps: Some(12), eval_every: 4, ..options() };
        let (_, expected) = train(&device, short.clone()).await;
        let rows = random_rows(SIZES.vocabulary, 24, 10, 5);
        let scores = (0..12).map(|pair| f64::from(pair * 5 % 12) * 5.0 / 11.0).collect();
        let set = EvaluationSet { rows, scores };
        let mut trainer = Trainer::new(&device, &checkpoint(), data(), Some(set), short).await.unwrap();
        let mut scores = Vec::new();
        let mut kept = Vec::new();
        while !trainer.finished() {
            trainer.step().await.unwrap();
            if trainer.evaluation_due() {
                scores.push(trainer.evaluate(|_| ()).await.unwrap().unwrap().spearman.unwrap());
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
}

#[pollster::test]
async fn an_undefined_evaluation_never_beats_a_number_and_is_never_kept() {
    for device in engine::devices().await {
        let short = TrainOptions { steps: Some(4), ..options() };
        let set = |scores: &[f64]| EvaluationSet {
            rows: random_rows(SIZES.vocabulary, 2 * scores.len(), 10, 5),
            scores: scores.to_vec(),
        };
        let trainer =
            async |set| Trainer::new(&device, &checkpoint(), data(), Some(set), short.clone()).await;
        let mut constant = trainer(set(&[3.0, 3.0, 3.0])).await.unwrap();
        constant.step().await.unwrap();
        assert_eq!(constant.evaluate(|_| ()).await.unwrap().unwrap().spearman, None);
        assert!(constant.best().is_none());
        let file = constant.state().await.unwrap().to_safetensors().unwrap();

        let mut ranked = trainer(set(&[1.0, 2.0, 3.0])).await.unwrap();
        ranked.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
        assert!(ranked.best().is_none());
        let first = ranked.evaluate(|_| ()).await.unwrap().unwrap();
        assert!(first.spearman.is_some());
        let state = ranked.state().await.unwrap();
        assert_eq!(state.best.as_ref().map(|best| best.step), Some(1));

        constant.restore(state).unwrap();
        constant.step().await.unwrap();
        assert_eq!(constant.evaluate(|_| ()).await.unwrap().unwrap().spearman, None);
        assert_eq!(constant.best().map(|best| (best.step, &best.evaluation)), Some((1, &first)));
    }
}

#[pollster::test]
async fn a_sentence_has_the_same_vector_alone_and_among_others() {
    for device in engine::devices().await {
        let network = Network::new(&device, &checkpoint(), Head::Stored).unwrap();
        for (pooler, head) in [(model::Pooler::Cls, true), (model::Pooler::Avg, false)] {
            let embedder = Embedder::new(&network, pooler, head).unwrap();
            // More rows than one micro-batch holds.
            let rows = random_rows(SIZES.vocabulary, 3000, 10, 6);
            let mut progress = Vec::new();
            let together = embedder.embed(&rows, |done| progress.push(done)).await.unwrap();
            assert!(
                progress.len() > 1 && progress.is_sorted() && progress.last() == Some(&3000),
                "{progress:?}"
            );
            for row in [0, 1, 350, 2999] {
                let alone = embedder.embed(&rows[row..=row], |_| ()).await.unwrap();
                assert_eq!(
                    alone,
                    together[row * SIZES.hidden..(row + 1) * SIZES.hidden],
                    "{pooler}, row {row}"
                );
            }
        }
    }
}

#[pollster::test]
async fn vectors_made_in_portions_have_the_bits_of_those_made_at_once() {
    let rows = random_rows(SIZES.vocabulary, 70, 10, 5);
    for device in engine::devices().await {
        let network = Network::new(&device, &checkpoint(), Head::Stored).unwrap();
        for pooler in [model::Pooler::Avg, model::Pooler::Cls] {
            let embedder = Embedder::new(&network, pooler, true).unwrap();
            let whole = embedder.embed(&rows, |_| ()).await.unwrap();
            let mut portions = Vec::new();
            for portion in rows.chunks(16) {
                portions.extend(embedder.embed(portion, |_| ()).await.unwrap());
            }
            assert!(whole == portions, "{pooler} on {}: not bit for bit", device.info().name);
        }
    }
}
