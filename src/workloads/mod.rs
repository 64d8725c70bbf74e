//! The engine's side of the benchmark against peers: each workload over the public API, prepared once and timed by the
//! caller (`bench/run.mjs` in the browser, `simcse-lab bench` natively). The peers get the same weights and token rows.

mod case;
mod encode;
mod error;
mod matmul;
mod model;
mod random;
mod statistics;
mod sweep;
mod train;

pub use case::{EncodeCase, Lengths, MatmulCase, ModelSize, TrainCase};
pub use encode::Encode;
pub use error::BenchError;
pub use matmul::Matmul;
pub use model::{VOCABULARY, config, random_weights, read_weights};
pub use random::{matrix, token_rows};
pub use statistics::Summary;
pub use sweep::{Growth, SweepAxis, SweepPoint, growth};
pub use train::{Recipe, TrainingRun};
