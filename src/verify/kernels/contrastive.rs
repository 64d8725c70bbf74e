//! Cosine similarities, contrastive cross-entropy and its gradient with respect to the embeddings.

use crate::{
    device::{DeviceError, View},
    kernels::{Contrastive, LossForm, METRICS, Step},
    verify::{
        bench::Bench,
        check::Checks,
        compare::bound,
        reference::{
            kernels::contrastive::{self as reference, Form, Settings},
            random::Random,
        },
    },
};

/// Below every logit that counts, above the −1e30 of one that is left out.
const LEFT_OUT: f64 = -9e29;

/// Embeddings view after view, [views · items, hidden], and the settings.
pub struct Case {
    items: usize,
    hidden: usize,
    pub embeddings: Vec<f64>,
    form: LossForm,
    temperature: f32,
    weight: f32,
    /// Threshold of false negatives; 0: none.
    pub threshold: f32,
    /// Columns of the embeddings that count.
    width: usize,
    /// Floats of a row of the similarity matrix.
    stride: usize,
}

/// Results of the kernels.
struct Results {
    /// Logits of each anchor's candidates.
    similarity: Vec<Vec<f32>>,
    losses: Vec<f32>,
    loss: f32,
    d_embeddings: Vec<f32>,
}

impl Case {
    /// Random embeddings, with all columns counted.
    fn random(items: usize, views: usize, hidden: usize, temperature: f32, weight: f32) -> Self {
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

    fn name(&self) -> String {
        let Self { items, hidden, form, temperature, weight, threshold, width, .. } = self;
        let views = self.rows() / items;
        format!(
            "{form:?}, {views}×{items}, width {width} of {hidden}, τ = {temperature}, w = {weight}, threshold \
             {threshold}"
        )
    }

    async fn run(&self, checks: &Checks) -> Result<Results, DeviceError> {
        let (bench, rows, len) = (checks.bench()?, self.rows(), self.embeddings.len());
        let (embeddings, unit) = (bench.floats(&self.embeddings)?, bench.output(len)?);
        let similarity = bench.output(self.anchors() * self.stride)?;
        let d_similarity = bench.output(self.anchors() * self.stride)?;
        let (norms, losses) = (bench.output(rows)?, bench.output(self.anchors())?);
        let (metrics, d_unit, d_embeddings) =
            (bench.output(METRICS)?, bench.output(len)?, bench.output(len)?);
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
                kernels.contrastive(plan, &loss)?;
                kernels.contrastive_backward(plan, &loss, &d_unit, &d_embeddings)
            })
            .await?;
        for (view, len) in [(&unit, len), (&norms, rows), (&d_similarity, self.anchors() * self.stride)] {
            bench.check_guard(view, len).await?;
        }
        bench.check_guard(&d_unit, len).await?;
        let similarity = self.without_padding(&bench, &similarity).await?;
        Ok(Results {
            similarity,
            losses: bench.read(&losses, self.anchors()).await?,
            loss: bench.read(&metrics, 1).await?[0],
            d_embeddings: bench.read(&d_embeddings, len).await?,
        })
    }

    async fn without_padding(&self, bench: &Bench<'_>, matrix: &View) -> Result<Vec<Vec<f32>>, DeviceError> {
        let values = bench.read(matrix, self.anchors() * self.stride).await?;
        let rows = values.chunks_exact(self.stride).zip(self.reference_anchors());
        Ok(rows.map(|(row, anchor)| row[..anchor.candidates.len()].to_vec()).collect())
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

    async fn check(&self, checks: &Checks) -> Result<(), DeviceError> {
        let (actual, expected) = (self.run(checks).await?, self.reference());
        // A logit is a product of two unit vectors (each with a sum over the width, a root and a division), over τ.
        // Its absolute error is the relative one of exp; differences of logits reach 2/τ, so exp adds 3 + 2·2/τ.
        let inverse = f64::from(1.0 / self.temperature);
        let cosine = bound(self.width, 12.0);
        let relative = 2.0 * inverse * cosine.relative() + bound(self.rows(), 8.0 + 4.0 * inverse).relative();
        for (anchor, (logits, expected_logits)) in actual.similarity.iter().zip(&expected.logits).enumerate()
        {
            let case = format!("{}, anchor {anchor}", self.name());
            let kept = |column: &usize| expected_logits[*column] > LEFT_OUT;
            let columns: Vec<usize> = (0..expected_logits.len()).filter(kept).collect();
            let kept: Vec<f32> = columns.iter().map(|column| logits[*column]).collect();
            let expected_kept: Vec<f64> = columns.iter().map(|column| expected_logits[*column]).collect();
            checks.close_beside("S", &case, &kept, &expected_kept, inverse, cosine);
            let differs = |column: &usize| {
                (f64::from(logits[*column]) < LEFT_OUT) != (expected_logits[*column] < LEFT_OUT)
            };
            let wrong = (0..expected_logits.len()).filter(differs);
            let named = |column: usize| format!("candidate {column} is {:e}", logits[column]);
            checks.none("left out", &case, wrong.map(named));
            let (found, loss) = (f64::from(actual.losses[anchor]), expected.losses[anchor]);
            checks.number("losses", &case, found, loss, loss, relative);
        }
        let case = self.name();
        let (loss, expected_loss) = (f64::from(actual.loss), expected.loss);
        checks.number("mean loss", &case, loss, expected_loss, expected_loss, relative);
        let gradient = bound(self.hidden + self.rows(), 1.0).relative() + relative;
        let gradient = bound(0, gradient / bound(0, 1.0).relative());
        checks.close("dz", &case, &actual.d_embeddings, &expected.grad, gradient);
        Ok(())
    }
}

