//! What the store's signals hold.

use std::collections::VecDeque;

use crate::{
    app::protocol::{EmbeddedPart, Evaluation, RunEnd, RunPlan, StepMetrics},
    device::DeviceInfo,
    localize::Localized,
};

/// The engine's health.
#[derive(Debug, Clone)]
pub enum EngineState {
    Starting,
    Ready(DeviceInfo),
    Lost {
        message: String,
        resumable: Option<u32>,
    },
    /// The worker itself failed to load or stopped.
    Crashed(Localized),
}

/// Where the run is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    Idle,
    Starting,
    Running,
    Evaluating {
        done: usize,
        of: usize,
    },
    Pausing,
    Paused,
    Stopping,
    Finished(RunEnd),
    /// With the step whose weights are kept all the same; 0: none.
    Failed {
        reason: Localized,
        kept_step: u32,
    },
}

impl Phase {
    /// Whether a run holds the engine.
    pub fn active(&self) -> bool {
        !matches!(self, Self::Idle | Self::Finished(_) | Self::Failed { .. })
    }
}

/// Steps and tokens a second over the last steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    pub steps: f64,
    pub tokens: f64,
}

/// A change that the charts have to draw.
#[derive(Debug, Clone)]
pub enum ChartUpdate {
    Start(RunPlan),
    Steps(Vec<StepMetrics>),
    Evaluated(Evaluation),
}

/// A change that the picture has to draw.
#[derive(Debug, Clone)]
pub enum PictureUpdate {
    /// Another run.
    Begin,
    /// See [`crate::app::protocol::Frame`].
    Frame { step: u32, hidden: usize, values: Vec<f32> },
}

/// Some of the vectors that were asked for; see [`EmbeddedPart`].
#[derive(Debug, Clone)]
pub struct Portion {
    pub first: usize,
    pub total: usize,
    pub hidden: usize,
    /// `[rows, hidden]`, row-major.
    pub values: Vec<f32>,
    pub step: u32,
    pub last: bool,
}

impl Portion {
    pub(super) fn new(part: &EmbeddedPart) -> Self {
        let EmbeddedPart { first, total, hidden, step, last, ref values } = *part;
        Self { first, total, hidden, values: values.to_vec(), step, last }
    }
}

pub(super) fn speed(window: &VecDeque<StepMetrics>) -> Option<Speed> {
    let (first, last) = (window.front()?, window.back()?);
    let seconds = last.seconds - first.seconds;
    if seconds <= 0.0 {
        return None;
    }
    let tokens: usize = window.iter().skip(1).map(|step| step.tokens).sum();
    Some(Speed { steps: f64::from(last.step - first.step) / seconds, tokens: tokens as f64 / seconds })
}

/// A run that the GPU's memory is too small for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom {
    /// The step that it can go on from on another device; none where it did not begin.
    pub resumable: Option<u32>,
}
