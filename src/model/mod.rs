//! BERT on the host side and on the device: configuration, checkpoints, encoder, poolers, head.

pub mod checkpoint;
pub mod config;
mod error;
pub mod pooler;

pub use checkpoint::{Checkpoint, HostTensor};
pub use config::ModelConfig;
pub use error::ModelError;
pub use pooler::Pooler;
