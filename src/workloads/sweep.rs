//! Sweeps over sizes of a training step: whether time and memory grow faster than the work.

use std::str::FromStr;

use serde::Serialize;
use strum::{Display, IntoStaticStr};

use super::{BenchError, Lengths, ModelSize, TrainCase};

/// The size that is varied, with the others fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, Display)]
#[strum(serialize_all = "lowercase")]
pub enum SweepAxis {
    Batch,
    Length,
    Hidden,
}

impl SweepAxis {
    pub const ALL: [SweepAxis; 3] = [SweepAxis::Batch, SweepAxis::Length, SweepAxis::Hidden];

    fn name(self) -> &'static str {
        self.into()
    }

    /// The training step with `value` on this axis and otherwise 2 layers, hidden size 128, 32 items of 16 tokens.
    pub fn case(self, value: usize) -> TrainCase {
        let (mut hidden, mut batch, mut tokens) = (128, 32, 16);
        match self {
            SweepAxis::Batch => batch = value,
            SweepAxis::Length => tokens = value,
            SweepAxis::Hidden => hidden = value,
        }
        TrainCase { model: ModelSize { layers: 2, hidden }, batch, lengths: Lengths::Full(tokens) }
    }

    /// The values to measure by default.
    pub fn values(self) -> &'static [usize] {
        match self {
            SweepAxis::Batch => &[8, 16, 32, 64, 128, 256],
            SweepAxis::Length => &[8, 16, 32, 64, 128],
            SweepAxis::Hidden => &[128, 256, 384, 512, 768],
        }
    }
}

impl FromStr for SweepAxis {
    type Err = BenchError;

    fn from_str(text: &str) -> Result<Self, BenchError> {
        SweepAxis::ALL.into_iter().find(|axis| axis.name() == text).ok_or_else(|| BenchError::Case {
            what: "sweep",
            text: text.to_owned(),
            expected: "batch, length or hidden",
        })
    }
}

/// The cost of a step at one value of the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SweepPoint {
    pub value: usize,
    /// Time of one step.
    pub milliseconds: f64,
    /// Device memory.
    pub bytes: u64,
    /// Tokens × parameters of the layers.
    pub work: f64,
    /// Tokens × all parameters, most of which are word embeddings that are only looked up.
    pub all: f64,
}

/// The growth of time and memory from one point to the next, divided by that of `work`: 1 is linear, less is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    pub time: f64,
    /// The growth of time divided by that of `all`.
    pub time_of_all: f64,
    pub memory: f64,
}

/// The growth between all consecutive points.
pub fn growth(points: &[SweepPoint]) -> Vec<Growth> {
    let of = |pair: &[SweepPoint]| {
        let work = pair[1].work / pair[0].work;
        let time = pair[1].milliseconds / pair[0].milliseconds;
        Growth {
            time: time / work,
            time_of_all: time * pair[0].all / pair[1].all,
            memory: pair[1].bytes as f64 / pair[0].bytes as f64 / work,
        }
    };
    points.windows(2).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_divided_by_the_growth_of_the_work() {
        let point =
            |milliseconds, bytes, work| SweepPoint { value: 0, milliseconds, bytes, work, all: 1.0 + work };
        let points = [point(10.0, 100, 1.0), point(20.0, 150, 2.0), point(90.0, 300, 6.0)];
        let expected = [
            Growth { time: 1.0, time_of_all: 4.0 / 3.0, memory: 0.75 },
            Growth { time: 1.5, time_of_all: 27.0 / 14.0, memory: 2.0 / 3.0 },
        ];
        for (found, expected) in growth(&points).iter().zip(expected) {
            // A quotient of quotients is exact to a few units in the last place.
            assert!((found.time - expected.time).abs() < 1e-12);
            assert!((found.time_of_all - expected.time_of_all).abs() < 1e-12);
            assert!((found.memory - expected.memory).abs() < 1e-12);
        }
        assert!(growth(&points[..1]).is_empty());
    }

    #[test]
    fn an_axis_changes_one_size_only() {
        assert_eq!(SweepAxis::Batch.case(8).to_string(), "2x128:8x2x16");
        assert_eq!(SweepAxis::Length.case(64).to_string(), "2x128:32x2x64");
        assert_eq!("hidden".parse::<SweepAxis>().unwrap().case(768).to_string(), "2x768:32x2x16");
        assert!("width".parse::<SweepAxis>().is_err());
    }
}
