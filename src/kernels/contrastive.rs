use bytemuck::{Pod, Zeroable};

use super::{ITEMS, Kernels, ROWS, THREADS, embedding::threads_per, shader};
use crate::gpu::{
    Binding::{self, Read, ReadWrite, Uniform},
    Extent, GpuError, Grid, KernelSpec, Plan, ShaderSource, View,
};

pub(super) static SOURCE: ShaderSource = shader!("contrastive.wgsl");

const fn spec(entry: &'static str, bindings: &'static [Binding]) -> KernelSpec {
    KernelSpec { source: &SOURCE, entry, bindings }
}
static NORMALIZE: KernelSpec = spec("normalize_rows", &[Uniform, Uniform, Read, ReadWrite, ReadWrite]);
static SIMILARITY: KernelSpec = spec("similarity", &[Uniform, Uniform, Read, ReadWrite]);
static CROSS_ENTROPY: KernelSpec = spec("cross_entropy", &[Uniform, Uniform, Read, ReadWrite, ReadWrite]);
static MEAN_LOSS: KernelSpec = spec("mean_loss", &[Uniform, Uniform, Read, ReadWrite]);
static SIMILARITY_BACKWARD: KernelSpec =
    spec("similarity_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);
static NORMALIZE_BACKWARD: KernelSpec =
    spec("normalize_backward", &[Uniform, Uniform, Read, Read, Read, ReadWrite]);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    stride: u32,
    pad: [u32; 2],
}

/// SimCSE's contrastive loss over embeddings that come view after view: the first N rows against all others.
/// Two views give the N×N form (arXiv 2104.08821, eq. 4), three the N×2N form with hard negatives (eq. 5).
#[derive(Clone, Copy)]
pub struct Contrastive<'a> {
    pub hidden: u32,
    /// Floats between rows of the similarity matrix: at least the largest number of candidates.
    pub stride: u32,
    /// z [rows, hidden]
    pub embeddings: &'a View,
    /// Unit embeddings, [rows, hidden], kept for the backward pass.
    pub unit: &'a View,
    /// ‖z‖, [rows], kept for the backward pass.
    pub norms: &'a View,
    /// S = cos/τ, [items, stride].
    pub similarity: &'a View,
    /// dS, [items, stride], computed with the loss.
    pub d_similarity: &'a View,
    /// Loss of each item, [items].
    pub losses: &'a View,
    /// `metrics[0]` receives the mean loss.
    pub metrics: &'a View,
}

impl Contrastive<'_> {
    fn op(&self) -> Op {
        Op { width: self.hidden / 4, stride: self.stride, pad: [0; 2] }
    }
}

impl Kernels {
    pub fn contrastive(&self, plan: &mut Plan, loss: &Contrastive) -> Result<(), GpuError> {
        let op = loss.op();
        let row_threads = Grid::new(ROWS, THREADS, 1);
        let item_threads = Grid::new(ITEMS, THREADS, 1);
        self.call(plan, &NORMALIZE, &[], &op, &[loss.embeddings, loss.unit, loss.norms], row_threads)?;
        let pairs = threads_per(ITEMS, loss.stride);
        self.call(plan, &SIMILARITY, &[], &op, &[loss.unit, loss.similarity], pairs)?;
        let views = [loss.similarity, loss.d_similarity, loss.losses];
        self.call(plan, &CROSS_ENTROPY, &[], &op, &views, item_threads)?;
        let one = Grid::new(Extent::Fixed(1), 1, 1);
        self.call(plan, &MEAN_LOSS, &[], &op, &[loss.losses, loss.metrics], one)
    }

    /// `d_embeddings[rows, hidden]`; `d_unit` is scratch of the same shape.
    pub fn contrastive_backward(
        &self,
        plan: &mut Plan,
        loss: &Contrastive,
        d_unit: &View,
        d_embeddings: &View,
    ) -> Result<(), GpuError> {
        let op = loss.op();
        let views = [loss.unit, loss.d_similarity, d_unit];
        self.call(plan, &SIMILARITY_BACKWARD, &[], &op, &views, threads_per(ROWS, op.width))?;
        let views = [loss.unit, loss.norms, d_unit, d_embeddings];
        self.call(plan, &NORMALIZE_BACKWARD, &[], &op, &views, Grid::new(ROWS, THREADS, 1))
    }
}
