//! The values of a run's steps, a column each.

use serde::{Deserialize, Deserializer, Serialize};

/// What a step is kept with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From 1.
    pub step: u32,
    pub loss: f32,
    pub learning_rate: f64,
    /// Before clipping.
    pub gradient_norm: f32,
}

/// All columns have the same length, and steps grow.
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

    /// Adds a step. A run that went on from an earlier state draws its steps anew: what was known from there on goes.
    pub fn push(&mut self, point: Point) {
        if self.step.last().is_some_and(|last| *last >= point.step) {
            self.cut(point.step);
        }
        self.step.push(point.step);
        self.loss.push(point.loss);
        self.learning_rate.push(point.learning_rate as f32);
        self.gradient_norm.push(point.gradient_norm);
    }

    /// Forgets `step` and all behind it.
    fn cut(&mut self, step: u32) {
        let left = self.step.partition_point(|known| *known < step);
        self.step.truncate(left);
        for column in [&mut self.loss, &mut self.learning_rate, &mut self.gradient_norm] {
            column.truncate(left);
        }
    }

    /// Whether it is what [`Curve::push`] makes; a file may hold anything.
    pub(super) fn is_sound(&self) -> bool {
        let same = [&self.loss, &self.learning_rate, &self.gradient_norm]
            .into_iter()
            .all(|column| column.len() == self.step.len());
        same && self.step.windows(2).all(|pair| pair[0] < pair[1])
    }

    /// Steps with their values; learning rates have the precision of an f32.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        (0..self.len()).map(|index| Point {
            step: self.step[index],
            loss: self.loss[index],
            learning_rate: f64::from(self.learning_rate[index]),
            gradient_norm: self.gradient_norm[index],
        })
    }
}

/// JSON has no NaN; serde_json writes null for it.
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
    fn steps_that_are_made_again_take_the_place_of_what_was_known_from_there_on() {
        let mut curve = Curve::default();
        (1..=5).for_each(|step| curve.push(point(step, 1.0)));
        curve.push(point(3, 2.0));
        assert_eq!(curve.step, [1, 2, 3]);
        assert_eq!(curve.loss, [1.0, 1.0, 2.0]);
        assert!(curve.is_sound());
    }

    #[test]
    fn columns_of_different_lengths_and_steps_that_go_back_are_noticed() {
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
