//! The contrastive loss with its buffers, and its sum over the widths of Matryoshka training.

use crate::{
    device::{Arena, DeviceError, Plan, View},
    kernels::{Contrastive, Kernels, LossForm},
};

/// The contrastive loss of sentence vectors that come view after view, [views · items, hidden].
pub struct ContrastiveLoss {
    form: LossForm,
    hidden: u32,
    /// Leading columns of the sentence vectors, widest first: one loss each, summed.
    widths: Vec<u32>,
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
    /// Buffers for up to `items` items in `views` views. `widths` are those of Matryoshka training (arXiv 2205.13147),
    /// multiples of 4 up to `hidden`; empty means `hidden` alone.
    ///
    /// # Errors
    /// Those of [`Arena::storage`].
    pub fn new(
        arena: &Arena,
        form: LossForm,
        hidden: usize,
        widths: &[usize],
        items: usize,
        views: usize,
    ) -> Result<Self, DeviceError> {
        let (rows, candidates) = (items * views, form.candidates(items, views));
        let matrix = items * form.anchor_views() * candidates;
        let mut widths: Vec<u32> = widths.iter().map(|width| *width as u32).collect();
        if widths.is_empty() {
            widths.push(hidden as u32);
        }
        widths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Self {
            form,
            hidden: hidden as u32,
            widths,
            stride: candidates as u32,
            unit: arena.storage("unit vectors", rows * hidden)?,
            norms: arena.storage("norms", rows)?,
            similarity: arena.storage("similarity", matrix)?,
            d_similarity: arena.storage("gradient of the similarity", matrix)?,
            losses: arena.storage("losses", items * form.anchor_views())?,
            d_unit: arena.storage("gradient of unit vectors", rows * hidden)?,
            d_embeddings: arena.storage("gradient of sentence vectors", rows * hidden)?,
        })
    }

    /// S = cos/τ of the narrowest width, `[anchors, ContrastiveLoss::stride]`; see [`Contrastive::similarity`].
    pub fn similarity(&self) -> &View {
        &self.similarity
    }

    /// Floats between the rows of [`ContrastiveLoss::similarity`].
    pub fn stride(&self) -> usize {
        self.stride as usize
    }

    /// Appends the calls that write the loss to `metrics[0]` and its gradient to [`ContrastiveLoss::d_embeddings`].
    ///
    /// # Errors
    /// The device's.
    pub fn run(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        embeddings: &View,
        metrics: &View,
    ) -> Result<(), DeviceError> {
        for (index, width) in self.widths.iter().enumerate() {
            let loss = Contrastive {
                form: self.form,
                hidden: self.hidden,
                width: *width,
                accumulate: index > 0,
                stride: self.stride,
                embeddings,
                unit: &self.unit,
                norms: &self.norms,
                similarity: &self.similarity,
                d_similarity: &self.d_similarity,
                losses: &self.losses,
                metrics,
            };
            kernels.contrastive(plan, &loss)?;
            kernels.contrastive_backward(plan, &loss, &self.d_unit, &self.d_embeddings)?;
        }
        Ok(())
    }
}
