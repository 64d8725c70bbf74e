//! Vectors of sentences under dropout: what was asked for, what came of it, and how both are written.

use crate::{
    app::protocol::{Request, Weights},
    lessons::{Masks, Views},
    model::Pooler,
};

/// How often each sentence is encoded under dropout.
const VIEWS: usize = 12;

/// All that the vectors depend on, but for the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The edited one first.
    pub sentences: Vec<String>,
    pub masks: Masks,
    pub p: f64,
    /// Seed of the masks.
    pub draw: u32,
    pub weights: Weights,
    pub pooler: Pooler,
}

impl Asked {
    pub fn request(&self) -> Request {
        Request::Views {
            sentences: self.sentences.clone(),
            weights: self.weights,
            pooler: self.pooler,
            views: self.masks.views(self.p as f32, VIEWS, self.draw),
        }
    }
}

/// What came of it.
#[derive(Debug, PartialEq)]
pub struct Drawn {
    pub asked: Asked,
    pub views: Views,
    /// See [`crate::app::protocol::ViewVectors::kept`].
    pub kept: [Vec<bool>; 2],
    /// Training steps that led to the weights.
    pub step: u32,
}

/// "0.1", "0.05".
pub fn probability(p: f64) -> String {
    ((100.0 * p).round() / 100.0).to_string()
}

/// What the tables call a sentence.
pub fn letter(sentence: usize) -> char {
    char::from(b'A' + (sentence % 26) as u8)
}
