//! SimCSE's contrastive loss and its gradient, as calls for a GPU; cpu.rs has the CPU's. Formulas, shapes and costs:
//! shaders/contrastive.wgsl. Source: princeton-nlp/SimCSE `simcse/models.py`, `cl_forward`.
//!
//! dS: the gradient of cross-entropy is softmax minus the one-hot label, over the number of anchors (the loss is their
//! mean). dn: S_ac = n_a·n_c/τ is linear in both vectors, so a row has one share as an anchor and one as a candidate.
//! dz: n = z/‖z‖ has the Jacobian (I − n nᵀ)/‖z‖.

mod cpu;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{ITEMS, Kernels, ROWS, TEAMS, shader, threads_per};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, Plan, ShaderSource, View,
};

static SOURCE: ShaderSource = shader!("common/team.wgsl", "contrastive.wgsl");

static NORMALIZE: KernelSpec =
    SOURCE.kernel("normalize_rows", &[Uniform, Uniform, Read, ReadWrite, ReadWrite]);
static SIMILARITY: KernelSpec = SOURCE.kernel("similarity", &[Uniform, Uniform, Read, ReadWrite]);
static CROSS_ENTROPY: KernelSpec =
    SOURCE.kernel("cross_entropy", &[Uniform, Uniform, Read, ReadWrite, ReadWrite]);
static MEAN_LOSS: KernelSpec = SOURCE.kernel("mean_loss", &[Uniform, Uniform, Read, ReadWrite]);
static SIMILARITY_BACKWARD: KernelSpec =
    SOURCE.kernel("similarity_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);
static NORMALIZE_BACKWARD: KernelSpec =
    SOURCE.kernel("normalize_backward", &[Uniform, Uniform, Read, Read, Read, ReadWrite]);

/// Anchors and candidates of a workgroup's tile of S; shaders/contrastive.wgsl has the same constant.
const SIDE: u32 = 16;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    stride: u32,
    form: u32,
    row_width: u32,
    accumulate: u32,
    pad: [u32; 3],
}

/// Which rows are anchors, and which candidates an anchor's positive is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum LossForm {
    /// Anchors: first view; candidates: all other views. SimCSE's loss (arXiv 2104.08821, eq. 4 and 5).
    #[default]
    OneWay,
    /// The mean of that and of the second view's anchors with the first view's candidates.
    Symmetric,
    /// Anchors: first and second view; candidates: all other rows. SimCLR's NT-Xent (arXiv 2002.05709).
    NtXent,
}

impl LossForm {
    pub const ALL: [LossForm; 3] = [LossForm::OneWay, LossForm::Symmetric, LossForm::NtXent];

    /// Name on the command line and in recipes.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Views whose rows are anchors: 1 or 2.
    pub fn anchor_views(self) -> usize {
        if self == LossForm::OneWay { 1 } else { 2 }
    }

    /// Columns of the similarity matrix S, candidates of an anchor at most, for `items` items in `views` views.
    pub fn candidates(self, items: usize, views: usize) -> usize {
        if self == LossForm::NtXent { items * views } else { items * (views - 1) }
    }
}

/// The contrastive loss over embeddings that come view after view. In the one-way form two views give S [N, N] (arXiv
/// 2104.08821, eq. 4), and three, with hard negatives, S [N, 2N] (eq. 5).
#[derive(Clone, Copy)]
pub struct Contrastive<'a> {
    pub form: LossForm,
    pub hidden: u32,
    /// Leading columns of the embeddings that count, a multiple of 4: `hidden`, or less for Matryoshka training (arXiv
    /// 2205.13147).
    pub width: u32,
    /// Add loss and gradient to what is there.
    pub accumulate: bool,
    /// Floats between rows of S: at least the largest number of candidates.
    pub stride: u32,
    /// z, [rows, hidden].
    pub embeddings: &'a View,
    /// n, unit embeddings, [rows, width], kept for the backward pass.
    pub unit: &'a View,
    /// ‖z‖, `[rows]`, kept for the backward pass.
    pub norms: &'a View,
    /// S = cos/τ, [anchors, stride]; −1e30 where a candidate is left out.
    pub similarity: &'a View,
    /// dS, [anchors, stride], computed with the loss.
    pub d_similarity: &'a View,
    /// Loss of each anchor, `[anchors]`.
    pub losses: &'a View,
    /// [`super::METRICS`] floats; `metrics[0]` receives the mean loss.
    pub metrics: &'a View,
}

impl Contrastive<'_> {
    fn op(&self) -> Op {
        Op {
            width: self.width / 4,
            stride: self.stride,
            form: self.form as u32,
            row_width: self.hidden / 4,
            accumulate: u32::from(self.accumulate),
            pad: [0; 3],
        }
    }

    fn anchor_views(&self) -> u32 {
        self.form.anchor_views() as u32
    }
}

impl Kernels {
    /// The loss and dS.
    pub fn contrastive(&self, plan: &mut Plan, loss: &Contrastive) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::forward(self, plan, loss);
        }
        let op = loss.op();
        let views = [loss.embeddings, loss.unit, loss.norms];
        self.call(plan, &NORMALIZE, &[], &op, &views, Grid::new(ROWS, TEAMS, 1))?;
        let tiles = Grid::new(ITEMS, SIDE, loss.anchor_views() * loss.stride.div_ceil(SIDE));
        self.call(plan, &SIMILARITY, &[], &op, &[loss.unit, loss.similarity], tiles)?;
        let views = [loss.similarity, loss.d_similarity, loss.losses];
        self.call(plan, &CROSS_ENTROPY, &[], &op, &views, Grid::new(ITEMS, 1, loss.anchor_views()))?;
        let one = Grid::new(Extent::Fixed(1), 1, 1);
        self.call(plan, &MEAN_LOSS, &[], &op, &[loss.losses, loss.metrics], one)
    }

    /// The gradient of the embeddings, `d_embeddings[rows, hidden]`, after [`Kernels::contrastive`]; `d_unit` is
    /// scratch for [rows, width].
    pub fn contrastive_backward(
        &self,
        plan: &mut Plan,
        loss: &Contrastive,
        d_unit: &View,
        d_embeddings: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::backward(self, plan, loss, d_unit, d_embeddings);
        }
        let op = loss.op();
        let views = [loss.unit, loss.d_similarity, d_unit];
        self.call(plan, &SIMILARITY_BACKWARD, &[], &op, &views, threads_per(ROWS, op.width))?;
        let views = [loss.unit, loss.norms, d_unit, d_embeddings];
        self.call(plan, &NORMALIZE_BACKWARD, &[], &op, &views, Grid::new(ROWS, TEAMS, 1))
    }
}
