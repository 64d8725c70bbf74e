//! shaders/contrastive.wgsl on the CPU; the formulas are at its head.

use std::ops::Range;

use super::{Contrastive, LossForm};
use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split, View},
    kernels::{
        ITEMS, Kernels, ROWS, Step,
        cpu::CpuKernel,
        vector::{add_scaled, dot, exp, largest, sum},
    },
};

const SMALLEST_NORM: f32 = 1e-8;
/// Logit of a candidate that is left out: its exponential is 0.
const LEFT_OUT: f32 = -1e30;
/// Rows of a chunk.
const CHUNK_ROWS: u32 = 4;

/// Which rows are anchors, and what their candidates are.
#[derive(Clone, Copy)]
struct Roles {
    form: LossForm,
    items: usize,
    rows: usize,
}

impl Roles {
    #[inline(always)]
    fn new(form: LossForm, step: &Step) -> Self {
        Self { form, items: step.items as usize, rows: step.rows as usize }
    }

    #[inline(always)]
    fn anchors(self) -> usize {
        self.form.anchor_views() * self.items
    }

    #[inline(always)]
    fn candidates(self, anchor: usize) -> Range<usize> {
        match self.form {
            LossForm::NtXent => 0..self.rows,
            LossForm::Symmetric if anchor >= self.items => 0..self.items,
            _ => self.items..self.rows,
        }
    }

    /// p(a), a row.
    #[inline(always)]
    fn positive(self, anchor: usize) -> usize {
        if anchor < self.items { anchor + self.items } else { anchor - self.items }
    }

    /// The anchors that have `row` among their candidates.
    #[inline(always)]
    fn anchors_of(self, row: usize) -> Range<usize> {
        match (self.form, row < self.items) {
            (LossForm::NtXent, _) => 0..self.anchors(),
            (LossForm::OneWay, true) => 0..0,
            (LossForm::Symmetric, true) => self.items..self.anchors(),
            (_, false) => 0..self.items,
        }
    }
}

#[derive(Clone, Copy)]
struct Sizes {
    form: LossForm,
    hidden: usize,
    width: usize,
    stride: usize,
    accumulate: bool,
}

fn sizes(loss: &Contrastive) -> Sizes {
    let Contrastive { form, hidden, width, accumulate, stride, .. } = *loss;
    let [hidden, width, stride] = [hidden, width, stride].map(|size| size as usize);
    Sizes { form, hidden, width, stride, accumulate }
}

pub(super) fn forward(kernels: &Kernels, plan: &mut Plan, loss: &Contrastive) -> Result<(), DeviceError> {
    let sizes = sizes(loss);
    let outputs = [(loss.unit, sizes.width), (loss.norms, 1)];
    let rows = Split::rows(ROWS, CHUNK_ROWS);
    kernels.call_cpu(plan, "normalize_rows", &rows, [loss.embeddings], outputs, Normalize(sizes))?;
    let anchors = Split::rows(ITEMS, CHUNK_ROWS).times(loss.form.anchor_views() as u32);
    let outputs = [(loss.similarity, sizes.stride), (loss.d_similarity, sizes.stride), (loss.losses, 1)];
    kernels.call_cpu(plan, "cross_entropy", &anchors, [loss.unit], outputs, CrossEntropy(sizes))?;
    let one = Split::rows(Extent::Fixed(1), 1);
    kernels.call_cpu(plan, "mean_loss", &one, [loss.losses], [(loss.metrics, 1)], MeanLoss(sizes))
}

struct Normalize(Sizes);

impl CpuKernel<1, 2> for Normalize {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [embeddings]: [&[f32]; 1], [unit, norms]: [&mut [f32]; 2]) {
        let Sizes { hidden, width, .. } = self.0;
        for ((row, unit), norm) in chunk.rows.zip(unit.chunks_exact_mut(width)).zip(norms) {
            let z = &embeddings[row * hidden..][..width];
            *norm = dot(z, z).sqrt();
            let divisor = norm.max(SMALLEST_NORM);
            for (unit, z) in unit.iter_mut().zip(z) {
                *unit = z / divisor;
            }
        }
    }
}

struct CrossEntropy(Sizes);

impl CpuKernel<1, 3> for CrossEntropy {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [unit]: [&[f32]; 1],
        [similarity, d_similarity, losses]: [&mut [f32]; 3],
    ) {
        let Sizes { form, width, stride, .. } = self.0;
        let roles = Roles::new(form, step);
        let rows = similarity.chunks_exact_mut(stride).zip(d_similarity.chunks_exact_mut(stride));
        for ((anchor, (logits, d_logits)), loss) in chunk.rows.zip(rows).zip(losses) {
            let candidates = roles.candidates(anchor);
            let own = &unit[anchor * width..][..width];
            for (logit, candidate) in logits.iter_mut().zip(candidates.clone()) {
                *logit =
                    self.logit(step, roles, anchor, candidate, dot(own, &unit[candidate * width..][..width]));
            }
            let count = candidates.len();
            let label = roles.positive(anchor) - candidates.start;
            *loss = cross_entropy(&logits[..count], &mut d_logits[..count], label, roles.anchors() as f32);
        }
    }
}

