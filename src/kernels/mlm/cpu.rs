//! shaders/mlm.wgsl on the CPU; the formulas are at its head.

use super::{MaskedLoss, PARTS, PieceLogits};
use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split, View},
    kernels::{
        Kernels, ROWS, Step, TOKENS,
        cpu::{CpuKernel, words},
        vector::{exp, gelu_slope, largest, normal_cdf, sum},
    },
};

/// Tokens of a chunk.
const CHUNK_ROWS: u32 = 16;
/// Tokens of a chunk of the kernels over logits.
const LOGITS: u32 = 2;

struct Gather {
    hidden: usize,
}

pub(super) fn gather(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    places: &View,
    states: &View,
    gathered: &View,
) -> Result<(), DeviceError> {
    let hidden = hidden as usize;
    let outputs = [(gathered, hidden)];
    kernels.call_cpu(
        plan,
        "gather",
        &Split::rows(TOKENS, CHUNK_ROWS),
        [places, states],
        outputs,
        Gather { hidden },
    )
}

impl CpuKernel<2, 1> for Gather {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [places, states]: [&[f32]; 2], [gathered]: [&mut [f32]; 1]) {
        for (masked, x) in chunk.rows.zip(gathered.chunks_exact_mut(self.hidden)) {
            x.copy_from_slice(&states[words(places)[masked] as usize * self.hidden..][..self.hidden]);
        }
    }
}

struct Scatter {
    hidden: usize,
}

pub(super) fn scatter(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    slots: &View,
    d_gathered: &View,
    d_states: &View,
) -> Result<(), DeviceError> {
    let hidden = hidden as usize;
    let (inputs, outputs) = ([slots, d_gathered], [(d_states, hidden)]);
    kernels.call_cpu(plan, "scatter", &Split::rows(ROWS, CHUNK_ROWS), inputs, outputs, Scatter { hidden })
}

impl CpuKernel<2, 1> for Scatter {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [slots, d_gathered]: [&[f32]; 2], [d_states]: [&mut [f32]; 1]) {
        for (token, d_state) in chunk.rows.zip(d_states.chunks_exact_mut(self.hidden)) {
            let slot = words(slots)[token];
            if slot < step.tokens {
                d_state.copy_from_slice(&d_gathered[slot as usize * self.hidden..][..self.hidden])
            } else {
                d_state.fill(0.0)
            }
        }
    }
}

struct GeluBackward {
    hidden: usize,
}

pub(super) fn gelu_backward(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    u: &View,
    d: &View,
) -> Result<(), DeviceError> {
    let hidden = hidden as usize;
    let (split, kernel) = (Split::rows(TOKENS, CHUNK_ROWS), GeluBackward { hidden });
    kernels.call_cpu(plan, "gelu_backward", &split, [u], [(d, hidden)], kernel)
}

impl CpuKernel<1, 1> for GeluBackward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [u]: [&[f32]; 1], [d]: [&mut [f32]; 1]) {
        for (d, u) in d.iter_mut().zip(&u[chunk.rows.start * self.hidden..]) {
            *d *= gelu_slope(*u, normal_cdf(*u));
        }
    }
}

/// The logits of a piece of the word table. On the CPU a piece fills only the first of its [`PARTS`] parts, `part`.
#[derive(Clone, Copy)]
struct Piece {
    stride: usize,
    words: usize,
    first_word: u32,
    part: usize,
}

fn piece(index: usize, logits: &PieceLogits) -> Piece {
    Piece {
        stride: logits.words.next_multiple_of(4) as usize,
        words: logits.words as usize,
        first_word: logits.first_word,
        part: index * PARTS as usize,
    }
}

impl Piece {
    /// The column of a word, if it is in the piece.
    #[inline(always)]
    fn column(&self, word: u32) -> Option<usize> {
        let column = word.checked_sub(self.first_word)? as usize;
        (column < self.words).then_some(column)
    }
}

