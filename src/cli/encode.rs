//! Sentences to vectors, as every command that only encodes needs it.

use super::{args::EncoderArgs, device::open_device, error::CliError, files, terminal::progress_bar};
use crate::device::DeviceOptions;
use crate::model::{Embedder, Head, Network, Pooler};

/// An embedder over a model's weights, with the head where the pooler has one.
///
/// # Errors
/// No adapter, a pooler whose head the checkpoint lacks, halves that cannot be, too little GPU memory.
pub async fn embedder(
    device_options: DeviceOptions,
    model: &files::Model,
    args: &EncoderArgs,
) -> Result<Embedder, CliError> {
    let pooler = args.model.pooler.unwrap_or(model.pooler);
    if pooler == Pooler::Own && model.checkpoint.rules.modules.is_none() {
        let words = "the pooler own is for models whose modules.json asks for what no other pooler does; this one's does not";
        return Err(CliError::Input(words.to_owned()));
    }
    let device = open_device(device_options).await?;
    let head = if pooler == Pooler::Cls { Head::Stored } else { Head::None };
    let network = Network::for_encoding(&device, &model.checkpoint, head, args.weights.into())?;
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