/// Pairs and triplets, in sizes below, at and above tiles of 16 anchors and candidates and blocks of 8 vec4s.
pub async fn pairs_and_triplets(checks: &Checks) -> Result<(), DeviceError> {
    let shapes = [(2, 4), (7, 36), (16, 32), (17, 64), (33, 20), (65, 48), (3, 312)];
    for (items, hidden) in checks.cases(shapes, 3) {
        for temperature in [0.05, 1.0] {
            Case::random(items, 2, hidden, temperature, 0.0).check(checks).await?;
            Case::random(items, 3, hidden, temperature, 0.0).check(checks).await?;
            Case::random(items, 3, hidden, temperature, std::f32::consts::LN_2).check(checks).await?;
        }
    }
    Ok(())
}

/// The symmetric loss and NT-Xent.
pub async fn other_forms(checks: &Checks) -> Result<(), DeviceError> {
    for form in [LossForm::Symmetric, LossForm::NtXent] {
        for (items, hidden) in checks.cases([(1, 12), (7, 36), (16, 32), (17, 64), (65, 48)], 3) {
            for (views, weight) in [(2, 0.0), (3, 0.0), (3, 0.7)] {
                Case { form, ..Case::random(items, views, hidden, 0.05, weight) }.check(checks).await?;
            }
        }
    }
    Ok(())
}

/// Cases with a threshold of false negatives that is far from every cosine, so that rounding decides nothing.
pub fn threshold_cases() -> impl Iterator<Item = Case> {
    let settings =
        |form: LossForm| [(2, 0.31), (3, 0.31), (3, 0.05)].map(|(views, most)| (form, views, most));
    LossForm::ALL.into_iter().flat_map(settings).map(|(form, views, threshold)| Case {
        form,
        threshold,
        ..Case::random(23, views, 12, 0.1, 0.3)
    })
}

/// Negatives above the threshold are left out; an item's own hard negative stays.
pub async fn false_negatives(checks: &Checks) -> Result<(), DeviceError> {
    for case in threshold_cases() {
        case.check(checks).await?;
    }
    Ok(())
}

