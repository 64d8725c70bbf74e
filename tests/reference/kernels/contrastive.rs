//! Cosine similarities and the contrastive cross-entropy of SimCSE (arXiv 2104.08821, equations 1, 5 and 8).
//!
//! Anchors `[n, hidden]`; candidates `[n, hidden]` (the positives), or `[2n, hidden]` (positives, then hard
//! negatives). The label of anchor `i` is candidate `i`.

use super::attention::softmax;
use super::matmul::{nn, nt, tn};

/// Norms are not taken below this.
pub const SMALLEST_NORM: f64 = 1e-8;

/// `max(‖row‖, 1e-8)` per row of `[rows, hidden]`.
pub fn clamped_norms(matrix: &[f64], hidden: usize) -> Vec<f64> {
    matrix.chunks_exact(hidden).map(|row| norm(row).max(SMALLEST_NORM)).collect()
}

fn norm(row: &[f64]) -> f64 {
    row.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Rows divided by their clamped norms, `[rows, hidden]`.
pub fn normalize(matrix: &[f64], hidden: usize) -> Vec<f64> {
    let norms = clamped_norms(matrix, hidden);
    let rows = matrix.chunks_exact(hidden).zip(norms);
    rows.flat_map(|(row, norm)| row.iter().map(move |value| value / norm)).collect()
}

/// Backward of [`normalize`]: `(g - u (u·g)) / norm` with the unit vector `u`, and `g / 1e-8` where the norm
/// was clamped.
pub fn normalize_backward(matrix: &[f64], grad: &[f64], hidden: usize) -> Vec<f64> {
    let unit = normalize(matrix, hidden);
    let mut output = Vec::with_capacity(matrix.len());
    for row in 0..matrix.len() / hidden {
        let range = row * hidden..(row + 1) * hidden;
        let (unit, grad) = (&unit[range.clone()], &grad[range.clone()]);
        let length = norm(&matrix[range]);
        let projection: f64 = if length > SMALLEST_NORM {
            unit.iter().zip(grad).map(|(unit, grad)| unit * grad).sum()
        } else {
            0.0
        };
        output.extend(
            unit.iter().zip(grad).map(|(unit, grad)| (grad - unit * projection) / length.max(SMALLEST_NORM)),
        );
    }
    output
}

/// `cos(a_i, b_j)`, `a [n, hidden]`, `b [m, hidden]` → `[n, m]`.
pub fn cosine_matrix(a: &[f64], b: &[f64], hidden: usize) -> Vec<f64> {
    let (n, m) = (a.len() / hidden, b.len() / hidden);
    nt(&normalize(a, hidden), &normalize(b, hidden), n, hidden, m)
}

/// The two settings of the loss.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Divides the cosines.
    pub temperature: f64,
    /// Added to the logit of an anchor's own hard negative, at `(i, n + i)` only: `ln α`.
    pub hard_negative_weight: f64,
}

/// What [`loss`] returns.
pub struct Contrastive {
    /// Mean over anchors.
    pub loss: f64,
    /// `[n, m]`
    pub logits: Vec<f64>,
    /// `[n, hidden]`
    pub anchor_grad: Vec<f64>,
    /// `[m, hidden]`
    pub candidate_grad: Vec<f64>,
}

/// The loss and its gradients.
pub fn loss(anchors: &[f64], candidates: &[f64], hidden: usize, settings: Settings) -> Contrastive {
    let (n, m) = (anchors.len() / hidden, candidates.len() / hidden);
    let mut logits: Vec<f64> = cosine_matrix(anchors, candidates, hidden);
    logits.iter_mut().for_each(|value| *value /= settings.temperature);
    if m == 2 * n {
        (0..n).for_each(|i| logits[i * m + n + i] += settings.hard_negative_weight);
    }
    let mut loss = 0.0;
    let mut cosine_grad = Vec::with_capacity(n * m);
    for (label, row) in logits.chunks_exact(m).enumerate() {
        loss += cross_entropy(row, label) / n as f64;
        cosine_grad.extend(softmax(row).iter().enumerate().map(|(column, probability)| {
            let target = if column == label { 1.0 } else { 0.0 };
            (probability - target) / (n as f64 * settings.temperature)
        }));
    }
    let (unit_anchors, unit_candidates) = (normalize(anchors, hidden), normalize(candidates, hidden));
    let anchor_grad = nn(&cosine_grad, &unit_candidates, n, m, hidden);
    let candidate_grad = tn(&cosine_grad, &unit_anchors, m, n, hidden);
    Contrastive {
        loss,
        logits,
        anchor_grad: normalize_backward(anchors, &anchor_grad, hidden),
        candidate_grad: normalize_backward(candidates, &candidate_grad, hidden),
    }
}

/// `ln Σ exp(logits) - logits[label]`.
pub fn cross_entropy(logits: &[f64], label: usize) -> f64 {
    let maximum = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| libm::exp(logit - maximum)).sum();
    maximum + libm::log(sum) - logits[label]
}
