//! What a chart over runs shows, as a table.

use super::RunRecord;

/// The charts, by what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    Loss,
    LearningRate,
    GradientNorm,
    /// Spearman, alignment and uniformity.
    Evaluations,
}

/// CSV of named runs, a line for each step or evaluation: the run's name, the step and what the chart shows, unsmoothed.
/// A value that could not be measured is left empty.
///
/// # Errors
/// None that writing into memory gives.
pub fn csv(runs: &[(String, &RunRecord)], chart: Chart) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns: &[&str] = match chart {
        Chart::Loss => &["loss"],
        Chart::LearningRate => &["learning_rate"],
        Chart::GradientNorm => &["gradient_norm"],
        Chart::Evaluations => &["spearman", "alignment", "uniformity"],
    };
    writer.write_record(["run", "step"].iter().chain(columns))?;
    for (name, run) in runs {
        let mut line = |step: u32, values: &[Option<f64>]| {
            let values = values.iter().map(|value| {
                value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
            });
            writer.write_record([name.clone(), step.to_string()].into_iter().chain(values))
        };
        if chart == Chart::Evaluations {
            for known in &run.evaluations {
                line(known.step, &[Some(known.spearman), known.alignment, Some(known.uniformity)])?;
            }
            continue;
        }
        for (index, step) in run.curve.step.iter().enumerate() {
            let column = match chart {
                Chart::Loss => &run.curve.loss,
                Chart::LearningRate => &run.curve.learning_rate,
                _ => &run.curve.gradient_norm,
            };
            line(*step, &[Some(shortest(column[index]))])?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The f64 that is written as the f32 is: 0.1 rather than 0.10000000149.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{
        Point, Progress,
        record::tests::{progress, record},
    };

    #[test]
    fn a_chart_becomes_a_line_for_each_run_and_step() {
        let mut first = record(1, |_| {});
        first.evaluated(progress(0, 61.5));
        first.step(Point { step: 1, loss: 0.1, learning_rate: 3e-5, gradient_norm: f32::NAN });
        first.evaluated(Progress { alignment: None, ..progress(1, 62.0) });
        let mut second = record(2, |_| {});
        second.step(Point { step: 1, loss: 2.0, learning_rate: 1e-4, gradient_norm: 1.5 });
        let runs = [("lr 3e-5, \"a\"".to_owned(), &first), ("b".to_owned(), &second)];
        let table = |chart| csv(&runs, chart).unwrap();
        assert_eq!(table(Chart::Loss), "run,step,loss\n\"lr 3e-5, \"\"a\"\"\",1,0.1\nb,1,2\n");
        assert_eq!(
            table(Chart::GradientNorm),
            "run,step,gradient_norm\n\"lr 3e-5, \"\"a\"\"\",1,\nb,1,1.5\n"
        );
        assert_eq!(
            csv(&runs[..1], Chart::Evaluations).unwrap().lines().skip(1).collect::<Vec<_>>(),
            ["\"lr 3e-5, \"\"a\"\"\",0,61.5,0.25,-2", "\"lr 3e-5, \"\"a\"\"\",1,62,,-2"]
        );
    }
}
