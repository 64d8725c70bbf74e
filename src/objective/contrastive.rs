use crate::{
    gpu::{Arena, GpuError, Plan, View},
    kernels::{Contrastive, Kernels},
};

/// The contrastive loss over `views` blocks of up to `items` sentence vectors, with its buffers.
pub struct ContrastiveLoss {
    hidden: u32,
    stride: u32,
    unit: View,
    norms: View,
    similarity: View,
    d_similarity: View,
    losses: View,
    d_unit: View,
    /// Gradient of the sentence vectors, [views · items, hidden].
    pub d_embeddings: View,
}

impl ContrastiveLoss {
    pub fn new(arena: &Arena, hidden: usize, items: usize, views: usize) -> Result<Self, GpuError> {
        let (rows, candidates) = (items * views, items * (views - 1));
        Ok(Self {
            hidden: hidden as u32,
            stride: candidates as u32,
            unit: arena.storage("unit vectors", rows * hidden)?,
            norms: arena.storage("norms", rows)?,
            similarity: arena.storage("similarity", items * candidates)?,
            d_similarity: arena.storage("gradient of the similarity", items * candidates)?,
            losses: arena.storage("losses", items)?,
            d_unit: arena.storage("gradient of unit vectors", rows * hidden)?,
            d_embeddings: arena.storage("gradient of sentence vectors", rows * hidden)?,
        })
    }

    /// cos/τ of items (rows) and candidates, rows of [`ContrastiveLoss::stride`] floats.
    pub fn similarity(&self) -> &View {
        &self.similarity
    }

    /// Floats between rows of the similarity matrix.
    pub fn stride(&self) -> usize {
        self.stride as usize
    }

    fn kernel<'a>(&'a self, embeddings: &'a View, metrics: &'a View) -> Contrastive<'a> {
        Contrastive {
            hidden: self.hidden,
            stride: self.stride,
            embeddings,
            unit: &self.unit,
            norms: &self.norms,
            similarity: &self.similarity,
            d_similarity: &self.d_similarity,
            losses: &self.losses,
            metrics,
        }
    }

    /// The loss into `metrics[0]`.
    pub fn forward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        embeddings: &View,
        metrics: &View,
    ) -> Result<(), GpuError> {
        kernels.contrastive(plan, &self.kernel(embeddings, metrics))
    }

    /// [`ContrastiveLoss::d_embeddings`] from the forward pass.
    pub fn backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        embeddings: &View,
        metrics: &View,
    ) -> Result<(), GpuError> {
        kernels.contrastive_backward(
            plan,
            &self.kernel(embeddings, metrics),
            &self.d_unit,
            &self.d_embeddings,
        )
    }
}
