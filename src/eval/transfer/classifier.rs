//! Multinomial logistic regression as SentEval trains it (facebookresearch/SentEval `senteval/tools/classifier.py`,
//! `nhid` 0): Adam on the mean cross-entropy, stopped early by the accuracy on held-out items.
//!
//! Not a library's, because early stopping is part of the protocol: the regularisation is so weak that a converged
//! regression (such as linfa-logistic's, by L-BFGS) is a different model.

use super::random::Random;

// The settings of full evaluation in princeton-nlp/SimCSE `evaluation.py` (mode `test`), and PyTorch's defaults of
// Adam.
const BATCH: usize = 64;
/// Passes over the training items between two evaluations on the held-out ones (`epoch_size`).
const EPOCHS_A_ROUND: usize = 4;
/// Training ends with the first round without a gain after this many, counted in total and not in a row.
const TENACITY: usize = 5;
/// The last epoch after which another round may begin.
const LAST_EPOCH: usize = 200;
/// Share of the training items that is held out where no held-out items are given.
const HELD_OUT: f64 = 0.05;
const LEARNING_RATE: f64 = 1e-3;
const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f32 = 1e-8;

/// Partial sums of a dot product, enough to fill a few vector registers.
const LANES: usize = 16;

/// Feature vectors with their classes.
pub(super) struct Examples<'a> {
    /// `[n, width]`.
    pub features: &'a [f32],
    pub width: usize,
    /// `[n]`, each below `classes`.
    pub labels: &'a [usize],
    pub classes: usize,
}

impl Examples<'_> {
    fn row(&self, item: usize) -> &[f32] {
        &self.features[item * self.width..][..self.width]
    }
}

/// Weights `[classes, width]`, then biases `[classes]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classifier {
    parameters: Vec<f32>,
    width: usize,
}

impl Classifier {
    /// Trains on the items `train` of `examples` until the accuracy on `held_out` stops improving, and returns the
    /// state with the best one. Without `held_out`, 5 % of `train` are held out. `l2` times the parameters is added
    /// to the gradient. The same arguments always give the same classifier. Awaits `after_epoch` after each epoch.
    pub async fn fit(
        examples: &Examples<'_>,
        train: &[usize],
        held_out: Option<&[usize]>,
        l2: f32,
        seed: u32,
        mut after_epoch: impl AsyncFnMut(),
    ) -> Self {
        let mut shuffles = Random::new(seed);
        let drawn: Vec<usize>;
        let (train, held_out) = match held_out {
            Some(held_out) => (train, held_out),
            None => {
                drawn = shuffles.permutation(train.len()).into_iter().map(|index| train[index]).collect();
                // At least one: with fewer than 20 items SentEval holds out none and divides by zero.
                let count = (HELD_OUT * train.len() as f64) as usize;
                let (held_out, rest) = drawn.split_at(count.max(1));
                (rest, held_out)
            }
        };
        let mut classifier = Classifier::new(examples, seed);
        let mut adam = Adam::new(classifier.parameters.len(), l2);
        let mut best = (None, classifier.clone());
        let (mut epoch, mut without_gain) = (0, 0);
        while epoch <= LAST_EPOCH && without_gain <= TENACITY {
            for _ in 0..EPOCHS_A_ROUND {
                let order = shuffles.permutation(train.len());
                for batch in order.chunks(BATCH) {
                    classifier.gradient(
                        examples,
                        batch.iter().map(|&index| train[index]),
                        &mut adam.gradient,
                    );
                    adam.step(&mut classifier.parameters);
                }
                after_epoch().await;
            }
            epoch += EPOCHS_A_ROUND;
            let right = Some(classifier.right(examples, held_out));
            if right > best.0 {
                best = (right, classifier.clone());
            } else {
                without_gain += 1;
            }
        }
        best.1
    }

    /// Initialised as PyTorch's `Linear` after `torch.manual_seed(seed)`.
    fn new(examples: &Examples<'_>, seed: u32) -> Self {
        let mut random = Random::new(seed);
        let bound = 1.0 / (examples.width as f64).sqrt();
        let count = examples.classes * (examples.width + 1);
        let parameters = (0..count).map(|_| random.uniform(bound as f32)).collect();
        Classifier { parameters, width: examples.width }
    }

    fn classes(&self) -> usize {
        self.parameters.len() / (self.width + 1)
    }

    fn logits(&self, row: &[f32], logits: &mut Vec<f32>) {
        let (weights, biases) = self.parameters.split_at(self.classes() * self.width);
        logits.clear();
        logits.extend(
            weights.chunks_exact(self.width).zip(biases).map(|(weights, bias)| dot(weights, row) + bias),
        );
    }

    /// The class with the largest logit, the first one if several tie.
    pub fn predict(&self, row: &[f32]) -> usize {
        let mut logits = Vec::new();
        self.logits(row, &mut logits);
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        logits.iter().position(|&logit| logit == largest).unwrap_or(0)
    }

    /// Predictions for `items`, in order.
    pub fn predictions(&self, examples: &Examples<'_>, items: &[usize]) -> Vec<usize> {
        items.iter().map(|&item| self.predict(examples.row(item))).collect()
    }

    /// How many of `items` are classified correctly.
    pub fn right(&self, examples: &Examples<'_>, items: &[usize]) -> usize {
        items.iter().filter(|&&item| self.predict(examples.row(item)) == examples.labels[item]).count()
    }

