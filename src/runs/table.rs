//! The values that a chart of runs shows, as CSV.

use super::{EvaluationPoint, RunRecord};
use crate::text::{csv_text, number_cell, single_cell};

/// The charts of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    Loss,
    LearningRate,
    GradientNorm,
    /// Spearman, alignment and uniformity.
    Evaluations,
}

/// CSV of named runs with one line per step or evaluation: the run's name, the step and the chart's values, unsmoothed.
/// The cell of an undefined value is empty.
pub fn csv(runs: &[(String, &RunRecord)], chart: Chart) -> String {
    let columns: &[&str] = match chart {
        Chart::Loss => &["loss"],
        Chart::LearningRate => &["learning_rate"],
        Chart::GradientNorm => &["gradient_norm"],
        Chart::Evaluations => &["spearman", "alignment", "uniformity"],
    };
    let lines = runs.iter().flat_map(|(name, run)| {
        let line = move |(step, values): (u32, Vec<String>)| {
            [name.clone(), step.to_string()].into_iter().chain(values)
        };
        values(run, chart).into_iter().map(line)
    });
    csv_text(["run", "step"].iter().chain(columns), lines)
}

/// Each step with the cells of its values.
fn values(run: &RunRecord, chart: Chart) -> Vec<(u32, Vec<String>)> {
    let column = match chart {
        Chart::Loss => &run.curve.loss,
        Chart::LearningRate => &run.curve.learning_rate,
        Chart::GradientNorm => &run.curve.gradient_norm,
        Chart::Evaluations => {
            let cells = |known: &EvaluationPoint| {
                [known.spearman, known.alignment, known.uniformity].map(number_cell).to_vec()
            };
            return run.evaluations.iter().map(|known| (known.step, cells(known))).collect();
        }
    };
    run.curve.step.iter().zip(column).map(|(step, value)| (*step, vec![single_cell(*value)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{
        Point,
        record::tests::{progress, record},
    };

    #[test]
    fn the_table_of_a_chart_has_a_line_for_each_run_and_step() {
        let mut first = record(1, |_| {});
        first.evaluated(progress(0, 61.5));
        first.step(Point { step: 1, loss: 0.1, learning_rate: 3e-5, gradient_norm: f32::NAN });
        first.evaluated(EvaluationPoint { alignment: None, ..progress(1, 62.0) });
        first.evaluated(EvaluationPoint { spearman: None, uniformity: None, ..progress(2, 0.0) });
        let mut second = record(2, |_| {});
        second.step(Point { step: 1, loss: 2.0, learning_rate: 1e-4, gradient_norm: 1.5 });
        let runs = [("lr 3e-5, \"a\"".to_owned(), &first), ("b".to_owned(), &second)];
        let table = |chart| csv(&runs, chart);
        assert_eq!(table(Chart::Loss), "run,step,loss\n\"lr 3e-5, \"\"a\"\"\",1,0.1\nb,1,2\n");
        assert_eq!(
            table(Chart::GradientNorm),
            "run,step,gradient_norm\n\"lr 3e-5, \"\"a\"\"\",1,\nb,1,1.5\n"
        );
        assert_eq!(
            csv(&runs[..1], Chart::Evaluations).lines().skip(1).collect::<Vec<_>>(),
            [
                "\"lr 3e-5, \"\"a\"\"\",0,61.5,0.25,-2",
                "\"lr 3e-5, \"\"a\"\"\",1,62,,-2",
                "\"lr 3e-5, \"\"a\"\"\",2,,0.25,"
            ]
        );
    }
}
