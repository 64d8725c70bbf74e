//! Scores of models on tasks as the table that papers print, with published numbers beside.

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
    /// Over the columns; `None` where one is missing, since averages over different tasks do not compare.
    pub average: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    /// The paper's tasks by its names and in its order, then others by their own.
    pub columns: Vec<String>,
    /// A model's settings one after another; the paper's rows last.
    pub rows: Vec<ScoreRow>,
}

impl ScoreTable {
    /// RFC 4180, a header and a row a line; two decimals, nothing where there is no number.
    pub fn to_csv(&self) -> String {
        let quoted = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.to_owned(),
        };
        let number = |score: &Option<f64>| score.map(|score| format!("{score:.2}")).unwrap_or_default();
        let mut header = vec!["model".to_owned(), "source".to_owned(), "setting".to_owned()];
        header.extend(self.columns.iter().map(|column| quoted(column)));
        header.push("average".to_owned());
        let mut lines = vec![header.join(",")];
        for row in &self.rows {
            let mut cells = vec![quoted(&row.model), row.source().to_owned(), row.setting.to_owned()];
            cells.extend(row.scores.iter().chain([&row.average]).map(number));
            lines.push(cells.join(","));
        }
        lines.join("\n") + "\n"
    }
}

impl ScoreRow {
    pub(super) fn new(model: &str, setting: &'static str, published: bool, scores: Vec<Option<f64>>) -> Self {
        let sum: Option<f64> = scores.iter().copied().sum();
        let average = sum.map(|sum| sum / scores.len() as f64);
        ScoreRow { model: model.to_owned(), setting, published, scores, average }
    }

    /// Where the numbers are from, in a word.
    pub fn source(&self) -> &'static str {
        if self.published { "paper" } else { "measured" }
    }
}