/// Widths below that of the embeddings, whose first columns count.
pub async fn narrow_widths(checks: &Checks) -> Result<(), DeviceError> {
    for (width, form) in [(4, LossForm::OneWay), (20, LossForm::NtXent), (32, LossForm::Symmetric)] {
        Case { width, form, ..Case::random(9, 3, 36, 0.05, 0.4) }.check(checks).await?;
    }
    Ok(())
}

/// A single item without negatives has neither loss nor gradient.
pub async fn no_negatives(checks: &Checks) -> Result<(), DeviceError> {
    let case = Case::random(1, 2, 12, 0.05, 0.0);
    let (results, name) = (case.run(checks).await?, case.name());
    checks.none("no loss", &name, (results.loss != 0.0).then(|| format!("the loss is {:e}", results.loss)));
    let some = results.d_embeddings.iter().enumerate().filter(|(_, value)| **value != 0.0);
    checks.none("no gradient", &name, some.map(|(i, value)| format!("element {i} is {value:e}")));
    Ok(())
}

/// A single item with its hard negative.
pub async fn one_negative(checks: &Checks) -> Result<(), DeviceError> {
    Case::random(1, 3, 12, 0.05, 0.0).check(checks).await?;
    Case::random(1, 3, 12, 1.0, -0.7).check(checks).await
}

/// Items along different axes, with positives at a distance of about `noise`.
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

/// Losses of about (N−1)·exp(−1/τ): from 1e-8, where 1 + x is 1 in float32, to ordinary sizes.
pub fn tiny_cases() -> [Case; 6] {
    [0.05, 0.07, 0.1, 0.125, 0.15, 0.2].map(|temperature| separated(5, 1e-3, temperature))
}

/// A tiny loss and its gradient keep their relative accuracy.
pub async fn tiny_losses(checks: &Checks) -> Result<(), DeviceError> {
    for case in tiny_cases() {
        case.check(checks).await?;
    }
    Ok(())
}

/// Seven items whose embeddings are nearly equal: the loss is about ln 7.
pub fn nearly_equal_case() -> Case {
    let mut case = Case::random(7, 2, 36, 0.05, 0.0);
    let first = case.embeddings[..36].to_vec();
    for (index, value) in case.embeddings.iter_mut().enumerate() {
        *value = f64::from((first[index % 36] + 1e-4 * *value) as f32);
    }
    case
}

/// Embeddings that are nearly equal.
pub async fn nearly_equal(checks: &Checks) -> Result<(), DeviceError> {
    let case = nearly_equal_case();
    let (actual, expected) = (case.run(checks).await?, case.reference());
    // Cosines near 1 have the rounding errors of two unit vectors, and the loss has those over τ.
    let absolute = 20.0 * bound(36, 12.0).relative();
    let loss = f64::from(actual.loss);
    checks.number("loss of equal embeddings", &case.name(), loss, expected.loss, 1.0, absolute);
    Ok(())
}

/// A zero embedding has cosine zero, and the gradient of a clamped norm.
pub async fn zero_embeddings(checks: &Checks) -> Result<(), DeviceError> {
    let mut case = Case::random(3, 2, 12, 1.0, 0.0);
    case.embeddings[12..24].fill(0.0);
    case.embeddings[48..60].fill(1e-10);
    let (actual, expected, name) = (case.run(checks).await?, case.reference(), case.name());
    let some = actual.similarity[1].iter().enumerate().filter(|(_, value)| **value != 0.0);
    checks.none("cosine 0", &name, some.map(|(i, value)| format!("candidate {i} is {value:e}")));
    // Row by row: gradients of clamped rows are 1e8 times the others.
    for (row, expected) in expected.grad.chunks_exact(12).enumerate() {
        let actual = &actual.d_embeddings[12 * row..12 * (row + 1)];
        checks.close("dz of zero", &format!("{name}, row {row}"), actual, expected, bound(30, 32.0));
    }
    Ok(())
}
