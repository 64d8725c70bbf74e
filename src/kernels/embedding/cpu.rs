//! shaders/embedding.wgsl on the CPU; the formulas are at its head.

use super::{Embedding, EmbeddingGradient};
use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split, View, Work},
    kernels::{
        CHUNK, Kernels, Step, TOKENS,
        cpu::{CpuKernel, words},
        vector::add,
    },
};

/// Rows of a chunk.
const CHUNK_ROWS: u32 = 32;
/// Words of a chunk of the word table's gradient: many, because most are not in the batch.
const WORDS: u32 = 256;

struct Forward {
    hidden: usize,
    first_word: usize,
    end_word: usize,
}

pub(super) fn forward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Embedding,
    [token_ids, token_positions]: [&View; 2],
    embedded: &View,
) -> Result<(), DeviceError> {
    let hidden = layer.hidden as usize;
    for piece in layer.word {
        let first_word = piece.first_row as usize;
        let kernel = Forward { hidden, first_word, end_word: first_word + piece.rows as usize };
        let inputs = [token_ids, token_positions, &piece.view, layer.position, layer.token_type];
        let split = Split::rows(TOKENS, CHUNK_ROWS);
        kernels.call_cpu(plan, "embed", &split, inputs, [(embedded, hidden)], kernel)?;
        plan.note(Work::moving(TOKENS, 3 * layer.hidden));
    }
    Ok(())
}

impl CpuKernel<5, 1> for Forward {
    #[inline(always)]
    fn run(
        &self,
        _: &Step,
        chunk: Chunk,
        [ids, positions, word, position, token_type]: [&[f32]; 5],
        [embedded]: [&mut [f32]; 1],
    ) {
        let hidden = self.hidden;
        for (token, embedded) in chunk.rows.zip(embedded.chunks_exact_mut(hidden)) {
            let (id, place) = (words(ids)[token] as usize, words(positions)[token] as usize);
            if !(self.first_word..self.end_word).contains(&id) {
                continue;
            }
            embedded.copy_from_slice(&word[(id - self.first_word) * hidden..][..hidden]);
            add(embedded, &position[place * hidden..][..hidden]);
            add(embedded, &token_type[..hidden]);
        }
    }
}

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Embedding,
    gradient: &EmbeddingGradient,
) -> Result<(), DeviceError> {
    let (hidden, de) = (layer.hidden as usize, gradient.embedded);
    for piece in gradient.word {
        let kernel = Words { hidden, first_word: piece.first_row };
        let split = Split::rows(Extent::Fixed(piece.rows), WORDS);
        let inputs = [gradient.distinct, gradient.places, de];
        kernels.call_cpu(plan, "embed_word_backward", &split, inputs, [(&piece.view, hidden)], kernel)?;
        plan.note(Work::moving(TOKENS, 2 * layer.hidden));
    }

    let kernel = Positions { hidden, first_position: layer.first_position as usize };
    let split = Split::rows(Extent::Fixed(layer.positions), CHUNK_ROWS);
    let outputs = [(gradient.position, hidden)];
    kernels.call_cpu(plan, "embed_position_backward", &split, [gradient.row_starts, de], outputs, kernel)?;
    plan.note(Work::moving(TOKENS, layer.hidden));

    let row = layer.types * layer.hidden;
    let split = Split::Parts { extent: TOKENS, tile: CHUNK };
    let outputs = [(gradient.scratch, row as usize)];
    kernels.call_cpu(plan, "embed_type_backward", &split, [de], outputs, Types { hidden })?;
    plan.note(Work::moving(TOKENS, layer.hidden));
    kernels.sum_partials(plan, gradient.scratch, gradient.token_type, row, TOKENS, CHUNK)
}

struct Words {
    hidden: usize,
    first_word: u32,
}

impl CpuKernel<3, 1> for Words {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [distinct, places, de]: [&[f32]; 3], [table]: [&mut [f32]; 1]) {
        let first = self.first_word + chunk.rows.start as u32;
        let distinct: &[[u32; 3]] = bytemuck::cast_slice(&distinct[..3 * step.distinct as usize]);
        // `distinct` is ascending by id.
        let begin = distinct.partition_point(|[id, ..]| *id < first);
        let mine = distinct[begin..].iter().take_while(|[id, ..]| *id < first + chunk.rows.len() as u32);
        for [id, begin, end] in mine.copied() {
            let word = &mut table[(id - first) as usize * self.hidden..][..self.hidden];
            let mut sum = vec![0.0; self.hidden];
            for token in &words(places)[begin as usize..end as usize] {
                add(&mut sum, &de[*token as usize * self.hidden..][..self.hidden]);
            }
            add(word, &sum);
        }
    }
}

struct Positions {
    hidden: usize,
    first_position: usize,
}

impl CpuKernel<2, 1> for Positions {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [row_starts, de]: [&[f32]; 2], [table]: [&mut [f32]; 1]) {
        let (hidden, starts) = (self.hidden, words(row_starts));
        for (position, total) in chunk.rows.zip(table.chunks_exact_mut(hidden)) {
            if step.accumulate == 0 {
                total.fill(0.0);
            }
            let Some(place) = position.checked_sub(self.first_position) else { continue };
            if place >= step.longest as usize {
                continue;
            }
            for row in starts[..=step.rows as usize].windows(2) {
                let token = row[0] as usize + place;
                if token < row[1] as usize {
                    add(total, &de[token * hidden..][..hidden]);
                }
            }
        }
    }
}

/// Partial sums of the type gradient; every token has type 0.
struct Types {
    hidden: usize,
}

impl CpuKernel<1, 1> for Types {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [de]: [&[f32]; 1], [partials]: [&mut [f32]; 1]) {
        let begin = CHUNK as usize * chunk.rows.start;
        let end = (begin + CHUNK as usize).min(step.tokens as usize);
        partials.fill(0.0);
        let sum = &mut partials[..self.hidden];
        de[begin * self.hidden..end * self.hidden].chunks_exact(self.hidden).for_each(|de| add(sum, de));
    }
}
