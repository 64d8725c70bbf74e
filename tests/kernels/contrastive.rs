//! Cosine similarities, contrastive cross-entropy and its gradient with respect to the embeddings.

use simcse_lab::{
    device::View,
    kernels::{Contrastive, LossForm, METRICS, Step},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, on_each_device};
use crate::compare::{assert_close, assert_close_beside, bound};
use crate::reference::{
    kernels::contrastive::{self as reference, Form, Settings},
    random::Random,
};

/// Embeddings view after view, [views · items, hidden], and the settings.
pub struct Case {
    pub items: usize,
    pub hidden: usize,
    pub embeddings: Vec<f64>,
    pub form: LossForm,
    pub temperature: f32,
    pub weight: f32,
    /// 0: none.
    pub threshold: f32,
    /// Columns of the embeddings that count.
    pub width: usize,
    /// Floats of a row of the similarity matrix.
    pub stride: usize,
}

/// What the kernels made of it.
pub struct Results {
    /// By anchor.
    pub similarity: Vec<Vec<f32>>,
    pub losses: Vec<f32>,
    pub loss: f32,
    pub d_embeddings: Vec<f32>,
}

impl Case {
    /// Random embeddings, all columns of which count.
    pub fn random(items: usize, views: usize, hidden: usize, temperature: f32, weight: f32) -> Self {
        let embeddings = Random::new((items + hidden) as u64).normals(views * items * hidden);
        let stride = views * items + 3;
        let form = LossForm::OneWay;
        Self { items, hidden, embeddings, form, temperature, weight, threshold: 0.0, width: hidden, stride }
    }

    fn anchors(&self) -> usize {
        self.items * self.form.anchor_views()
    }

    fn rows(&self) -> usize {
        self.embeddings.len() / self.hidden
    }

    fn name(&self, what: &str) -> String {
        let Self { items, hidden, form, temperature, weight, threshold, width, .. } = self;
        let views = self.rows() / items;
        format!(
            "{what}, {form:?}, {views}×{items}, width {width} of {hidden}, τ = {temperature}, w = {weight}, \
             threshold {threshold}"
        )
    }

    pub async fn run(&self) -> Results {
        let (bench, rows, len) = (Bench::new().await, self.rows(), self.embeddings.len());
        let (embeddings, unit) = (bench.floats(&self.embeddings), bench.output(len));
        let [similarity, d_similarity] = [(); 2].map(|()| bench.output(self.anchors() * self.stride));
        let (norms, losses) = (bench.output(rows), bench.output(self.anchors()));
        let (metrics, d_unit, d_embeddings) = (bench.output(METRICS), bench.output(len), bench.output(len));
        let loss = Contrastive {
            form: self.form,
            width: self.width as u32,
            accumulate: false,
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
            false_negative_threshold: self.threshold,
            ..Step::default()
        };
        bench
            .run(&step, |kernels, plan| {
                kernels.contrastive(plan, &loss).unwrap();
                kernels.contrastive_backward(plan, &loss, &d_unit, &d_embeddings).unwrap();
            })
            .await;
        for (view, len) in [(&unit, len), (&norms, rows), (&d_similarity, self.anchors() * self.stride)] {
            bench.read(view, len).await;
        }
        bench.read(&d_unit, len).await;
        let similarity = self.without_padding(&bench, &similarity).await;
        Results {
            similarity,
            losses: bench.read(&losses, self.anchors()).await,
            loss: bench.read(&metrics, 1).await[0],
            d_embeddings: bench.read(&d_embeddings, len).await,
        }
    }

    async fn without_padding(&self, bench: &Bench, matrix: &View) -> Vec<Vec<f32>> {
        let values = bench.read(matrix, self.anchors() * self.stride).await;
        let rows = values.chunks_exact(self.stride).zip(self.reference_anchors());
        rows.map(|(row, anchor)| row[..anchor.candidates.len()].to_vec()).collect()
    }

