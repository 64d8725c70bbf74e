//! What a request wants from its sentences' vectors: the vectors, cosines or scores.

use std::ops::Range;

use js_sys::Float32Array;

use crate::{
    app::{
        protocol::{Answer, CosineTable, EmbeddedPart, PairScores, RequestId},
        worker::{
            error::WorkerError,
            outbox::{answer, answer_transferring},
        },
    },
    eval::{StsEvaluation, cosine, normalised},
};

/// A table of more cosines is refused: a quarter of a gigabyte.
const MAX_COSINES: usize = 1 << 26;

pub enum Goal {
    /// The vectors themselves, posted as they come.
    Vectors { normalised: bool },
    /// Cosines of the first `queries` sentences with the others; `None`: of all with all. `vectors`: so far, [sentences, hidden].
    Cosines { queries: Option<usize>, vectors: Vec<f32> },
    /// `vectors`: so far, first and second sentence of each pair in turn, [2 · pairs, hidden].
    Scores { gold: Vec<f64>, vectors: Vec<f32> },
    /// The same of the loaded pairs, for the session; `scores`: in the end.
    Baseline { gold: Vec<f64>, vectors: Vec<f32>, scores: Option<StsEvaluation> },
}

impl Goal {
    /// # Errors
    /// More cosines than a tab should hold.
    pub fn cosines(queries: Option<usize>, sentences: usize) -> Result<Self, WorkerError> {
        let rows = queries.unwrap_or(sentences);
        if rows.saturating_mul(sentences) > MAX_COSINES {
            Err(WorkerError::TooManyCosines { rows, columns: sentences, most: MAX_COSINES })
        } else {
            Ok(Self::Cosines { queries, vectors: Vec::new() })
        }
    }

    /// Takes the vectors of the sentences `range` out of `total`, and posts what there is to be posted under `id`.
    pub fn add_portion(
        &mut self,
        id: RequestId,
        step: u32,
        range: Range<usize>,
        total: usize,
        hidden: usize,
        portion: Vec<f32>,
    ) -> Result<(), WorkerError> {
        let last = range.end == total;
        match self {
            Self::Vectors { normalised: unit } => {
                let portion = if *unit { normalised(&portion, hidden) } else { portion };
                let values = Float32Array::from(portion.as_slice());
                let buffer = values.buffer();
                let part = EmbeddedPart { first: range.start, total, hidden, values, step, last };
                Ok(answer_transferring(id, Answer::Embedded { part }, &buffer)?)
            }
            Self::Cosines { queries, vectors } => {
                vectors.extend(portion);
                if last { post_cosines(id, step, *queries, vectors, hidden) } else { Ok(()) }
            }
            Self::Scores { gold, vectors } => {
                vectors.extend(portion);
                if last {
                    let scores = StsEvaluation::new(vectors, hidden, gold);
                    answer(id, Answer::Scored { result: PairScores { scores, step } });
                }
                Ok(())
            }
            Self::Baseline { gold, vectors, scores } => {
                vectors.extend(portion);
                *scores = last.then(|| StsEvaluation::new(vectors, hidden, gold));
                Ok(())
            }
        }
    }
}

/// `vectors`: those of the queries, where there are any, and then the sentences'.
fn post_cosines(
    id: RequestId,
    step: u32,
    queries: Option<usize>,
    vectors: &[f32],
    hidden: usize,
) -> Result<(), WorkerError> {
    let (first, second) = match queries {
        Some(queries) => vectors.split_at(queries * hidden),
        None => (vectors, vectors),
    };
    let (rows, columns) = (first.len() / hidden, second.len() / hidden);
    let values = Float32Array::new_with_length((rows * columns) as u32);
    let mut row = vec![0.0; columns];
    for (index, query) in first.chunks_exact(hidden).enumerate() {
        for (cosine_of, sentence) in row.iter_mut().zip(second.chunks_exact(hidden)) {
            *cosine_of = cosine(query, sentence) as f32;
        }
        let start = (index * columns) as u32;
        values.subarray(start, start + columns as u32).copy_from(&row);
    }
    let buffer = values.buffer();
    Ok(answer_transferring(
        id,
        Answer::Cosines { result: CosineTable { rows, columns, values, step } },
        &buffer,
    )?)
}
