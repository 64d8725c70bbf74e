//! Cosine similarities, contrastive cross-entropy and its gradient with respect to the embeddings.

use simcse_lab::{
    gpu::View,
    kernels::{Contrastive, METRICS, Step},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::compare::{assert_close, assert_close_beside, bound};
use crate::reference::{
    kernels::contrastive::{self as reference, Settings},
    random::Random,
};

/// Embeddings view after view, [views · items, hidden], and the settings.
pub struct Case {
    pub items: usize,
    pub hidden: usize,
    pub embeddings: Vec<f64>,
    pub temperature: f32,
    pub weight: f32,
    /// Floats of a row of the similarity matrix.
    pub stride: usize,
}

/// What the kernels made of it.
pub struct Results {
    pub similarity: Vec<f32>,
    pub losses: Vec<f32>,
    pub loss: f32,
    pub d_embeddings: Vec<f32>,
}

impl Case {
    fn random(items: usize, views: usize, hidden: usize, temperature: f32, weight: f32) -> Self {
        let embeddings = Random::new((items + hidden) as u64).normals(views * items * hidden);
        let stride = (views - 1) * items + 3;
        Self { items, hidden, embeddings, temperature, weight, stride }
    }

    fn rows(&self) -> usize {
        self.embeddings.len() / self.hidden
    }

    fn name(&self, what: &str) -> String {
        let Self { items, hidden, temperature, weight, .. } = self;
        let candidates = self.rows() - items;
        format!("{what}, {items}×{candidates}, width {hidden}, τ = {temperature}, w = {weight}")
    }

    pub async fn run(&self) -> Results {
        let (bench, rows, len) = (Bench::new().await, self.rows(), self.embeddings.len());
        let (embeddings, unit) = (bench.floats(&self.embeddings), bench.output(len));
        let [similarity, d_similarity] = [(); 2].map(|()| bench.output(self.items * self.stride));
        let (norms, losses) = (bench.output(rows), bench.output(self.items));
        let (metrics, d_unit, d_embeddings) = (bench.output(METRICS), bench.output(len), bench.output(len));
        let loss = Contrastive {
            hidden: self.hidden as u32,
            stride: self.stride as u32,
            embeddings: &embeddings,
            unit: &unit,
            norms: &norms,
            similarity: &similarity,
            d_similarity: &d_similarity,
            losses: &losses,
            metrics: &metrics,
        };
        let step = Step {
            rows: rows as u32,
            items: self.items as u32,
            inverse_temperature: 1.0 / self.temperature,
            hard_negative_weight: self.weight,
            ..Step::default()
        };
        bench
            .run(&step, |kernels, plan| {
                kernels.contrastive(plan, &loss).unwrap();
                kernels.contrastive_backward(plan, &loss, &d_unit, &d_embeddings).unwrap();
            })
            .await;
        for (view, len) in [(&unit, len), (&norms, rows), (&d_similarity, self.items * self.stride)] {
            bench.read(view, len).await;
        }
        bench.read(&d_unit, len).await;
        let similarity = self.without_padding(&bench, &similarity).await;
        Results {
            similarity,
            losses: bench.read(&losses, self.items).await,
            loss: bench.read(&metrics, 1).await[0],
            d_embeddings: bench.read(&d_embeddings, len).await,
        }
    }

    async fn without_padding(&self, bench: &Bench, matrix: &View) -> Vec<f32> {
        let values = bench.read(matrix, self.items * self.stride).await;
        let candidates = self.rows() - self.items;
        values.chunks_exact(self.stride).flat_map(|row| row[..candidates].to_vec()).collect()
    }

    pub fn reference(&self) -> reference::Contrastive {
        let (anchors, candidates) = self.embeddings.split_at(self.items * self.hidden);
        // The kernels get 1/τ as a float32.
        let temperature = 1.0 / f64::from(1.0 / self.temperature);
        let settings = Settings { temperature, hard_negative_weight: f64::from(self.weight) };
        reference::loss(anchors, candidates, self.hidden, settings)
    }

    async fn check(&self) -> (f64, f64) {
        let (actual, expected) = (self.run().await, self.reference());
        // A logit is a product of two unit vectors (a sum over the width each, a root and a division), over τ.
        // Its absolute error is the relative one of exp; differences of logits reach 2/τ, exp adds 3 + 2·2/τ.
        let inverse = f64::from(1.0 / self.temperature);
        let cosine = bound(self.hidden, 12.0);
        assert_close_beside(&self.name("S"), &actual.similarity, &expected.logits, inverse, cosine);
        let relative = 2.0 * inverse * cosine.relative() + bound(self.items, 8.0 + 4.0 * inverse).relative();
        let candidates = self.rows() - self.items;
        for (item, logits) in expected.logits.chunks_exact(candidates).enumerate() {
            let loss = reference::cross_entropy(logits, item);
            let error = (f64::from(actual.losses[item]) - loss).abs();
            assert!(
                error <= relative * loss,
                "{}: {} instead of {loss}",
                self.name(&format!("loss of item {item}")),
                actual.losses[item]
            );
        }
        let error = (f64::from(actual.loss) - expected.loss).abs();
        assert!(error <= relative * expected.loss, "{}: {error:e}", self.name("mean loss"));
        let d_embeddings = [&expected.anchor_grad[..], &expected.candidate_grad].concat();
        let gradient = bound(self.hidden + candidates, 1.0).relative() + relative;
        let gradient = bound(0, gradient / bound(0, 1.0).relative());
        assert_close(&self.name("dz"), &actual.d_embeddings, &d_embeddings, gradient);
        (f64::from(actual.loss), expected.loss)
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn loss_and_gradient_agree_with_the_reference_for_pairs_and_for_triplets() {
    for (items, hidden) in [(2, 4), (7, 36), (65, 48), (3, 312)] {
        for temperature in [0.05, 1.0] {
            Case::random(items, 2, hidden, temperature, 0.0).check().await;
            Case::random(items, 3, hidden, temperature, 0.0).check().await;
            Case::random(items, 3, hidden, temperature, std::f32::consts::LN_2).check().await;
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_single_item_without_negatives_has_neither_loss_nor_gradient() {
    let results = Case::random(1, 2, 12, 0.05, 0.0).run().await;
    assert_eq!(results.loss, 0.0);
    assert!(results.d_embeddings.iter().all(|value| *value == 0.0));
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_single_item_with_its_hard_negative_has_both() {
    Case::random(1, 3, 12, 0.05, 0.0).check().await;
    Case::random(1, 3, 12, 1.0, -0.7).check().await;
}

/// Items along different axes, their positives `noise` away.
fn separated(items: usize, noise: f64, temperature: f32) -> Case {
    let mut case = Case::random(items, 2, 12, temperature, 0.0);
    let noise_of: Vec<f64> = case.embeddings.iter().map(|value| noise * value).collect();
    for (index, value) in case.embeddings.iter_mut().enumerate() {
        let (row, column) = (index / 12, index % 12);
        let axis = if row % items == column { 1.0 } else { 0.0 };
        *value = f64::from((axis + noise_of[index]) as f32);
    }
    case
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_tiny_loss_and_its_gradient_keep_their_relative_accuracy() {
    let mut losses = Vec::new();
    for temperature in [0.05, 0.07, 0.1, 0.125, 0.15, 0.2] {
        losses.push(separated(5, 1e-3, temperature).check().await.1);
    }
    // About (N−1)·exp(−1/τ): from 1e-8, where 1 + x is 1 in float32, to ordinary sizes.
    assert!(losses[0] < 1e-8 && losses[5] > 1e-2, "{losses:?}");
    assert!(losses.iter().any(|loss| (1e-4..1e-2).contains(loss)), "{losses:?}");
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn embeddings_that_are_nearly_equal_give_the_log_of_their_number() {
    let mut case = Case::random(7, 2, 36, 0.05, 0.0);
    let (first, _) = case.embeddings.split_at(36);
    let first = first.to_vec();
    for (index, value) in case.embeddings.iter_mut().enumerate() {
        *value = f64::from((first[index % 36] + 1e-4 * *value) as f32);
    }
    let (actual, expected) = (case.run().await, case.reference());
    assert!((expected.loss - 7_f64.ln()).abs() < 1e-3);
    // Cosines near 1 are off by the roundings of two unit vectors; so is the loss, over τ.
    let absolute = 20.0 * bound(36, 12.0).relative();
    assert!((f64::from(actual.loss) - expected.loss).abs() < absolute);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_zero_embedding_has_cosine_zero_and_the_gradient_of_its_clamped_norm() {
    let mut case = Case::random(3, 2, 12, 1.0, 0.0);
    case.embeddings[12..24].fill(0.0);
    case.embeddings[48..60].fill(1e-10);
    let (actual, expected) = (case.run().await, case.reference());
    assert_eq!(actual.similarity[3..6], [0.0; 3]);
    let d_embeddings = [&expected.anchor_grad[..], &expected.candidate_grad].concat();
    // The clamped rows' gradients are 1e8 times the others': each row by itself.
    for (row, expected) in d_embeddings.chunks_exact(12).enumerate() {
        let actual = &actual.d_embeddings[12 * row..12 * (row + 1)];
        assert_close(&format!("dz of row {row}"), actual, expected, bound(30, 32.0));
    }
}
