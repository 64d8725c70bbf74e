//! Masked-language modelling on the corrupted tokens of a batch, as calls for a GPU; cpu.rs has the CPU's. Formulas,
//! shapes and costs: shaders/mlm.wgsl. Source: BERT (arXiv 1810.04805, section 3.1).
//!
//! The gradient of cross-entropy is softmax minus the one-hot label, times the scale of the loss.

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, ROWS, TEAMS, TOKENS, shader, threads_per};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, Plan, ShaderSource, View,
};

static SOURCE: ShaderSource = shader!("common/activation.wgsl", "common/team.wgsl", "mlm.wgsl");

static GATHER: KernelSpec = SOURCE.kernel("gather", &[Uniform, Uniform, Read, Read, ReadWrite]);
static SCATTER: KernelSpec = SOURCE.kernel("scatter", &[Uniform, Uniform, Read, Read, ReadWrite]);
static GELU_BACKWARD: KernelSpec = SOURCE.kernel("gelu_backward", &[Uniform, Uniform, Read, ReadWrite]);
static LOGIT_PARTIALS: KernelSpec =
    SOURCE.kernel("logit_partials", &[Uniform, Uniform, Read, Read, ReadWrite, ReadWrite]);
static TOKEN_LOSSES: KernelSpec =
    SOURCE.kernel("token_losses", &[Uniform, Uniform, Read, Read, ReadWrite, ReadWrite]);
static ADD_LOSS: KernelSpec = SOURCE.kernel("add_loss", &[Uniform, Uniform, Read, ReadWrite]);
static LOGITS_BACKWARD: KernelSpec =
    SOURCE.kernel("logits_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);

/// Workgroups that share a token's logits of one piece; shaders/mlm.wgsl has the same constant.
const PARTS: u32 = 8;

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Op {
    width: u32,
    stride: u32,
    words: u32,
    first_word: u32,
    first_part: u32,
    parts: u32,
    pad: [u32; 2],
}

/// Logits of the words of one piece of the word table.
#[derive(Clone, Copy)]
pub struct PieceLogits<'a> {
    pub first_word: u32,
    pub words: u32,
    /// [masked, words rounded up to 4]. In: logits; out: their gradient, after [`Kernels::masked_loss`].
    pub logits: &'a View,
}

/// Cross-entropy over the vocabulary, of the corrupted tokens. `masked` is their number, the step's `tokens`.
#[derive(Clone, Copy)]
pub struct MaskedLoss<'a> {
    /// The whole vocabulary, in order.
    pub pieces: &'a [PieceLogits<'a>],
    /// The tokens' original words, `[masked]` u32.
    pub labels: &'a View,
    /// Scratch: largest logit and sum of exponentials of each part, [masked, [`MaskedLoss::parts`], 2].
    pub partials: &'a View,
    /// Scratch: the labels' logits, `[masked]`.
    pub label_logits: &'a View,
    /// Scratch: largest logit and sum of exponentials of each token, [masked, 2].
    pub statistics: &'a View,
    /// Unscaled loss of each token, `[masked]`.
    pub losses: &'a View,
    /// [`super::METRICS`] floats; the scaled loss is added to `metrics[0]` and `metrics[3]`.
    pub metrics: &'a View,
}

impl MaskedLoss<'_> {
    /// Parts that the sums over a vocabulary in `pieces` pieces are cut into.
    pub fn parts(pieces: usize) -> usize {
        pieces * PARTS as usize
    }
}

impl Kernels {
    /// `gathered[masked, hidden] = states[places]`; `states` is [tokens of the batch, hidden].
    pub fn gather_masked(
        &self,
        plan: &mut Plan,
        hidden: u32,
        places: &View,
        states: &View,
        gathered: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::gather(self, plan, hidden, places, states, gathered);
        }
        let op = Op { width: hidden / 4, ..Op::default() };
        self.call(plan, &GATHER, &[], &op, &[places, states, gathered], threads_per(TOKENS, op.width))
    }

    /// The gradient of [`Kernels::gather_masked`]; every element of `d_states` is written. `slots`, u32 for each token
    /// of the batch (the step's `rows`), is its index among the corrupted tokens, or `u32::MAX`.
    pub fn scatter_masked(
        &self,
        plan: &mut Plan,
        hidden: u32,
        slots: &View,
        d_gathered: &View,
        d_states: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::scatter(self, plan, hidden, slots, d_gathered, d_states);
        }
        let op = Op { width: hidden / 4, ..Op::default() };
        self.call(plan, &SCATTER, &[], &op, &[slots, d_gathered, d_states], threads_per(ROWS, op.width))
    }

    /// `d[masked, hidden] *= gelu'(u)`, in place.
    pub fn gelu_backward(&self, plan: &mut Plan, hidden: u32, u: &View, d: &View) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::gelu_backward(self, plan, hidden, u, d);
        }
        let op = Op { width: hidden / 4, ..Op::default() };
        self.call(plan, &GELU_BACKWARD, &[], &op, &[u, d], threads_per(TOKENS, op.width))
    }

    /// The loss, and its gradient in place of the logits.
    pub fn masked_loss(&self, plan: &mut Plan, loss: &MaskedLoss) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::loss(self, plan, loss);
        }
        let parts = MaskedLoss::parts(loss.pieces.len()) as u32;
        let op = |index: usize, piece: &PieceLogits| Op {
            width: 0,
            stride: piece.words.next_multiple_of(4),
            words: piece.words,
            first_word: piece.first_word,
            first_part: PARTS * index as u32,
            parts,
            pad: [0; 2],
        };
        for (index, piece) in loss.pieces.iter().enumerate() {
            let views = [loss.labels, piece.logits, loss.partials, loss.label_logits];
            let grid = Grid::new(TOKENS, 1, PARTS);
            self.call(plan, &LOGIT_PARTIALS, &[], &op(index, piece), &views, grid)?;
        }
        let whole = Op { parts, ..Op::default() };
        let views = [loss.partials, loss.label_logits, loss.statistics, loss.losses];
        self.call(plan, &TOKEN_LOSSES, &[], &whole, &views, Grid::new(TOKENS, TEAMS, 1))?;
        let one = Grid::new(Extent::Fixed(1), 1, 1);
        self.call(plan, &ADD_LOSS, &[], &whole, &[loss.losses, loss.metrics], one)?;
        for (index, piece) in loss.pieces.iter().enumerate() {
            let op = op(index, piece);
            let grid = threads_per(TOKENS, op.stride / 4);
            let views = [loss.labels, loss.statistics, piece.logits];
            self.call(plan, &LOGITS_BACKWARD, &[], &op, &views, grid)?;
        }
        Ok(())
    }
}
