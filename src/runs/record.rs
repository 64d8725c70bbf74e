//! The record of one run.

use serde::{Deserialize, Serialize};

use super::{Curve, Point};
use crate::train::TrainOptions;

/// The inputs and the recipe of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSetting {
    /// Name of the model.
    pub model: String,
    /// Name of the training text.
    pub text: String,
    /// Name of the evaluation pairs; `None` if the run was not evaluated.
    pub pairs: Option<String>,
    /// Whether it started from the weights of an earlier run.
    pub from_trained: bool,
    pub options: TrainOptions,
}

/// One evaluation during a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EvaluationPoint {
    /// Steps done; 0 before the first step.
    pub step: u32,
    /// Spearman's rank correlation × 100. Like the other two, `None` where it is undefined.
    pub spearman: Option<f64>,
    pub alignment: Option<f64>,
    pub uniformity: Option<f64>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is running, or the page was closed while it was.
    #[default]
    Open,
    Completed,
    Stopped,
    Failed,
}

/// Everything that is kept of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it began, in milliseconds since 1970; identifies the run within a browser.
    pub started: u64,
    /// The name given by the user; without one it is named by what differs from the other runs.
    pub name: Option<String>,
    pub setting: RunSetting,
    /// Steps in the recipe.
    pub total: u32,
    pub curve: Curve,
    /// Ascending by step.
    pub evaluations: Vec<EvaluationPoint>,
    pub outcome: Outcome,
}

impl RunRecord {
    pub fn new(started: u64, setting: RunSetting, total: u32) -> Self {
        Self {
            started,
            name: None,
            setting,
            total,
            curve: Curve::default(),
            evaluations: Vec::new(),
            outcome: Outcome::Open,
        }
    }

    pub fn step(&mut self, point: Point) {
        self.evaluations.retain(|known| known.step < point.step);
        self.curve.push(point);
    }

    pub fn evaluated(&mut self, progress: EvaluationPoint) {
        self.evaluations.retain(|known| known.step < progress.step);
        self.evaluations.push(progress);
    }

    /// Steps done.
    pub fn done(&self) -> u32 {
        self.curve.step.last().copied().unwrap_or(0)
    }

    /// The highest Spearman with its step, the first one on a tie; `None` if none was defined.
    pub fn best(&self) -> Option<(u32, f64)> {
        let scored = self.evaluations.iter().filter_map(|known| Some((known.step, known.spearman?)));
        scored.reduce(|best, other| if other.1 > best.1 { other } else { best })
    }

    pub(super) fn is_sound(&self) -> bool {
        self.curve.is_sound() && self.evaluations.windows(2).all(|pair| pair[0].step < pair[1].step)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn record(started: u64, change: impl FnOnce(&mut RunSetting)) -> RunRecord {
        let mut setting = RunSetting {
            model: "tiny".to_owned(),
            text: "texts.txt".to_owned(),
            pairs: Some("pairs.tsv".to_owned()),
            from_trained: false,
            options: TrainOptions::default(),
        };
        change(&mut setting);
        RunRecord::new(started, setting, 3)
    }

    pub fn progress(step: u32, spearman: f64) -> EvaluationPoint {
        EvaluationPoint { step, spearman: Some(spearman), alignment: Some(0.25), uniformity: Some(-2.0) }
    }

    #[test]
    fn the_best_evaluation_is_the_first_of_the_highest() {
        let mut run = record(1, |_| {});
        assert_eq!(run.best(), None);
        for (step, spearman) in [(0, 50.0), (10, 60.0), (20, 60.0), (30, 55.0)] {
            run.evaluated(progress(step, spearman));
        }
        assert_eq!(run.best(), Some((10, 60.0)));
    }

    #[test]
    fn an_undefined_evaluation_is_never_the_best() {
        let mut run = record(1, |_| {});
        run.evaluated(EvaluationPoint { spearman: None, ..progress(0, 0.0) });
        assert_eq!(run.best(), None);
        run.evaluated(progress(10, -5.0));
        run.evaluated(EvaluationPoint { spearman: None, ..progress(20, 0.0) });
        assert_eq!(run.best(), Some((10, -5.0)));
    }

    #[test]
    fn a_run_resumed_from_an_earlier_step_drops_later_steps_and_evaluations() {
        let mut run = record(1, |_| {});
        run.evaluated(progress(0, 50.0));
        for step in 1..=4 {
            run.step(Point { step, loss: 1.0, learning_rate: 1e-4, gradient_norm: 1.0 });
        }
        run.evaluated(progress(4, 60.0));
        run.step(Point { step: 3, loss: 2.0, learning_rate: 1e-4, gradient_norm: 1.0 });
        assert_eq!((run.done(), run.evaluations.len()), (3, 1));
    }
}
