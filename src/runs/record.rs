//! A run as it is kept.

use serde::{Deserialize, Serialize};

use super::{Curve, Point};
use crate::train::TrainOptions;

/// What a run was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSetting {
    /// Of the model.
    pub model: String,
    /// Of the training text.
    pub text: String,
    /// Of the evaluation pairs; none: it was not evaluated.
    pub pairs: Option<String>,
    /// Whether it went on from what an earlier run had trained.
    pub from_trained: bool,
    pub options: TrainOptions,
}

/// What the weights were worth at a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done; 0 before the first.
    pub step: u32,
    /// Spearman's rank correlation × 100; `None` where it is undefined, as for the other two.
    pub spearman: Option<f64>,
    /// Of positive pairs.
    pub alignment: Option<f64>,
    pub uniformity: Option<f64>,
}

/// How far a run came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is under way, or the page was closed while it was.
    #[default]
    Open,
    Completed,
    Stopped,
    Failed,
}

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it began, milliseconds since 1970: tells the runs of a browser apart.
    pub started: u64,
    /// What the visitor called it; none: what differs from the others.
    pub name: Option<String>,
    pub setting: RunSetting,
    /// Steps that the recipe asks for.
    pub total: u32,
    pub curve: Curve,
    /// Steps grow.
    pub evaluations: Vec<Progress>,
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

    pub fn evaluated(&mut self, progress: Progress) {
        self.evaluations.retain(|known| known.step < progress.step);
        self.evaluations.push(progress);
    }

    /// Steps done.
    pub fn done(&self) -> u32 {
        self.curve.step.last().copied().unwrap_or(0)
    }

    /// The highest Spearman and its step; the first of equals, `None` where it was never defined.
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

    pub fn progress(step: u32, spearman: f64) -> Progress {
        Progress { step, spearman: Some(spearman), alignment: Some(0.25), uniformity: Some(-2.0) }
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
        run.evaluated(Progress { spearman: None, ..progress(0, 0.0) });
        assert_eq!(run.best(), None);
        run.evaluated(progress(10, -5.0));
        run.evaluated(Progress { spearman: None, ..progress(20, 0.0) });
        assert_eq!(run.best(), Some((10, -5.0)));
    }

    #[test]
    fn a_run_that_goes_on_from_an_earlier_step_forgets_what_came_behind_it() {
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
