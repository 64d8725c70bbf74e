//! Cosine similarities and the contrastive cross-entropy of SimCSE (arXiv 2104.08821, equations 1, 5 and 8), its
//! symmetric form and NT-Xent (arXiv 2002.05709).
//!
//! Embeddings `[rows, hidden]` come view after view, `items` rows each: sentences, their positives, and optionally hard
//! negatives.

use super::attention::softmax;
use super::matmul::nt;

/// Norms are clamped to at least this.
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

/// Which rows are anchors, and which are their candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Anchors: first view; candidates: all rows of the other views.
    #[default]
    OneWay,
    /// As one-way, and the second view's rows as anchors with the first view's as candidates.
    Symmetric,
    /// Anchors: first and second view; candidates: all rows but the anchor.
    NtXent,
}

/// The settings of the loss.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub form: Form,
    /// Divides the cosines.
    pub temperature: f64,
    /// Added to the logit of the hard negative of the anchor's own item: `ln α`.
    pub hard_negative_weight: f64,
    /// Negatives with a cosine above it are left out, except the hard negative of the anchor's own item.
    pub false_negative_threshold: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        let form = Form::OneWay;
        Settings { form, temperature: 0.05, hard_negative_weight: 0.0, false_negative_threshold: None }
    }
}

/// An anchor's candidate rows and the place of its positive among them.
pub struct Anchor {
    pub row: usize,
    pub candidates: Vec<usize>,
    pub label: usize,
}

/// The anchors of a batch.
pub fn anchors(form: Form, items: usize, rows: usize) -> Vec<Anchor> {
    let anchor = |row: usize| {
        let candidates: Vec<usize> = match form {
            Form::NtXent => (0..rows).collect(),
            _ if row < items => (items..rows).collect(),
            _ => (0..items).collect(),
        };
        let positive = (row + items) % (2 * items);
        let label = candidates.iter().position(|candidate| *candidate == positive);
        let label = label.expect("both views of an item are among each other's candidates");
        Anchor { row, candidates, label }
    };
    let count = if form == Form::OneWay { items } else { 2 * items };
    (0..count).map(anchor).collect()
}

/// What [`loss`] returns.
pub struct Contrastive {
    /// Mean over anchors.
    pub loss: f64,
    /// Loss of each anchor.
    pub losses: Vec<f64>,
    /// Logits of each anchor, by candidate; −1e30 for one that is left out.
    pub logits: Vec<Vec<f64>>,
    /// `[rows, hidden]`
    pub grad: Vec<f64>,
}

/// The loss and its gradient.
pub fn loss(embeddings: &[f64], items: usize, hidden: usize, settings: Settings) -> Contrastive {
    let rows = embeddings.len() / hidden;
    let unit = normalize(embeddings, hidden);
    let cosines = cosine_matrix(embeddings, embeddings, hidden);
    let anchors = anchors(settings.form, items, rows);
    let (mut losses, mut all_logits) = (Vec::new(), Vec::new());
    let mut unit_grad = vec![0.0; embeddings.len()];
    for Anchor { row, candidates, label } in &anchors {
        let own_hard_negative = 2 * items + row % items;
        let logit = |(column, candidate): (usize, &usize)| {
            let cosine = cosines[row * rows + candidate];
            let negative = column != *label && *candidate != own_hard_negative;
            let is_false = settings.false_negative_threshold.is_some_and(|most| cosine > most) && negative;
            let weight = if *candidate == own_hard_negative { settings.hard_negative_weight } else { 0.0 };
            if candidate == row || is_false { -1e30 } else { cosine / settings.temperature + weight }
        };
        let logits: Vec<f64> = candidates.iter().enumerate().map(logit).collect();
        losses.push(cross_entropy(&logits, *label));
        for ((column, probability), candidate) in softmax(&logits).iter().enumerate().zip(candidates) {
            let target = if column == *label { 1.0 } else { 0.0 };
            let slope = (probability - target) / (anchors.len() as f64 * settings.temperature);
            for i in 0..hidden {
                unit_grad[row * hidden + i] += slope * unit[candidate * hidden + i];
                unit_grad[candidate * hidden + i] += slope * unit[row * hidden + i];
            }
        }
        all_logits.push(logits);
    }
    Contrastive {
        loss: losses.iter().sum::<f64>() / anchors.len() as f64,
        losses,
        logits: all_logits,
        grad: normalize_backward(embeddings, &unit_grad, hidden),
    }
}

/// `ln Σ exp(logits) − logits[label]`.
pub fn cross_entropy(logits: &[f64], label: usize) -> f64 {
    let maximum = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| libm::exp(logit - maximum)).sum();
    maximum + libm::log(sum) - logits[label]
}
