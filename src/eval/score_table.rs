//! Scores of models on tasks as the table that papers print, with published numbers beside.

use crate::text::csv_text;

/// A row: one model in one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    pub model: String,
    /// What the numbers are: `all`, say, or `accuracy`.
    pub setting: &'static str,
    /// From the paper, not measured here.
    pub published: bool,
    /// By column; `None` where there is no number.
    pub scores: Vec<Option<f64>>,
    /// Over the columns; `None` where one is missing, since averages over different tasks do not compare. Of a
    /// model's correlations, over those that are defined.
    pub average: Option<f64>,
    /// How many columns the average is over.
    pub averaged: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    /// The paper's tasks by its names and in its order, then others by their own.
    pub columns: Vec<String>,
    /// A model's settings one after another; the paper's rows last.
    pub rows: Vec<ScoreRow>,
}

impl ScoreTable {
    /// RFC 4180, a header and a row a line; two decimals, nothing where there is no number. Where an average leaves
    /// tasks out, a last column says over how many each is.
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

    /// A model's correlations; the average is over those that are defined.
    pub(super) fn of_defined(model: &str, setting: &'static str, scores: Vec<Option<f64>>) -> Self {
        let averaged = scores.iter().flatten().count();
        let average = (averaged > 0).then(|| scores.iter().flatten().sum::<f64>() / averaged as f64);
        ScoreRow { model: model.to_owned(), setting, published: false, scores, average, averaged }
    }

    /// Of an average that leaves columns out: over how many it is, of how many.
    pub fn partial(&self) -> Option<(usize, usize)> {
        let of = self.scores.len();
        (self.average.is_some() && self.averaged < of).then_some((self.averaged, of))
    }

    /// Where the numbers are from, in a word.
    pub fn source(&self) -> &'static str {
        if self.published { "paper" } else { "measured" }
    }
}
