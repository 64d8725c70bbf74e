//! BERT and RoBERTa on the host and on the device: configuration, checkpoints, encoder, poolers, head.

mod batch;
pub mod checkpoint;
pub mod config;
mod embedder;
mod encoder;
mod error;
mod modules;
mod network;
mod parameters;
pub mod pooler;
mod pooling;

pub use batch::{BatchBuffers, PackedBatch};
pub use checkpoint::{Checkpoint, HEAD_BIAS, HEAD_WEIGHT, HostTensor, WORD_EMBEDDINGS, expected_tensors};
pub use config::{Architecture, ModelConfig};
pub use embedder::{Embedder, RowDropout};
pub use encoder::{AtDepth, Capacity, Encoder, kept_of_embedding};
pub use error::ModelError;
pub use modules::{Activation, PoolMode, SentenceModules, SentenceRules, VectorModule};
pub use network::{Head, Network, Parts};
pub use parameters::{Heads, ParameterBuffers, ParameterLayout, TrainingBuffers};
pub use pooler::Pooler;
pub use pooling::Pooling;
