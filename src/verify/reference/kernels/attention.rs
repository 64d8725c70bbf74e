//! Multi-head self-attention over packed rows: a token attends to the tokens of its own row.
//!
//! `scores = q·k / sqrt(head size)`, `probabilities = softmax(scores)`, dropout on the probabilities,
//! `context = probabilities · v`.

use super::multiply;

/// The inputs, all `[tokens, hidden]`; head `h` owns columns `h * hidden / heads ..`.
pub struct Attention<'a> {
    pub query: &'a [f64],
    pub key: &'a [f64],
    pub value: &'a [f64],
    /// `[rows + 1]`, ascending; the last is the number of tokens.
    pub row_starts: &'a [usize],
    pub heads: usize,
    pub hidden: usize,
}

/// Dropout factors of probabilities, 0 or 1/(1−p), by head, query token and key token, both counted over the whole
/// packed batch.
pub type KeepScale<'a> = &'a dyn Fn(usize, usize, usize) -> f64;

/// No dropout.
pub fn keep_all(_head: usize, _query: usize, _key: usize) -> f64 {
    1.0
}

/// Gradients of query, key and value, each `[tokens, hidden]`.
pub struct AttentionGradients {
    pub query: Vec<f64>,
    pub key: Vec<f64>,
    pub value: Vec<f64>,
}

impl Attention<'_> {
    fn head_size(&self) -> usize {
        self.hidden / self.heads
    }

    /// The part of a token's vector that belongs to `head`.
    fn part<'a>(&self, matrix: &'a [f64], head: usize, token: usize) -> &'a [f64] {
        &matrix[self.range(head, token)]
    }

    fn range(&self, head: usize, token: usize) -> std::ops::Range<usize> {
        let start = token * self.hidden + head * self.head_size();
        start..start + self.head_size()
    }

    /// The tokens of the row that `token` belongs to.
    fn row_of(&self, token: usize) -> std::ops::Range<usize> {
        let row = self.row_starts.windows(2).find(|bounds| (bounds[0]..bounds[1]).contains(&token));
        let bounds = row.expect("every token lies in a row");
        bounds[0]..bounds[1]
    }

    /// Scores of one query token, one value per token of its row.
    fn scores(&self, head: usize, query: usize) -> Vec<f64> {
        let scale = 1.0 / (self.head_size() as f64).sqrt();
        self.row_of(query)
            .map(|key| scale * dot(self.part(self.query, head, query), self.part(self.key, head, key)))
            .collect()
    }

    /// Softmax of the scores of one query token, before dropout.
    pub fn probabilities(&self, head: usize, query: usize) -> Vec<f64> {
        softmax(&self.scores(head, query))
    }

    /// `ln Σ exp(scores)` of every token and head, `[tokens, heads]`.
    pub fn log_sums(&self) -> Vec<f64> {
        let queries = 0..self.query.len() / self.hidden;
        let places = queries.flat_map(|query| (0..self.heads).map(move |head| (head, query)));
        let sum = |(head, query)| self.scores(head, query).into_iter().map(libm::exp).sum();
        places.map(|place| libm::log(sum(place))).collect()
    }

    /// The context vectors `[tokens, hidden]`.
    pub fn forward(&self, keep: KeepScale) -> Vec<f64> {
        let mut context = vec![0.0; self.query.len()];
        for head in 0..self.heads {
            for query in 0..self.query.len() / self.hidden {
                let probabilities = self.probabilities(head, query);
                for (key, probability) in self.row_of(query).zip(probabilities) {
                    let factor = probability * keep(head, query, key);
                    accumulate(
                        &mut context[self.range(head, query)],
                        factor,
                        self.part(self.value, head, key),
                    );
                }
            }
        }
        context
    }

    /// `grad [tokens, hidden]` is the gradient of the context vectors.
    ///
    /// With `dp = keep · (grad·v)`: `ds = p (dp − Σ p dp)`, and from there to query and key.
    pub fn backward(&self, grad: &[f64], keep: KeepScale) -> AttentionGradients {
        let scale = 1.0 / (self.head_size() as f64).sqrt();
        let zeros = vec![0.0; self.query.len()];
        let mut gradients = AttentionGradients { query: zeros.clone(), key: zeros.clone(), value: zeros };
        for head in 0..self.heads {
            for query in 0..self.query.len() / self.hidden {
                let grad = self.part(grad, head, query);
                let probabilities = self.probabilities(head, query);
                let factors: Vec<f64> = self.row_of(query).map(|key| keep(head, query, key)).collect();
                let dropped = multiply(&probabilities, &factors);
                for (key, dropped) in self.row_of(query).zip(&dropped) {
                    accumulate(&mut gradients.value[self.range(head, key)], *dropped, grad);
                }
                let products: Vec<f64> =
                    self.row_of(query).map(|key| dot(grad, self.part(self.value, head, key))).collect();
                let probability_grads = multiply(&products, &factors);
                let mean = dot(&probabilities, &probability_grads);
                for (i, key) in self.row_of(query).enumerate() {
                    let score_grad = scale * probabilities[i] * (probability_grads[i] - mean);
                    let (query_part, key_part) =
                        (self.part(self.query, head, query), self.part(self.key, head, key));
                    accumulate(&mut gradients.query[self.range(head, query)], score_grad, key_part);
                    accumulate(&mut gradients.key[self.range(head, key)], score_grad, query_part);
                }
            }
        }
        gradients
    }
}

/// Softmax with the maximum subtracted first.
pub fn softmax(scores: &[f64]) -> Vec<f64> {
    let maximum = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = scores.iter().map(|score| libm::exp(score - maximum)).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.iter().map(|value| value / sum).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn accumulate(target: &mut [f64], factor: f64, source: &[f64]) {
    target.iter_mut().zip(source).for_each(|(target, source)| *target += factor * source);
}
