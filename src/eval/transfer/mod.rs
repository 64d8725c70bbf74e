//! Transfer tasks: logistic regression on frozen embeddings by SentEval's protocol (facebookresearch/SentEval
//! `senteval/tools/validation.py`, the PyTorch classifier) with the settings of princeton-nlp/SimCSE `evaluation.py`,
//! mode `test`.

mod classifier;
mod folds;
mod random;
mod table;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    localize::{Localize, Localized, display_localized, messages},
    text::{TransferKind, TransferTask},
};
use classifier::{Classifier, Examples};
pub use table::transfer_table;

/// L2 regularisation strengths to choose from.
const L2: [f32; 4] = [1e-5, 1e-4, 1e-3, 1e-2];

/// How to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOptions {
    /// Folds of the cross-validation that chooses the regularisation, and of the outer one where there is no test set.
    pub folds: usize,
    /// Seed of folds, initial weights and shuffles.
    pub seed: u32,
}

impl Default for TransferOptions {
    /// 10 folds as in the paper, and SentEval's seed.
    fn default() -> Self {
        TransferOptions { folds: 10, seed: 1111 }
    }
}

/// One task's result. Serialised, it is a line of `simcse-lab transfer`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferScore {
    pub task: TransferKind,
    /// Per cent on the test items, or the mean over the outer folds; rounded to two decimals, as in SentEval.
    pub accuracy: f64,
    /// Per cent with the chosen regularisation, by cross-validation or on the development set.
    pub dev_accuracy: f64,
    /// F1 of the paraphrases × 100, for MRPC.
    pub f1: Option<f64>,
    /// Items that the regularisation was chosen on.
    pub dev_items: usize,
    pub test_items: usize,
}

/// Why a task cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransferError {
    Folds { folds: usize },
    TooFew { task: &'static str, items: usize, folds: usize, needed: usize },
}

impl Localize for TransferError {
    fn localized(&self) -> Localized {
        match self {
            Self::Folds { folds } => messages::transfer_folds(folds),
            Self::TooFew { task, items, folds, needed } => {
                messages::transfer_too_few(task, items, folds, needed)
            }
        }
    }
}

display_localized!(TransferError);

/// Evaluates the embeddings of a task's sentences (`[task.sentences().len(), hidden]`, not normalised) with the task's
/// protocol:
///
/// - MR, CR, SUBJ, MPQA: nested cross-validation; an inner one chooses the regularisation in each outer fold;
/// - TREC, MRPC: cross-validation on the training set chooses the regularisation; refitted there, tested once;
/// - SST-2: the development set chooses the regularisation.
///
/// An embedding that contains a NaN or infinity counts as zeros. After every epoch `progress` is called with the number
/// of classifiers fitted and of all to fit. It is awaited, so that it can yield to other work; dropping the future ends
/// the evaluation.
///
/// # Errors
/// Too few folds, or too few items for them.
///
/// # Panics
/// If the embeddings are not as many as the sentences.
pub async fn transfer(
    task: &TransferTask,
    embeddings: &[f32],
    hidden: usize,
    options: &TransferOptions,
    progress: impl AsyncFnMut(usize, usize),
) -> Result<TransferScore, TransferError> {
    let items: usize = task.sets.iter().map(|set| set.labels.len()).sum();
    assert_eq!(embeddings.len(), items * task.kind.sentences_per_item() * hidden, "a vector per sentence");
    check(task, options)?;

    let features = features(embeddings, hidden, task.kind.sentences_per_item());
    let labels: Vec<usize> = task.sets.iter().flat_map(|set| &set.labels).copied().collect();
    let width = features.len() / items;
    let examples = Examples { features: &features, width, labels: &labels, classes: task.kind.classes() };
    let mut next = 0;
    let sets: Vec<Vec<usize>> = task.sets.iter().map(|set| take(&mut next, set.labels.len())).collect();
    let protocol = Protocol { examples, options, fitted: 0, fits: 0, progress };
    let (dev_accuracy, accuracy, f1) = match &sets[..] {
        [all] => protocol.nested(all).await,
        [train, test] => protocol.cross_validated(train, test).await,
        [train, dev, test] => protocol.split(train, dev, test).await,
        _ => unreachable!("a task has one to three sets"),
    };
    let dev = if sets.len() == 3 { &sets[1] } else { &sets[0] };
    Ok(TransferScore {
        task: task.kind,
        accuracy,
        dev_accuracy,
        f1: f1.filter(|_| task.kind == TransferKind::Mrpc),
        dev_items: dev.len(),
        test_items: sets[sets.len() - 1].len(),
    })
}

fn take(next: &mut usize, count: usize) -> Vec<usize> {
    *next += count;
    (*next - count..*next).collect()
}

fn check(task: &TransferTask, options: &TransferOptions) -> Result<(), TransferError> {
    let folds = options.folds;
    if folds < 2 {
        return Err(TransferError::Folds { folds });
    }
    // With two items per fold, an outer fold leaves enough items for the inner folds.
    let needed = if task.sets.len() == 3 { 1 } else { 2 * folds };
    let items = task.sets[0].labels.len();
    if items < needed {
        Err(TransferError::TooFew { task: task.kind.name(), items, folds, needed })
    } else {
        Ok(())
    }
}

