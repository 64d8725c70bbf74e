//! The three protocols of transfer tasks, and what they refuse.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use super::*;
use crate::text::LabelledSet;

/// The value of a future that never waits. (pollster is not a dependency of the wasm tests.)
pub(super) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn set(labels: impl Iterator<Item = usize>, sentences_per_item: usize) -> LabelledSet {
    let labels: Vec<usize> = labels.collect();
    LabelledSet { sentences: vec![String::new(); labels.len() * sentences_per_item], labels }
}

const HIDDEN: usize = 48;

/// Embeddings with a wave that carries no information, plus an offset in the dimensions of the item's class. These are
/// so many that the few steps of Adam on a small set are enough.
fn telling(task: &TransferTask) -> Vec<f32> {
    let labels: Vec<usize> = task.sets.iter().flat_map(|set| &set.labels).copied().collect();
    let value = |item: usize, k: usize| {
        let own = k % task.kind.classes() == labels[item];
        ((item * k) as f32 * 0.7).sin() + if own { 3.0 } else { 0.0 }
    };
    (0..labels.len())
        .flat_map(|item| (0..HIDDEN).map(move |k| (item, k)))
        .map(|(item, k)| value(item, k))
        .collect()
}

fn run(
    task: &TransferTask,
    embeddings: &[f32],
    hidden: usize,
    folds: usize,
) -> (TransferScore, Vec<(usize, usize)>) {
    let mut heard = Vec::new();
    let options = TransferOptions { folds, ..TransferOptions::default() };
    let progress = async |done, of| heard.push((done, of));
    let score = ready(transfer(task, embeddings, hidden, &options, progress)).unwrap();
    // Progress is reported after every epoch; once per classifier is enough here.
    heard.dedup();
    (score, heard)
}

#[test]
fn each_protocol_separates_the_classes_and_reports_its_progress() {
    let parts = |kind: TransferKind, sizes: &[usize]| TransferTask {
        kind,
        sets: sizes.iter().map(|&size| set((0..size).map(|item| item % kind.classes()), 1)).collect(),
    };
    for (task, fits, dev_items, test_items) in [
        (parts(TransferKind::Cr, &[480]), 3 * 13, 480, 480),
        (parts(TransferKind::Trec, &[480, 60]), 13, 480, 60),
        (parts(TransferKind::Sst2, &[400, 30, 40]), 4, 30, 40),
    ] {
        let (score, heard) = run(&task, &telling(&task), HIDDEN, 3);
        let expected = TransferScore {
            task: task.kind,
            accuracy: 100.0,
            dev_accuracy: 100.0,
            f1: None,
            dev_items,
            test_items,
        };
        assert_eq!(score, expected);
        assert_eq!(heard, (0..=fits).map(|done| (done, fits)).collect::<Vec<_>>());
    }
}

#[test]
fn embeddings_without_information_stay_at_chance() {
    let task = TransferTask { kind: TransferKind::Subj, sets: vec![set((0..400).map(|i| i * i / 7 % 2), 1)] };
    let embeddings: Vec<f32> = (0..400 * 3).map(|i| ((i * i % 1009) as f32 * 0.37).sin()).collect();
    let (score, _) = run(&task, &embeddings, 3, 4);
    // Four standard deviations of 400 coin tosses are 10 per cent.
    assert!((score.accuracy - 50.0).abs() < 10.0, "{score:?}");
}

#[test]
fn pairs_are_classified_by_their_difference_and_product() {
    let task = TransferTask {
        kind: TransferKind::Mrpc,
        sets: vec![set((0..600).map(|item| item % 2), 2), set((0..50).map(|item| item % 2), 2)],
    };
    // Paraphrases have equal embeddings, the others opposite ones: one sentence alone carries no information.
    let embeddings: Vec<f32> = (0..650)
        .flat_map(|item| {
            let sign = if item % 2 == 1 { 1.0 } else { -1.0 };
            let first = (1..=HIDDEN).map(move |k| 2.0 * ((item * k) as f32).cos());
            first.clone().chain(first.map(move |value| sign * value))
        })
        .collect();
    let (score, _) = run(&task, &embeddings, HIDDEN, 5);
    assert_eq!((score.accuracy, score.f1), (100.0, Some(100.0)));
    assert_eq!(
        features(&[1.0, 2.0, 3.0, -1.0, f32::NAN, 0.0, 0.0, 0.0], 2, 2),
        [2.0, 3.0, 3.0, -2.0, 0.0, 0.0, 0.0, 0.0]
    );
}

#[test]
fn f1_and_rounding_agree_with_values_computed_by_hand() {
    // Two true positives, one false negative, two false positives: precision 1/2, recall 2/3, F1 4/7.
    let items = [(1, 1), (1, 1), (1, 0), (0, 1), (0, 1), (0, 0)];
    assert!((f1(items.into_iter()) - 4.0 / 7.0).abs() < 1e-15);
    assert_eq!(f1([(0, 0), (1, 0)].into_iter()), 0.0);
    assert_eq!((rounded(12.125), rounded(12.375), rounded(99.996)), (12.12, 12.38, 100.0));
    assert_eq!(first_of_the_largest(&[1.0, 3.0, 3.0, 2.0]), 1);
}

#[test]
fn too_few_items_or_folds_are_refused() {
    let task = TransferTask { kind: TransferKind::Mr, sets: vec![set((0..19).map(|item| item % 2), 1)] };
    let error = |folds| {
        let options = TransferOptions { folds, seed: 1 };
        ready(transfer(&task, &[0.0; 19], 1, &options, async |_, _| {})).unwrap_err().to_string()
    };
    assert_eq!(error(10), "MR: 19 items are too few for 10 folds, which need 20");
    assert!(error(1).contains("1 folds make no cross-validation"));
    let options = TransferOptions { folds: 9, seed: 1 };
    let score = ready(transfer(&task, &[f32::NAN; 19], 1, &options, async |_, _| {}));
    assert!(score.is_ok_and(|score| score.accuracy.is_finite()));
}
