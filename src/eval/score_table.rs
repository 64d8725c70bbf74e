//! A table of models' scores on tasks, with an average for each row and published numbers for comparison.

use crate::text::csv_text;

/// A row: one model in one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    pub model: String,
    /// What the numbers are, such as `all` or `accuracy`.
    pub setting: &'static str,
    /// From the paper, not measured here.
    pub published: bool,
    /// By column; `None` where there is no number.
    pub scores: Vec<Option<f64>>,
    /// Mean over the columns; `None` where one is missing, since averages over different tasks cannot be compared.
    /// For a measured model's correlations, the mean over those that are defined.
    pub average: Option<f64>,
    /// The number of columns in the average.
    pub averaged: usize,
}

/// Rows of scores under the names of their tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    /// The paper's tasks under its names and in its order, then others under their own.
    pub columns: Vec<String>,
    /// One row per model and setting; the paper's rows last.
    pub rows: Vec<ScoreRow>,
}

impl ScoreTable {
    /// CSV (RFC 4180) with a header; two decimals, an empty cell where there is no number. If any average leaves
    /// tasks out, a last column has the number of tasks in each.
    pub fn to_csv(&self) -> String {
        let number = |score: &Option<f64>| score.map(|score| format!("{score:.2}")).unwrap_or_default();
        let partial = self.rows.iter().any(|row| row.partial().is_some());
        let header = ["model", "source", "setting"].into_iter();
        let header = header.chain(self.columns.iter().map(String::as_str)).chain(["average"]);
        let header = header.chain(partial.then_some("averaged"));
        let rows = self.rows.iter().map(|row| {
            let named = [row.model.clone(), row.source().to_owned(), row.setting.to_owned()];
            let averaged = partial.then(|| row.average.map(|_| row.averaged.to_string()).unwrap_or_default());
            named.into_iter().chain(row.scores.iter().chain([&row.average]).map(number)).chain(averaged)
        });
        csv_text(header, rows)
    }
}

impl ScoreRow {
    pub(super) fn new(model: &str, setting: &'static str, published: bool, scores: Vec<Option<f64>>) -> Self {
        let sum: Option<f64> = scores.iter().copied().sum();
        let average = sum.map(|sum| sum / scores.len() as f64);
        let averaged = scores.len();
        ScoreRow { model: model.to_owned(), setting, published, scores, average, averaged }
    }

    /// A row whose average is over the scores that are defined.
    pub(super) fn of_defined(model: &str, setting: &'static str, scores: Vec<Option<f64>>) -> Self {
        let averaged = scores.iter().flatten().count();
        let average = (averaged > 0).then(|| scores.iter().flatten().sum::<f64>() / averaged as f64);
        ScoreRow { model: model.to_owned(), setting, published: false, scores, average, averaged }
    }

    /// For an average that leaves columns out: the number of columns in it, and of all columns.
    pub fn partial(&self) -> Option<(usize, usize)> {
        let of = self.scores.len();
        (self.average.is_some() && self.averaged < of).then_some((self.averaged, of))
    }

    /// Where the numbers come from, as the CSV states it.
    pub fn source(&self) -> &'static str {
        if self.published { "paper" } else { "measured" }
    }
}
