//! What analyses say, as numbers and a table.

use crate::{
    app::protocol::{AnalysedWeights, AnalysisReport},
    eval::GoldBin,
    text::{csv_text, number_cell},
};

/// Ranks whose singular values are written out.
pub const RANKS: [usize; 3] = [2, 10, 100];

/// From the middles of the histogram's intervals, hence exact to half of one, 0.025.
pub fn mean_cosine(bin: &GoldBin) -> Option<f64> {
    let width = 2.0 / bin.counts.len() as f64;
    let middles = (0..bin.counts.len()).map(|index| (index as f64 + 0.5) * width - 1.0);
    let sum: f64 = bin.counts.iter().zip(middles).map(|(&count, middle)| count as f64 * middle).sum();
    (bin.pairs > 0).then(|| sum / bin.pairs as f64)
}

/// The singular value of a rank, from 1, as a share of the largest.
pub fn relative(state: &AnalysedWeights, rank: usize) -> Option<f64> {
    let values = &state.analysis.singular_values;
    values.get(rank - 1).zip(values.first()).map(|(value, first)| value / first).filter(|v| v.is_finite())
}

/// A row a number, of each state in turn; all measures, or one of those of [`crate::eval::AnalysisRow`].
pub fn csv(report: &AnalysisReport, only: Option<&str>) -> String {
    let rows = report.states.iter().flat_map(|state| {
        let rows = state.analysis.rows().into_iter();
        rows.filter(|row| only.is_none_or(|only| row.measure == only)).map(|row| {
            let of = [report.model.clone(), state.step.to_string(), report.pooler.name().to_owned()];
            let what = [row.measure.to_owned(), row.gold.unwrap_or_default()];
            of.into_iter().chain(what).chain([row.at, row.value].map(number_cell))
        })
    });
    csv_text(["model", "step", "pooler", "measure", "gold", "at", "value"], rows)
}
