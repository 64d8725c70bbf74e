//! The values of a run's steps, in columns.

use serde::{Deserialize, Deserializer, Serialize};

/// The values kept for a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From 1.
    pub step: u32,
    pub loss: f32,
    pub learning_rate: f64,
    /// Before clipping.
    pub gradient_norm: f32,
}

/// The values of all steps. All columns have the same length, and steps ascend.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub step: Vec<u32>,
    #[serde(deserialize_with = "numbers")]
    pub loss: Vec<f32>,
    #[serde(deserialize_with = "numbers")]
    pub learning_rate: Vec<f32>,
    #[serde(deserialize_with = "numbers")]
    pub gradient_norm: Vec<f32>,
}

impl Curve {
    pub fn len(&self) -> usize {
        self.step.len()
    }

    pub fn is_empty(&self) -> bool {
        self.step.is_empty()
    }

    /// Adds a step. A run that was resumed from an earlier state repeats steps: values from `point.step` on are
    /// dropped.
    pub fn push(&mut self, point: Point) {
        if self.step.last().is_some_and(|last| *last >= point.step) {
            self.cut(point.step);
        }
        self.step.push(point.step);
        self.loss.push(point.loss);
        self.learning_rate.push(point.learning_rate as f32);
        self.gradient_norm.push(point.gradient_norm);
    }

    /// Drops `step` and all later ones.
    fn cut(&mut self, step: u32) {
        let left = self.step.partition_point(|known| *known < step);
        self.step.truncate(left);
        for column in [&mut self.loss, &mut self.learning_rate, &mut self.gradient_norm] {
            column.truncate(left);
        }
    }

    /// Whether the invariants hold, which a file may violate.
    pub(super) fn is_sound(&self) -> bool {
        let same = [&self.loss, &self.learning_rate, &self.gradient_norm]
            .into_iter()
            .all(|column| column.len() == self.step.len());
        same && self.step.windows(2).all(|pair| pair[0] < pair[1])
    }

    /// All steps with their values. Learning rates have f32 precision.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        (0..self.len()).map(|index| Point {
            step: self.step[index],
            loss: self.loss[index],
            learning_rate: f64::from(self.learning_rate[index]),
            gradient_norm: self.gradient_norm[index],
        })
    }
}

/// serde_json writes NaN as null, since JSON has no NaN.
fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
    let values = Vec::<Option<f32>>::deserialize(from)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u32, loss: f32) -> Point {
        Point { step, loss, learning_rate: 1e-4, gradient_norm: 1.0 }
    }

    #[test]
    fn a_repeated_step_replaces_itself_and_all_later_steps() {
        let mut curve = Curve::default();
        (1..=5).for_each(|step| curve.push(point(step, 1.0)));
        curve.push(point(3, 2.0));
        assert_eq!(curve.step, [1, 2, 3]);
        assert_eq!(curve.loss, [1.0, 1.0, 2.0]);
        assert!(curve.is_sound());
    }

    #[test]
    fn columns_of_different_lengths_and_descending_steps_are_not_sound() {
        let mut curve = Curve::default();
        curve.push(point(1, 1.0));
        curve.loss.push(2.0);
        assert!(!curve.is_sound());
        let back = Curve {
            step: vec![2, 1],
            loss: vec![0.0; 2],
            learning_rate: vec![0.0; 2],
            gradient_norm: vec![0.0; 2],
        };
        assert!(!back.is_sound());
    }
}