impl CrossEntropy {
    /// S of one anchor and candidate.
    #[inline(always)]
    fn logit(&self, step: &Step, roles: Roles, anchor: usize, candidate: usize, cosine: f32) -> f32 {
        let own_hard_negative = candidate == 2 * roles.items + anchor % roles.items;
        let labelled = own_hard_negative || candidate == roles.positive(anchor);
        let threshold = step.false_negative_threshold;
        if candidate == anchor || (threshold > 0.0 && cosine > threshold && !labelled) {
            return LEFT_OUT;
        }
        let weight = if own_hard_negative { step.hard_negative_weight } else { 0.0 };
        cosine * step.inverse_temperature + weight
    }
}

/// `−log softmax(logits)[label]`, returned, and its gradient divided by `anchors`.
#[inline(always)]
fn cross_entropy(logits: &[f32], d_logits: &mut [f32], label: usize, anchors: f32) -> f32 {
    let largest = largest(logits);
    for (e, logit) in d_logits.iter_mut().zip(logits) {
        *e = exp(logit - largest);
    }
    let positive = d_logits[label];
    d_logits[label] = 0.0;
    let others = sum(d_logits);
    let sum = others + positive;
    for e in d_logits.iter_mut() {
        *e = *e / sum / anchors;
    }
    // softmax − 1 as −others/sum: no cancellation where the positive has nearly all of the sum.
    d_logits[label] = -others / sum / anchors;
    // log(1 + x) with x = Σ_{c≠p} exp(S_ac − S_ap), so that a small loss keeps its digits.
    let x = others / positive.max(1e-38);
    if x < 0.5 { x.ln_1p() } else { sum.ln() + (largest - logits[label]) }
}

struct MeanLoss(Sizes);

impl CpuKernel<1, 1> for MeanLoss {
    #[inline(always)]
    fn run(&self, step: &Step, _: Chunk, [losses]: [&[f32]; 1], [metrics]: [&mut [f32]; 1]) {
        let anchors = Roles::new(self.0.form, step).anchors();
        let mean = sum(&losses[..anchors]) / anchors as f32;
        metrics[0] = if self.0.accumulate { metrics[0] + mean } else { mean };
    }
}

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    loss: &Contrastive,
    d_unit: &View,
    d_embeddings: &View,
) -> Result<(), DeviceError> {
    let sizes = sizes(loss);
    let rows = Split::rows(ROWS, CHUNK_ROWS);
    let inputs = [loss.unit, loss.d_similarity];
    let kernel = SimilarityBackward(sizes);
    kernels.call_cpu(plan, "similarity_backward", &rows, inputs, [(d_unit, sizes.width)], kernel)?;
    let inputs = [loss.unit, loss.norms, d_unit];
    let kernel = NormalizeBackward(sizes);
    kernels.call_cpu(plan, "normalize_backward", &rows, inputs, [(d_embeddings, sizes.hidden)], kernel)
}

struct SimilarityBackward(Sizes);

impl CpuKernel<2, 1> for SimilarityBackward {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [unit, d_similarity]: [&[f32]; 2], [d_unit]: [&mut [f32]; 1]) {
        let Sizes { form, width, stride, .. } = self.0;
        let roles = Roles::new(form, step);
        let unit = |row: usize| &unit[row * width..][..width];
        for (row, dn) in chunk.rows.zip(d_unit.chunks_exact_mut(width)) {
            dn.fill(0.0);
            if row < roles.anchors() {
                for (candidate, ds) in roles.candidates(row).zip(&d_similarity[row * stride..]) {
                    add_scaled(dn, *ds, unit(candidate));
                }
            }
            for anchor in roles.anchors_of(row) {
                let column = row - roles.candidates(anchor).start;
                add_scaled(dn, d_similarity[anchor * stride + column], unit(anchor));
            }
            dn.iter_mut().for_each(|dn| *dn *= step.inverse_temperature);
        }
    }
}

struct NormalizeBackward(Sizes);

impl CpuKernel<3, 1> for NormalizeBackward {
    #[inline(always)]
    fn run(
        &self,
        _: &Step,
        chunk: Chunk,
        [unit, norms, d_unit]: [&[f32]; 3],
        [d_embeddings]: [&mut [f32]; 1],
    ) {
        let Sizes { hidden, width, accumulate, .. } = self.0;
        for (row, dz) in chunk.rows.zip(d_embeddings.chunks_exact_mut(hidden)) {
            let (n, dn) = (&unit[row * width..][..width], &d_unit[row * width..][..width]);
            // A clamped norm is a constant: it has no gradient.
            let along = if norms[row] <= SMALLEST_NORM { 0.0 } else { dot(n, dn) };
            let divisor = norms[row].max(SMALLEST_NORM);
            if !accumulate {
                dz.fill(0.0);
            }
            for ((dz, n), dn) in dz.iter_mut().zip(n).zip(dn) {
                *dz += (dn - n * along) / divisor;
            }
        }
    }
}
