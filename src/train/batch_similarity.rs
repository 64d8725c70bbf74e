//! The cosines from which a step's loss was computed, for display and export.

use strum::IntoStaticStr;

use super::TrainOptions;
use crate::{
    eval::{COSINE_BINS, cosine_bin, cosine_bin_range},
    kernels::LossForm,
    text::{csv_text, single_cell},
};

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
    /// [rows, columns]; NaN where the loss leaves a candidate out.
    pub cosines: Vec<f32>,
}

/// The role of a candidate for an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Candidate {
    Positive,
    /// A view of another item.
    Negative,
    /// A hard negative of this item or of another.
    HardNegative,
}

impl Candidate {
    pub const ALL: [Self; 3] = [Self::Positive, Self::Negative, Self::HardNegative];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A logit below this marks a candidate that is left out (shaders/contrastive.wgsl).
const LEFT_OUT: f32 = -1e29;

impl BatchSimilarity {
    /// The column of a row's positive.
    pub fn positive(&self, row: usize) -> usize {
        match self.form {
            LossForm::NtXent => (row + self.items) % (2 * self.items),
            _ => row % self.items,
        }
    }

    /// The first column of hard negatives; `columns` if there are none.
    pub fn hard_negatives(&self) -> usize {
        // The second block of columns of NT-Xent are the second views.
        let views = if self.form == LossForm::NtXent { 2 } else { 1 };
        self.columns.min(views * self.items)
    }

    /// The role of a column's candidate for a row's anchor.
    pub fn candidate(&self, row: usize, column: usize) -> Candidate {
        match column {
            _ if column == self.positive(row) => Candidate::Positive,
            _ if column >= self.hard_negatives() => Candidate::HardNegative,
            _ => Candidate::Negative,
        }
    }

    /// The role and cosine of every candidate that is not left out.
    pub fn candidates(&self) -> impl Iterator<Item = (Candidate, f32)> {
        self.cosines.chunks(self.columns.max(1)).enumerate().flat_map(move |(row, cosines)| {
            let kept = cosines.iter().enumerate().filter(|(_, cosine)| !cosine.is_nan());
            kept.map(move |(column, cosine)| (self.candidate(row, column), *cosine))
        })
    }

    /// The mean cosine of positives, and of all other candidates.
    pub fn means(&self) -> [f64; 2] {
        let mut sums = [(0.0, 0_usize); 2];
        for (candidate, cosine) in self.candidates() {
            let (sum, count) = &mut sums[usize::from(candidate != Candidate::Positive)];
            *sum += f64::from(cosine);
            *count += 1;
        }
        sums.map(|(sum, count)| sum / count.max(1) as f64)
    }

    /// For each of [`Candidate::ALL`], the number of candidates in each interval of cosines, see [`cosine_bin`].
    pub fn histogram(&self) -> [[u32; COSINE_BINS]; 3] {
        let mut counts = [[0; COSINE_BINS]; 3];
        for (candidate, cosine) in self.candidates() {
            counts[candidate as usize][cosine_bin(f64::from(cosine))] += 1;
        }
        counts
    }

    /// The cosines as CSV: one line per anchor, one column per candidate, numbered from 1. Cells of candidates that
    /// are left out are empty.
    pub fn matrix_csv(&self) -> String {
        let hard = self.hard_negatives();
        let heads = (0..self.columns).map(|column| {
            if column < hard {
                (column + 1).to_string()
            } else {
                format!("{}_{}", Candidate::HardNegative.name(), column - hard + 1)
            }
        });
        let lines = self.cosines.chunks(self.columns.max(1)).zip(1..).map(|(cosines, row)| {
            let cells = cosines.iter().copied().map(single_cell);
            std::iter::once(row.to_string()).chain(cells)
        });
        csv_text(std::iter::once("anchor".to_owned()).chain(heads), lines)
    }