pub(super) fn loss(kernels: &Kernels, plan: &mut Plan, loss: &MaskedLoss) -> Result<(), DeviceError> {
    let parts = MaskedLoss::parts(loss.pieces.len());
    for (index, logits) in loss.pieces.iter().enumerate() {
        let outputs = [(loss.partials, 2 * parts), (loss.label_logits, 1)];
        let kernel = PartialSums { piece: piece(index, logits), parts };
        let (split, inputs) = (Split::rows(TOKENS, LOGITS), [loss.labels, logits.logits]);
        kernels.call_cpu(plan, "logit_partials", &split, inputs, outputs, kernel)?;
    }
    let (inputs, outputs) = ([loss.partials, loss.label_logits], [(loss.statistics, 2), (loss.losses, 1)]);
    let kernel = TokenLosses { parts };
    kernels.call_cpu(plan, "token_losses", &Split::rows(TOKENS, CHUNK_ROWS), inputs, outputs, kernel)?;
    let one = Split::rows(Extent::Fixed(1), 1);
    kernels.call_cpu(plan, "add_loss", &one, [loss.losses], [(loss.metrics, 4)], AddLoss)?;
    for (index, logits) in loss.pieces.iter().enumerate() {
        let piece = piece(index, logits);
        let (inputs, outputs) = ([loss.labels, loss.statistics], [(logits.logits, piece.stride)]);
        let (split, kernel) = (Split::rows(TOKENS, LOGITS), LogitsBackward { piece });
        kernels.call_cpu(plan, "logits_backward", &split, inputs, outputs, kernel)?;
    }
    Ok(())
}

struct PartialSums {
    piece: Piece,
    parts: usize,
}

impl CpuKernel<2, 2> for PartialSums {
    #[inline(always)]
    fn run(
        &self,
        _: &Step,
        chunk: Chunk,
        [labels, logits]: [&[f32]; 2],
        [partials, targets]: [&mut [f32]; 2],
    ) {
        let Piece { stride, words: count, part, .. } = self.piece;
        let rows = partials.chunks_exact_mut(2 * self.parts).zip(targets);
        for (row, (partials, target)) in chunk.rows.zip(rows) {
            let logits = &logits[row * stride..][..count];
            let largest = largest(logits);
            let mut total = 0.0;
            let mut exponentials = [0.0; 256];
            for part in logits.chunks(exponentials.len()) {
                for (e, logit) in exponentials.iter_mut().zip(part) {
                    *e = exp(logit - largest);
                }
                total += sum(&exponentials[..part.len()]);
            }
            partials[2 * part..2 * part + 2].copy_from_slice(&[largest, total]);
            if let Some(column) = self.piece.column(words(labels)[row]) {
                *target = logits[column];
            }
        }
    }
}

struct TokenLosses {
    parts: usize,
}

impl CpuKernel<2, 2> for TokenLosses {
    #[inline(always)]
    fn run(
        &self,
        _: &Step,
        chunk: Chunk,
        [partials, targets]: [&[f32]; 2],
        [statistics, losses]: [&mut [f32]; 2],
    ) {
        for ((row, statistic), loss) in chunk.rows.zip(statistics.chunks_exact_mut(2)).zip(losses) {
            let partials = &partials[2 * row * self.parts..][..2 * self.parts];
            // Only the first part of each piece is filled.
            let of_pieces = || partials.chunks_exact(2).step_by(PARTS as usize);
            let largest = of_pieces().fold(f32::NEG_INFINITY, |largest, part| largest.max(part[0]));
            let total = of_pieces().map(|part| part[1] * exp(part[0] - largest)).sum::<f32>();
            statistic.copy_from_slice(&[largest, total]);
            *loss = total.ln() + (largest - targets[row]);
        }
    }
}

struct AddLoss;

impl CpuKernel<1, 1> for AddLoss {
    #[inline(always)]
    fn run(&self, step: &Step, _: Chunk, [losses]: [&[f32]; 1], [metrics]: [&mut [f32]; 1]) {
        let total = sum(&losses[..step.tokens as usize]) * step.loss_scale;
        metrics[0] += total;
        metrics[3] += total;
    }
}

struct LogitsBackward {
    piece: Piece,
}

impl CpuKernel<2, 1> for LogitsBackward {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [labels, statistics]: [&[f32]; 2], [logits]: [&mut [f32]; 1]) {
        for (row, logits) in chunk.rows.zip(logits.chunks_exact_mut(self.piece.stride)) {
            let (largest, total) = (statistics[2 * row], statistics[2 * row + 1]);
            let (logits, beyond) = logits.split_at_mut(self.piece.words);
            beyond.fill(0.0);
            for logit in logits.iter_mut() {
                *logit = exp(*logit - largest) / total * step.loss_scale;
            }
            if let Some(column) = self.piece.column(words(labels)[row]) {
                logits[column] -= step.loss_scale;
            }
        }
    }
}
