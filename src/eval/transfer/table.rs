//! Makes the table of transfer tasks, in the order of table E.1 of arXiv 2104.08821.

use std::collections::BTreeSet;

use super::TransferScore;
use crate::{
    eval::{ScoreRow, ScoreTable, published::PUBLISHED_TRANSFER},
    text::TransferKind,
};

/// A setting's name, and how to read its number, if the task has it.
type Setting = (&'static str, fn(&TransferScore) -> Option<f64>);

const SETTINGS: [Setting; 3] = [
    ("accuracy", |score| Some(score.accuracy)),
    ("dev accuracy", |score| Some(score.dev_accuracy)),
    ("F1", |score| score.f1),
];

/// `measured` are models' names with their scores in per cent, which need not be on the same tasks. Each model has two
/// rows, and a third with F1 if a task has it; the paper's accuracies follow.
pub fn transfer_table(measured: &[(String, &[TransferScore])]) -> ScoreTable {
    let kinds: BTreeSet<TransferKind> =
        measured.iter().flat_map(|(_, scores)| scores.iter().map(|score| score.task)).collect();
    let mut rows = Vec::new();
    for (model, scores) in measured {
        for (setting, value) in SETTINGS {
            let of = |kind: &TransferKind| scores.iter().find(|score| score.task == *kind).and_then(value);
            let values: Vec<Option<f64>> = kinds.iter().map(of).collect();
            if values.iter().any(Option::is_some) {
                rows.push(ScoreRow::new(model, setting, false, values));
            }
        }
    }
    if !kinds.is_empty() {
        rows.extend(PUBLISHED_TRANSFER.iter().map(|row| {
            let own = TransferKind::ALL.into_iter().zip(row.scores);
            let scores = own.filter(|(kind, _)| kinds.contains(kind)).map(|(_, score)| Some(score));
            ScoreRow::new(row.model, "accuracy", true, scores.collect())
        }));
    }
    ScoreTable { columns: kinds.iter().map(|kind| kind.name().to_owned()).collect(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(task: TransferKind, accuracy: f64, f1: Option<f64>) -> TransferScore {
        TransferScore { task, accuracy, dev_accuracy: accuracy + 1.0, f1, dev_items: 9, test_items: 9 }
    }

    #[test]
    fn columns_follow_the_paper_and_f1_is_a_row_of_its_own() {
        let scores = [score(TransferKind::Mrpc, 70.0, Some(80.5)), score(TransferKind::Cr, 85.0, None)];
        let table = transfer_table(&[("mine".to_owned(), &scores), ("part".to_owned(), &scores[1..])]);
        assert_eq!(table.columns, ["CR", "MRPC"]);
        let rows: Vec<_> =
            table.rows.iter().map(|row| (row.setting, row.scores.clone(), row.average)).collect();
        assert_eq!(
            rows[..5],
            [
                ("accuracy", vec![Some(85.0), Some(70.0)], Some(77.5)),
                ("dev accuracy", vec![Some(86.0), Some(71.0)], Some(78.5)),
                ("F1", vec![None, Some(80.5)], None),
                ("accuracy", vec![Some(85.0), None], None),
                ("dev accuracy", vec![Some(86.0), None], None),
            ]
        );
        assert_eq!(rows[5].1, [Some(86.46), Some(74.43)]);
        assert_eq!((rows.len(), table.rows[6].source()), (7, "paper"));
        assert!(table.to_csv().contains("mine,measured,F1,,80.50,\n"));
        assert!(transfer_table(&[]).rows.is_empty());
    }
}
