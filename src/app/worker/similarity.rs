//! Sentences against each other, with the loaded weights or the trained ones.

use std::collections::{HashMap, hash_map::Entry};

use super::outbox::post_compiling;
use crate::{
    app::protocol::RequestId,
    device::Device,
    eval::cosine,
    model::{
        Checkpoint, Embedder, HEAD_WEIGHT, Head, ModelError, Network, Pooler, checkpoint::POOLER_WEIGHT,
    },
    train::DropoutViews,
};

/// Weights on the device, with an embedder for each pooler that has been asked for.
pub struct Embedders {
    network: Network,
    made: HashMap<Pooler, Embedder>,
}

impl Embedders {
    /// Uploads a checkpoint, with its head where it has one.
    pub fn upload(device: &Device, checkpoint: &Checkpoint) -> Result<Self, ModelError> {
        Ok(Self::over(Network::new(device, checkpoint, stored_head(checkpoint))?))
    }

    /// Over weights that are on the device already.
    pub fn over(network: Network) -> Self {
        Self { network, made: HashMap::new() }
    }

    /// Others over the same weights.
    pub fn beside(&self) -> Self {
        Self::over(self.network.clone())
    }

    /// Vectors [rows, hidden] of token rows. `progress` hears of rows done, the request `id` of what has to be
    /// compiled before.
    pub async fn embed(
        &mut self,
        id: RequestId,
        rows: &[Vec<u32>],
        pooler: Pooler,
        progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, ModelError> {
        Ok(self.embedder(id, pooler).await?.embed(rows, progress).await?)
    }

    /// Makes and compiles what this pooler needs.
    pub async fn prepare(&mut self, id: RequestId, pooler: Pooler) -> Result<(), ModelError> {
        self.embedder(id, pooler).await.map(|_| ())
    }

    /// Vectors [views, rows, hidden] under dropout.
    pub async fn embed_views(
        &mut self,
        id: RequestId,
        rows: &[Vec<u32>],
        pooler: Pooler,
        views: &DropoutViews,
    ) -> Result<Vec<f32>, ModelError> {
        Ok(views.embed(self.embedder(id, pooler).await?, rows, |_| ()).await?)
    }

    /// The embedder of this pooler, made and compiled where it is not there yet.
    pub async fn embedder(&mut self, id: RequestId, pooler: Pooler) -> Result<&Embedder, ModelError> {
        let head = pooler == Pooler::Cls;
        if head && !self.network.has_head() {
            return Err(ModelError::NoHead);
        }
        Ok(match self.made.entry(pooler) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => {
                let embedder = Embedder::new(&self.network, pooler, head)?;
                self.network.device().ready_with(post_compiling(id)).await?;
                place.insert(embedder)
            }
        })
    }
}

/// As evaluation reads `cls`, where the checkpoint has a head at all.
fn stored_head(checkpoint: &Checkpoint) -> Head {
    let has = |name: &str| checkpoint.tensors.contains_key(name);
    if has(HEAD_WEIGHT) || has(POOLER_WEIGHT) { Head::Stored } else { Head::None }
}

/// Cosines of all pairs, [rows, rows].
pub fn cosines(embeddings: &[f32], hidden: usize) -> Vec<f32> {
    let rows: Vec<&[f32]> = embeddings.chunks_exact(hidden).collect();
    rows.iter().flat_map(|first| rows.iter().map(|second| cosine(first, second) as f32)).collect()
}