/// The features to classify, `[items, width]`: the embedding, or [|u − v|, u · v] of a pair.
fn features(embeddings: &[f32], hidden: usize, sentences_per_item: usize) -> Vec<f32> {
    let finite = |row: &[f32]| row.iter().all(|value| value.is_finite());
    let mut features = Vec::with_capacity(embeddings.len());
    for item in embeddings.chunks_exact(hidden * sentences_per_item) {
        let start = features.len();
        match sentences_per_item {
            1 => features.extend_from_slice(item),
            _ => {
                let pairs = || item[..hidden].iter().zip(&item[hidden..]);
                features.extend(pairs().map(|(u, v)| (u - v).abs()));
                features.extend(pairs().map(|(u, v)| u * v));
            }
        }
        if !finite(&features[start..]) {
            features[start..].fill(0.0);
        }
    }
    features
}

/// The three protocols, each giving development accuracy, test accuracy and F1 of class 1, in per cent.
struct Protocol<'a, P> {
    examples: Examples<'a>,
    options: &'a TransferOptions,
    fitted: usize,
    fits: usize,
    progress: P,
}

impl<P: AsyncFnMut(usize, usize)> Protocol<'_, P> {
    async fn nested(mut self, all: &[usize]) -> (f64, f64, Option<f64>) {
        let folds = self.options.folds;
        self.fits = folds * (L2.len() * folds + 1);
        let (mut dev, mut test) = (0.0, 0.0);
        for (train, held) in folds::splits(all, self.examples.labels, folds, self.options.seed) {
            let (l2, accuracy) = self.choose(&train).await;
            dev += accuracy;
            let classifier = self.fit(&train, None, l2).await;
            test += rounded(self.accuracy(&classifier, &held));
        }
        (rounded(dev / folds as f64), rounded(test / folds as f64), None)
    }

    async fn cross_validated(mut self, train: &[usize], test: &[usize]) -> (f64, f64, Option<f64>) {
        self.fits = L2.len() * self.options.folds + 1;
        let (l2, dev) = self.choose(train).await;
        let classifier = self.fit(train, None, l2).await;
        let truth = test.iter().map(|&item| self.examples.labels[item]);
        let f1 = f1(truth.zip(classifier.predictions(&self.examples, test)));
        (dev, rounded(self.accuracy(&classifier, test)), Some(rounded(100.0 * f1)))
    }

    async fn split(mut self, train: &[usize], dev: &[usize], test: &[usize]) -> (f64, f64, Option<f64>) {
        self.fits = L2.len();
        let mut fitted = Vec::with_capacity(L2.len());
        for l2 in L2 {
            let classifier = self.fit(train, Some(dev), l2).await;
            fitted.push((rounded(self.accuracy(&classifier, dev)), classifier));
        }
        // SentEval fits the best one again from the same seed, which gives the same classifier.
        let accuracies: Vec<f64> = fitted.iter().map(|(accuracy, _)| *accuracy).collect();
        let (accuracy, classifier) = &fitted[first_of_the_largest(&accuracies)];
        (*accuracy, rounded(self.accuracy(classifier, test)), None)
    }

    /// The regularisation with the best mean accuracy over the folds of `train`, and this accuracy.
    async fn choose(&mut self, train: &[usize]) -> (f32, f64) {
        let splits = folds::splits(train, self.examples.labels, self.options.folds, self.options.seed);
        let mut accuracies = [0.0; L2.len()];
        for (mean, l2) in accuracies.iter_mut().zip(L2) {
            let mut sum = 0.0;
            for (train, held) in &splits {
                let classifier = self.fit(train, Some(held), l2).await;
                sum += self.accuracy(&classifier, held);
            }
            *mean = rounded(sum / splits.len() as f64);
        }
        let best = first_of_the_largest(&accuracies);
        (L2[best], accuracies[best])
    }

    async fn fit(&mut self, train: &[usize], held_out: Option<&[usize]>, l2: f32) -> Classifier {
        let (fitted, fits) = (self.fitted, self.fits);
        let after_epoch = async || (self.progress)(fitted, fits).await;
        let seed = self.options.seed;
        let classifier = Classifier::fit(&self.examples, train, held_out, l2, seed, after_epoch).await;
        self.fitted += 1;
        (self.progress)(self.fitted, self.fits).await;
        classifier
    }

    fn accuracy(&self, classifier: &Classifier, items: &[usize]) -> f64 {
        100.0 * classifier.right(&self.examples, items) as f64 / items.len() as f64
    }
}

/// The first index on a tie, as with NumPy's `argmax`: the weaker regularisation.
fn first_of_the_largest(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |best, index| if values[index] > values[best] { index } else { best })
}

/// Rounds to two decimals, halves to even. SentEval compares rounded values, so the rounding decides ties.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round_ties_even() / 100.0
}

/// F1 of class 1 over (truth, prediction); 0 without a true positive.
fn f1(items: impl Iterator<Item = (usize, usize)>) -> f64 {
    let (mut found, mut wrong) = (0, 0);
    for item in items {
        found += usize::from(item == (1, 1));
        wrong += usize::from(item.0 != item.1);
    }
    // 2·TP / (2·TP + FP + FN); with two classes every error is a false positive or a false negative.
    if found == 0 { 0.0 } else { 2.0 * found as f64 / (2 * found + wrong) as f64 }
}

#[cfg(test)]
mod tests;
