//! Sentences to vectors, as every command that only encodes needs it.

use super::{error::CliError, files, open_device, progress_bar};
use crate::device::DeviceOptions;
use crate::model::{Embedder, Head, Network, Pooler};

/// An embedder over a model's weights, with the head where the pooler has one.
///
/// # Errors
/// No adapter, a pooler whose head the checkpoint lacks, too little GPU memory.
pub async fn embedder(
    device_options: DeviceOptions,
    model: &files::Model,
    pooler: Option<Pooler>,
) -> Result<Embedder, CliError> {
    let pooler = pooler.unwrap_or(model.pooler);
    let device = open_device(device_options).await?;
    let head = if pooler == Pooler::Cls { Head::Stored } else { Head::None };
    let network = Network::new(&device, &model.checkpoint, head)?;
    let embedder = Embedder::new(&network, pooler, true)?;
    device.ready().await?;
    Ok(embedder)
}

/// Vectors [rows, hidden] of token rows, not normalised, under a progress bar.
pub async fn vectors(embedder: &Embedder, rows: &[Vec<u32>]) -> Result<Vec<f32>, CliError> {
    let bar = progress_bar(rows.len(), "sentences");
    let vectors = embedder.embed(rows, |done| bar.set_position(done as u64)).await?;
    bar.finish_and_clear();
    Ok(vectors)
}
