//! Vectors of sentences under dropout: the request, its result, and how both are labelled.

use crate::{
    app::protocol::{Request, Weights},
    lessons::{Masks, Views},
    model::Pooler,
};

/// How often each sentence is encoded under dropout.
pub const VIEWS: usize = 12;

/// Everything that the vectors depend on, except the model.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRequest {
    /// The sentence that is edited comes first.
    pub sentences: Vec<String>,
    pub masks: Masks,
    pub p: f64,
    /// Seed of the masks.
    pub draw: u32,
    pub weights: Weights,
    pub pooler: Pooler,
}

impl SampleRequest {
    pub fn request(&self) -> Request {
        Request::Views {
            sentences: self.sentences.clone(),
            weights: self.weights,
            pooler: self.pooler,
            views: self.masks.views(self.p as f32, VIEWS, self.draw),
        }
    }
}

/// The vectors of a request.
#[derive(Debug, PartialEq)]
pub struct Sample {
    pub asked: SampleRequest,
    pub views: Views,
    /// See [`crate::app::protocol::ViewVectors::kept`].
    pub kept: [Vec<bool>; 2],
    /// Training steps that led to the weights.
    pub step: u32,
}

/// A probability to two decimals: "0.1", "0.05".
pub fn format_probability(p: f64) -> String {
    ((100.0 * p).round() / 100.0).to_string()
}

/// What the tables call a sentence.
pub fn sentence_letter(sentence: usize) -> char {
    char::from(b'A' + (sentence % 26) as u8)
}