    /// [`Self::histogram`] as CSV, one line per interval.
    pub fn histogram_csv(&self) -> String {
        let counts = self.histogram();
        let lines = (0..COSINE_BINS).map(|bin| {
            let (low, high) = cosine_bin_range(bin);
            let counts = counts.map(|counts| counts[bin].to_string());
            [low.to_string(), high.to_string()].into_iter().chain(counts)
        });
        let heads = Candidate::ALL.map(Candidate::name);
        csv_text(["cosine_from", "cosine_to"].into_iter().chain(heads), lines)
    }

    /// `logits` are S of [`crate::kernels::Contrastive`]; the tuple is items, views, and the stride between rows of
    /// `logits` in floats.
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
            // The numbering of candidates in shaders/contrastive.wgsl.
            let second = row >= items;
            let first = if form == LossForm::NtXent || second { 0 } else { items };
            let end = if form == LossForm::Symmetric && second { items } else { items * views };
            for (candidate, logit) in (first..).zip(logits).take(columns) {
                let own_negative = candidate == 2 * items + row % items;
                let weight = if own_negative { options.hard_negative_weight } else { 0.0 };
                cosines.push(if candidate >= end || *logit < LEFT_OUT {
                    f32::NAN
                } else {
                    (logit - weight) * options.temperature
                });
            }
        }
        Self { step, form, items, rows, columns, cosines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(form: LossForm, columns: usize, cosines: &[f32]) -> BatchSimilarity {
        let rows = cosines.len() / columns;
        BatchSimilarity { step: 1, form, items: 2, rows, columns, cosines: cosines.to_vec() }
    }

    #[test]
    fn candidates_of_a_triplet_batch_are_counted_by_role() {
        #[rustfmt::skip]
        let batch = batch(LossForm::OneWay, 4, &[
            0.92, 0.1, 0.3, f32::NAN,
            -1.0, 1.0, 0.1, 0.12,
        ]);
        let found: Vec<_> = batch.candidates().collect();
        let named =
            |name| move |(candidate, cosine): &(Candidate, f32)| (*candidate == name).then_some(*cosine);
        let of = |name| found.iter().filter_map(named(name)).collect::<Vec<_>>();
        assert_eq!(of(Candidate::Positive), [0.92, 1.0]);
        assert_eq!(of(Candidate::Negative), [0.1, -1.0]);
        assert_eq!(of(Candidate::HardNegative), [0.3, 0.1, 0.12]);
        let [positive, other] = batch.means();
        assert!(
            (positive - 0.96).abs() < 1e-6 && (other - (0.1 - 1.0 + 0.3 + 0.1 + 0.12) / 5.0).abs() < 1e-6
        );
        let [positives, negatives, hard] = batch.histogram();
        assert_eq!((positives[38], positives[39], positives.iter().sum::<u32>()), (1, 1, 2));
        assert_eq!((negatives[0], negatives[22]), (1, 1));
        assert_eq!((hard[22], hard[26]), (2, 1));
        assert_eq!(
            batch.matrix_csv(),
            "anchor,1,2,hard_negative_1,hard_negative_2\n1,0.92,0.1,0.3,\n2,-1,1,0.1,0.12\n"
        );
        let table = batch.histogram_csv();
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 1 + COSINE_BINS);
        assert_eq!(
            [lines[0], lines[1]],
            ["cosine_from,cosine_to,positive,negative,hard_negative", "-1,-0.95,0,1,0"]
        );
        assert_eq!([lines[23], lines[40]], ["0.1,0.15,0,1,2", "0.95,1,1,0,0"]);
    }

    #[test]
    fn the_second_views_of_nt_xent_are_not_hard_negatives() {
        let batch = batch(LossForm::NtXent, 4, &[0.0; 16]);
        let row = |row| (0..4).map(|column| batch.candidate(row, column)).collect::<Vec<_>>();
        use Candidate::{Negative, Positive};
        assert_eq!(row(0), [Negative, Negative, Positive, Negative]);
        assert_eq!(row(3), [Negative, Positive, Negative, Negative]);
    }
}