    /// Writes the gradient of the mean cross-entropy over `batch`.
    fn gradient(
        &self,
        examples: &Examples<'_>,
        batch: impl ExactSizeIterator<Item = usize>,
        gradient: &mut [f32],
    ) {
        let scale = 1.0 / batch.len() as f32;
        gradient.fill(0.0);
        let (of_weights, of_biases) = gradient.split_at_mut(self.classes() * self.width);
        let mut deltas = Vec::with_capacity(self.classes());
        for item in batch {
            let row = examples.row(item);
            self.logits(row, &mut deltas);
            softmax(&mut deltas);
            deltas[examples.labels[item]] -= 1.0;
            let rows = of_weights.chunks_exact_mut(self.width).zip(of_biases.iter_mut());
            for (delta, (of_weights, of_bias)) in deltas.iter().zip(rows) {
                let delta = delta * scale;
                *of_bias += delta;
                for (sum, value) in of_weights.iter_mut().zip(row) {
                    *sum += delta * value;
                }
            }
        }
    }
}

fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    logits.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|logit| *logit /= sum);
}

/// A dot product in `LANES` independent sums, which the compiler can vectorise; it may not reorder a single sum.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// PyTorch's Adam; `l2` is its `weight_decay`, which is added to the gradient.
struct Adam {
    gradient: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    l2: f32,
    steps: i32,
}

impl Adam {
    fn new(parameters: usize, l2: f32) -> Self {
        let zeros = vec![0.0; parameters];
        Adam { gradient: zeros.clone(), first: zeros.clone(), second: zeros, l2, steps: 0 }
    }

    fn step(&mut self, parameters: &mut [f32]) {
        self.steps += 1;
        let rate = (LEARNING_RATE / (1.0 - BETA_1.powi(self.steps))) as f32;
        let correction = (1.0 - BETA_2.powi(self.steps)).sqrt() as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((parameter, gradient), (first, second)) in parameters.iter_mut().zip(&self.gradient).zip(moments)
        {
            let gradient = gradient + self.l2 * *parameter;
            *first += (1.0 - BETA_1) as f32 * (gradient - *first);
            *second = BETA_2 as f32 * *second + (1.0 - BETA_2) as f32 * gradient * gradient;
            *parameter -= rate * *first / (second.sqrt() / correction + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::transfer::tests::ready;

    fn fit(examples: &Examples<'_>, train: &[usize], l2: f32, seed: u32) -> Classifier {
        ready(Classifier::fit(examples, train, None, l2, seed, async || {}))
    }

    /// Points in the plane around one centre per class. Use as many as real tasks have: Adam moves a weight by 0.001
    /// per step.
    fn ring(count: usize, classes: usize, spread: f32) -> (Vec<f32>, Vec<usize>) {
        let mut random = Random::new(5);
        let labels: Vec<usize> = (0..count).map(|item| item % classes).collect();
        let features = labels.iter().flat_map(|&label| {
            let angle = label as f32 * std::f32::consts::TAU / classes as f32;
            [angle.cos() + random.uniform(spread), angle.sin() + random.uniform(spread)]
        });
        (features.collect(), labels)
    }

    #[test]
    fn separable_classes_are_separated() {
        for classes in [2, 6] {
            let (features, labels) = ring(7200, classes, 0.3);
            let examples = Examples { features: &features, width: 2, labels: &labels, classes };
            let items: Vec<usize> = (0..7200).collect();
            let classifier = fit(&examples, &items[..6000], 1e-5, 1111);
            // All 300 held-out items were right when training stopped; of 1200 others a few may be wrong.
            let right = classifier.right(&examples, &items[6000..]);
            assert!(right >= 1190, "{classes} classes: {right} of 1200");
        }
    }

    #[test]
    fn three_adam_steps_agree_with_pytorch() {
        // Two items, three features, two classes; torch 2.15: manual_seed(1111), Linear(3, 2), cross_entropy over
        // [[1, 2, 3], [-1, 0.5, 0]] with the classes 1 and 0, Adam(weight_decay=0.1), three steps.
        let features = [1.0, 2.0, 3.0, -1.0, 0.5, 0.0];
        let examples = Examples { features: &features, width: 3, labels: &[1, 0], classes: 2 };
        let mut classifier = Classifier::new(&examples, 1111);
        let mut adam = Adam::new(8, 0.1);
        for _ in 0..3 {
            classifier.gradient(&examples, [0, 1].into_iter(), &mut adam.gradient);
            adam.step(&mut classifier.parameters);
        }
        let expected: [f32; 8] =
            [-0.0484998, -0.4762245, 0.3445044, -0.1157312, 0.5221539, 0.1163737, -0.0176728, 0.5103673];
        for (found, expected) in classifier.parameters.iter().zip(expected) {
            // A few roundings of f32 values below 1.
            assert!((found - expected).abs() < 1e-6, "{:?}", classifier.parameters);
        }
    }

    #[test]
    fn random_labels_are_not_memorised() {
        // A third of the labels is random, so the best accuracy is 5/6: 1000 of 1200, ± four standard deviations.
        let (features, mut labels) = ring(7200, 2, 0.5);
        let mut random = Random::new(9);
        for label in labels.iter_mut().step_by(3) {
            *label = usize::from(random.uniform(1.0) > 0.0);
        }
        let examples = Examples { features: &features, width: 2, labels: &labels, classes: 2 };
        let items: Vec<usize> = (0..7200).collect();
        let fit = |seed| fit(&examples, &items[..6000], 1e-3, seed);
        let right = fit(1).right(&examples, &items[6000..]);
        assert!((948..=1052).contains(&right), "{right} of 1200");
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }
}
