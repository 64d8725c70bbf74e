//! Word, position and type embeddings, and the gradients of their tables, as calls for a GPU; cpu.rs has the CPU's.
//! Formulas, shapes and costs: shaders/embedding.wgsl.
//!
//! A lookup is linear, so the gradient of a table's row is the sum of the gradients of the tokens that looked it up.

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{CHUNK, DISTINCT, Kernels, TOKENS, shader, teams_per, threads_per};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, KernelSpec, Plan, ShaderSource, Stored, View, Work,
};

static SOURCE: ShaderSource = shader!("common/team.wgsl", "stored/f32.wgsl", "embedding.wgsl");
/// Over a word table of float16.
static HALF_SOURCE: ShaderSource = shader!("common/team.wgsl", "stored/f16.wgsl", "embedding.wgsl");

const fn forward(source: &'static ShaderSource) -> KernelSpec {
    source.kernel("embed", &[Uniform, Uniform, Read, Read, Read, Read, Read, ReadWrite])
}
static FORWARD: KernelSpec = forward(&SOURCE);
static HALF_FORWARD: KernelSpec = forward(&HALF_SOURCE);

static WORD_BACKWARD: KernelSpec =
    SOURCE.kernel("embed_word_backward", &[Uniform, Uniform, Read, Read, Read, ReadWrite]);
static POSITION_BACKWARD: KernelSpec =
    SOURCE.kernel("embed_position_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);
static TYPE_BACKWARD: KernelSpec = SOURCE.kernel("embed_type_backward", &[Uniform, Uniform, Read, ReadWrite]);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    positions: u32,
    types: u32,
    first_position: u32,
    first_word: u32,
    end_word: u32,
    pad: [u32; 2],
}

/// A piece of the word table: consecutive rows, as many as can be bound at once.
#[derive(Clone, Debug)]
pub struct TableRows {
    pub first_row: u32,
    pub rows: u32,
    /// [rows, hidden]; float16 where a GPU encodes without training.
    pub view: View,
}

/// Sum of word, position and type embeddings for every token; `hidden` is a multiple of 4.
#[derive(Clone, Copy)]
pub struct Embedding<'a> {
    pub hidden: u32,
    /// Rows of the position table.
    pub positions: u32,
    /// Position of a row's first token: 0 for BERT, 2 for RoBERTa.
    pub first_position: u32,
    /// Rows of the type table; every token has type 0.
    pub types: u32,
    /// [vocabulary, hidden] in pieces, all rows in order.
    pub word: &'a [TableRows],
    /// [positions, hidden]
    pub position: &'a View,
    /// [types, hidden]
    pub token_type: &'a View,
}

/// Gradients of the tables, and the lists of tokens that each of their rows sums over.
#[derive(Clone, Copy)]
pub struct EmbeddingGradient<'a> {
    /// de, the gradient of the sum, read, [tokens, hidden].
    pub embedded: &'a View,
    /// [vocabulary, hidden], in pieces like the table; the caller clears it unless the step accumulates.
    pub word: &'a [TableRows],
    /// [positions, hidden]
    pub position: &'a View,
    /// [types, hidden]
    pub token_type: &'a View,
    /// [distinct, 3] u32, ascending by id: token id, first and end index into `places`.
    pub distinct: &'a View,
    /// `[tokens]` u32: tokens ordered by id.
    pub places: &'a View,
    /// [rows + 1] u32
    pub row_starts: &'a View,
    /// Partial sums of the type gradient, [`Embedding::scratch_len`] floats.
    pub scratch: &'a View,
}

impl Embedding<'_> {
    fn op(&self) -> Op {
        Op {
            width: self.hidden / 4,
            positions: self.positions,
            types: self.types,
            first_position: self.first_position,
            first_word: 0,
            end_word: 0,
            pad: [0; 2],
        }
    }

    fn op_for(&self, words: &TableRows) -> Op {
        Op { first_word: words.first_row, end_word: words.first_row + words.rows, ..self.op() }
    }

    /// Floats of [`EmbeddingGradient::scratch`] for up to `tokens` tokens: [⌈tokens/64⌉, types, hidden].
    pub fn scratch_len(hidden: usize, types: usize, tokens: usize) -> usize {
        types * hidden * tokens.div_ceil(CHUNK as usize)
    }
}

impl Kernels {
    /// `embedded[tokens, hidden]` from ids and positions, `[tokens]` u32 each.
    pub fn embed(
        &self,
        plan: &mut Plan,
        layer: &Embedding,
        token_ids: &View,
        token_positions: &View,
        embedded: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::forward(self, plan, layer, [token_ids, token_positions], embedded);
        }
        // Each call writes the tokens whose words are in its piece.
        for words in layer.word {
            let views = [token_ids, token_positions, &words.view, layer.position, layer.token_type, embedded];
            let grid = threads_per(TOKENS, layer.hidden / 4);
            let spec = match words.view.stored {
                Stored::F32 => &FORWARD,
                Stored::F16 => &HALF_FORWARD,
            };
            self.call(plan, spec, &[], &layer.op_for(words), &views, grid)?;
            plan.note(Work::moving(TOKENS, 3 * layer.hidden));
        }
        Ok(())
    }

    /// Gradients of the three tables; see [`EmbeddingGradient`].
    pub fn embed_backward(
        &self,
        plan: &mut Plan,
        layer: &Embedding,
        gradient: &EmbeddingGradient,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::backward(self, plan, layer, gradient);
        }
        let (op, width) = (layer.op(), layer.hidden / 4);
        let de = gradient.embedded;
        for words in gradient.word {
            let views = [de, gradient.distinct, gradient.places, &words.view];
            let grid = teams_per(DISTINCT, 1, width);
            self.call(plan, &WORD_BACKWARD, &[], &layer.op_for(words), &views, grid)?;
            plan.note(Work::moving(TOKENS, 2 * layer.hidden));
        }

        let views = [de, gradient.row_starts, gradient.position];
        let grid = teams_per(Extent::Fixed(layer.positions), 1, width);
        self.call(plan, &POSITION_BACKWARD, &[], &op, &views, grid)?;
        plan.note(Work::moving(TOKENS, layer.hidden));

        let views = [de, gradient.scratch];
        let grid = teams_per(TOKENS, CHUNK, layer.types * width);
        self.call(plan, &TYPE_BACKWARD, &[], &op, &views, grid)?;
        plan.note(Work::moving(TOKENS, layer.hidden));
        self.sum_partials(
            plan,
            gradient.scratch,
            gradient.token_type,
            layer.types * layer.hidden,
            TOKENS,
            CHUNK,
        )
    }
}
