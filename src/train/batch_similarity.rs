//! What a step's loss was computed of, to be looked at.

use super::TrainOptions;
use crate::kernels::LossForm;

/// Cosines of a step's anchors with their candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSimilarity {
    /// From 1.
    pub step: u32,
    pub form: LossForm,
    pub items: usize,
    /// Anchors.
    pub rows: usize,
    /// Candidates.
    pub columns: usize,
    /// [rows, columns], NaN where a candidate is left out.
    pub cosines: Vec<f32>,
}

/// Below this a logit stands for a candidate that is left out (shaders/contrastive.wgsl).
const LEFT_OUT: f32 = -1e29;

impl BatchSimilarity {
    /// The column of a row's positive.
    pub fn positive(&self, row: usize) -> usize {
        match self.form {
            LossForm::NtXent => (row + self.items) % (2 * self.items),
            _ => row % self.items,
        }
    }

    /// `shape`: items, views, and floats between rows of `logits` (S of [`crate::kernels::Contrastive`]).
    pub(super) fn new(
        step: u32,
        options: &TrainOptions,
        (items, views, stride): (usize, usize, usize),
        logits: &[f32],
    ) -> Self {
        let form = options.loss;
        let (rows, columns) = (items * form.anchor_views(), form.candidates(items, views));
        let mut cosines = Vec::with_capacity(rows * columns);
        for (row, logits) in logits.chunks(stride.max(1)).take(rows).enumerate() {
            // As the shader numbers candidates.
            let second = row >= items;
            let first = if form == LossForm::NtXent || second { 0 } else { items };
            let end = if form == LossForm::Symmetric && second { items } else { items * views };
            for (candidate, logit) in (first..).zip(logits).take(columns) {
                let own_negative = candidate == 2 * items + row % items;
                let weight = if own_negative { options.hard_negative_weight } else { 0.0 };
                cosines.push(match candidate >= end || *logit < LEFT_OUT {
                    true => f32::NAN,
                    false => (logit - weight) * options.temperature,
                });
            }
        }
        Self { step, form, items, rows, columns, cosines }
    }
}
