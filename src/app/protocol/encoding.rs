//! Requests to encode any number of sentences, and their results: vectors, cosines, scores.

use js_sys::Float32Array;
use serde::{Deserialize, Serialize};

use super::GradedPair;
use crate::eval::StsEvaluation;

/// Some of the vectors that were asked for. Parts come in order and leave none out; their numbers are transferred,
/// not copied.
#[derive(Debug, Serialize, Deserialize)]
pub struct EmbeddedPart {
    /// The first sentence of the part, from 0.
    pub first: usize,
    /// Sentences of the whole request.
    pub total: usize,
    pub hidden: usize,
    /// `[rows, hidden]`, row-major.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
    /// Training steps that led to the weights, the same for all parts; 0: as loaded.
    pub step: u32,
    /// Whether this part ends the request.
    pub last: bool,
}

/// Cosines of queries with sentences.
#[derive(Debug, Serialize, Deserialize)]
pub struct CosineTable {
    /// Queries.
    pub rows: usize,
    /// Sentences.
    pub columns: usize,
    /// `[rows, columns]`, row-major; transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
}

/// Sentences encoded several times under dropout, and once without.
#[derive(Debug, Serialize, Deserialize)]
pub struct ViewVectors {
    pub sentences: usize,
    pub hidden: usize,
    /// `[1 + views, sentences, hidden]`, row-major, not normalised, first without dropout; transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
    /// Which elements `[hidden]` of the embedding of the first sentence's first word its first two views kept.
    pub kept: [Vec<bool>; 2],
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
}

/// What some weights score on given pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairScores {
    pub scores: StsEvaluation,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
}

/// Pairs to score, which are not kept.
#[derive(Debug, Serialize, Deserialize)]
pub enum PairSource {
    Given(Vec<GradedPair>),
    /// A file in any of the layouts that [`crate::text::StsSet::parse`] reads.
    File(super::Source),
}