    fn reference_form(&self) -> Form {
        match self.form {
            LossForm::OneWay => Form::OneWay,
            LossForm::Symmetric => Form::Symmetric,
            LossForm::NtXent => Form::NtXent,
        }
    }

    fn reference_anchors(&self) -> Vec<reference::Anchor> {
        reference::anchors(self.reference_form(), self.items, self.rows())
    }

    pub fn reference(&self) -> reference::Contrastive {
        let counting = self.embeddings.chunks_exact(self.hidden).flat_map(|row| &row[..self.width]);
        let embeddings: Vec<f64> = counting.copied().collect();
        let settings = Settings {
            form: self.reference_form(),
            // The kernels get 1/τ as a float32.
            temperature: 1.0 / f64::from(1.0 / self.temperature),
            hard_negative_weight: f64::from(self.weight),
            false_negative_threshold: (self.threshold > 0.0).then_some(f64::from(self.threshold)),
        };
        let mut result = reference::loss(&embeddings, self.items, self.width, settings);
        let whole = |row: &[f64]| [row, &vec![0.0; self.hidden - self.width]].concat();
        result.grad = result.grad.chunks_exact(self.width).flat_map(whole).collect();
        result
    }

    async fn check(&self) -> (f64, f64) {
        let (actual, expected) = (self.run().await, self.reference());
        // A logit is a product of two unit vectors (a sum over the width each, a root and a division), over τ.
        // Its absolute error is the relative one of exp; differences of logits reach 2/τ, exp adds 3 + 2·2/τ.
        let inverse = f64::from(1.0 / self.temperature);
        let cosine = bound(self.width, 12.0);
        let relative = 2.0 * inverse * cosine.relative() + bound(self.rows(), 8.0 + 4.0 * inverse).relative();
        assert_eq!(actual.similarity.len(), expected.logits.len());
        for (anchor, (logits, expected_logits)) in actual.similarity.iter().zip(&expected.logits).enumerate()
        {
            let of = |logits: &[f64]| -> Vec<f64> {
                let kept = logits.iter().zip(expected_logits).filter(|(_, expected)| **expected > -1e30);
                kept.map(|(logit, _)| *logit).collect()
            };
            let wide: Vec<f64> = logits.iter().map(|logit| f64::from(*logit)).collect();
            let kept: Vec<f32> = of(&wide).iter().map(|logit| *logit as f32).collect();
            let name = self.name(&format!("S of anchor {anchor}"));
            assert_close_beside(&name, &kept, &of(expected_logits), inverse, cosine);
            let left_out = |logits: &[f64]| -> Vec<usize> {
                (0..logits.len()).filter(|column| logits[*column] < -9e29).collect()
            };
            assert_eq!(left_out(&wide), left_out(expected_logits), "{name}: left out");
            let (loss, found) = (expected.losses[anchor], actual.losses[anchor]);
            let error = (f64::from(found) - loss).abs();
            assert!(error <= relative * loss, "{name}: loss {found} instead of {loss}");
        }
        let error = (f64::from(actual.loss) - expected.loss).abs();
        assert!(error <= relative * expected.loss, "{}: {error:e}", self.name("mean loss"));
        let gradient = bound(self.hidden + self.rows(), 1.0).relative() + relative;
        let gradient = bound(0, gradient / bound(0, 1.0).relative());
        assert_close(&self.name("dz"), &actual.d_embeddings, &expected.grad, gradient);
        (f64::from(actual.loss), expected.loss)
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn loss_and_gradient_agree_with_the_reference_for_pairs_and_for_triplets() {
    on_each_device(async || {
        // Tiles of 16 anchors and candidates, and of 8 vec4s, begin, end and overflow.
        for (items, hidden) in [(2, 4), (7, 36), (16, 32), (17, 64), (33, 20), (65, 48), (3, 312)] {
            for temperature in [0.05, 1.0] {
                Case::random(items, 2, hidden, temperature, 0.0).check().await;
                Case::random(items, 3, hidden, temperature, 0.0).check().await;
                Case::random(items, 3, hidden, temperature, std::f32::consts::LN_2).check().await;
            }
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn symmetric_loss_and_nt_xent_agree_with_the_reference() {
    on_each_device(async || {
        for form in [LossForm::Symmetric, LossForm::NtXent] {
            for (items, hidden) in [(1, 12), (7, 36), (16, 32), (17, 64), (65, 48)] {
                for (views, weight) in [(2, 0.0), (3, 0.0), (3, 0.7)] {
                    Case { form, ..Case::random(items, views, hidden, 0.05, weight) }.check().await;
                }
            }
        }
    })
    .await;
}

/// Thresholds lie far from every cosine of these embeddings, so rounding decides nothing.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn negatives_above_the_threshold_are_left_out_and_named_hard_negatives_stay() {
    on_each_device(async || {
        for form in LossForm::ALL {
            for (views, threshold) in [(2, 0.31), (3, 0.31), (3, 0.05)] {
                let case = Case { form, threshold, ..Case::random(23, views, 12, 0.1, 0.3) };
                let unit = reference::normalize(&case.embeddings, 12);
                let cosines = reference::cosine_matrix(&unit, &unit, 12);
                let nearest = cosines.iter().map(|cosine| (cosine - f64::from(threshold)).abs());
                assert!(nearest.fold(1.0, f64::min) > 1e-5, "another seed is needed");
                case.check().await;
            }
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_width_below_the_embeddings_counts_their_first_columns_only() {
    on_each_device(async || {
        for (width, form) in [(4, LossForm::OneWay), (20, LossForm::NtXent), (32, LossForm::Symmetric)] {
            Case { width, form, ..Case::random(9, 3, 36, 0.05, 0.4) }.check().await;
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_single_item_without_negatives_has_neither_loss_nor_gradient() {
    on_each_device(async || {
        let results = Case::random(1, 2, 12, 0.05, 0.0).run().await;
        assert_eq!(results.loss, 0.0);
        assert!(results.d_embeddings.iter().all(|value| *value == 0.0));
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_single_item_with_its_hard_negative_has_both() {
    on_each_device(async || {
        Case::random(1, 3, 12, 0.05, 0.0).check().await;
        Case::random(1, 3, 12, 1.0, -0.7).check().await;
    })
    .await;
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
    on_each_device(async || {
        let mut losses = Vec::new();
        for temperature in [0.05, 0.07, 0.1, 0.125, 0.15, 0.2] {
            losses.push(separated(5, 1e-3, temperature).check().await.1);
        }
        // About (N−1)·exp(−1/τ): from 1e-8, where 1 + x is 1 in float32, to ordinary sizes.
        assert!(losses[0] < 1e-8 && losses[5] > 1e-2, "{losses:?}");
        assert!(losses.iter().any(|loss| (1e-4..1e-2).contains(loss)), "{losses:?}");
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn embeddings_that_are_nearly_equal_give_the_log_of_their_number() {
    on_each_device(async || {
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
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_zero_embedding_has_cosine_zero_and_the_gradient_of_its_clamped_norm() {
    on_each_device(async || {
        let mut case = Case::random(3, 2, 12, 1.0, 0.0);
        case.embeddings[12..24].fill(0.0);
        case.embeddings[48..60].fill(1e-10);
        let (actual, expected) = (case.run().await, case.reference());
        assert_eq!(actual.similarity[1], [0.0; 3]);
        // The clamped rows' gradients are 1e8 times the others': each row by itself.
        for (row, expected) in expected.grad.chunks_exact(12).enumerate() {
            let actual = &actual.d_embeddings[12 * row..12 * (row + 1)];
            assert_close(&format!("dz of row {row}"), actual, expected, bound(30, 32.0));
        }
    })
    .await;
}
