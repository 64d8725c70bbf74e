//! The workload of encoding sentences.

use super::BenchError;
use crate::{
    device::Device,
    model::{Checkpoint, Embedder, Head, Network, Pooler},
};

/// An encoder on the device, with mean pooling of the last layer.
pub struct Encode {
    embedder: Embedder,
    bytes: u64,
}

impl Encode {
    /// Uploads the weights and builds the plans.
    pub async fn new(device: &Device, checkpoint: &Checkpoint) -> Result<Self, BenchError> {
        let network = Network::new(device, checkpoint, Head::None)?;
        let embedder = Embedder::new(&network, Pooler::Avg, false)?;
        device.ready().await?;
        Ok(Self { embedder, bytes: network.kernels.arena().bytes() })
    }

    /// Vectors [rows, hidden] in the order of the rows, read back to the host.
    pub async fn run<R: AsRef<[u32]>>(&self, rows: &[R]) -> Result<Vec<f32>, BenchError> {
        Ok(self.embedder.embed(rows, |_| {}).await?)
    }

    /// Bytes of device memory, weights included.
    pub fn gpu_bytes(&self) -> u64 {
        self.bytes
    }
}
