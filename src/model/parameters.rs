//! Where each parameter lives on the GPU: a few flat buffers, so that clipping and AdamW run over everything in a
//! few dispatches.

use std::collections::{BTreeMap, HashMap};

use super::{
    HEAD_BIAS, HEAD_WEIGHT, HostTensor, ModelConfig, WORD_EMBEDDINGS, checkpoint::mlm_tensors,
    expected_tensors,
};
use crate::{
    device::{Arena, Device, DeviceError, Recorder, View},
    kernels::{OptimizerShard, TableRows},
};

/// Floats that every separately bound block starts at a multiple of: 256 bytes, WebGPU's strictest alignment.
const ALIGNMENT: usize = 64;

/// One parameter's place.
#[derive(Debug, Clone, PartialEq)]
struct Slot {
    shape: Vec<usize>,
    /// One, or several for a table of more bytes than a shader may bind: whole rows each, in order.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
struct Piece {
    shard: usize,
    /// Floats from the shard's start.
    offset: usize,
    /// Floats.
    len: usize,
}

impl Slot {
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Floats of a row.
    fn width(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }
}

/// Places of all parameters in shards none of which exceeds what a shader may bind.
#[derive(Debug, Clone)]
pub struct ParameterLayout {
    slots: HashMap<String, Slot>,
    /// Length and, of it, the part with weight decay, in floats.
    shards: Vec<(usize, usize)>,
}

/// Parameters that a kernel binds as one block, in this order: queries, keys and values; γ and β.
fn fused(name: &str) -> Option<[String; 2]> {
    if let Some(stem) = name.strip_suffix("LayerNorm.weight") {
        return Some([format!("{stem}LayerNorm.bias"), String::new()]);
    }
    let (stem, kind) = name.rsplit_once("query.")?;
    Some([format!("{stem}key.{kind}"), format!("{stem}value.{kind}")])
}

fn follows_another(name: &str) -> bool {
    name.ends_with("LayerNorm.bias") || name.contains(".self.key.") || name.contains(".self.value.")
}

/// AdamW's usual no-decay group (arXiv 2104.08821's code: names with `bias` or `LayerNorm.weight`).
fn decays(name: &str) -> bool {
    !name.contains("bias") && !name.contains("LayerNorm.weight")
}

/// Floats of a tensor with what is kept free behind it: the word table has whole vec4s of words, because the
/// products of masked-language modelling are over them. The free rows stay zero.
fn padded_len(name: &str, shape: &[usize]) -> usize {
    match name {
        WORD_EMBEDDINGS => shape[0].next_multiple_of(4) * shape[1],
        _ => shape.iter().product(),
    }
}

/// Which heads a layout has parameters for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heads {
    /// SimCSE's tanh head over sentence vectors.
    pub sentence: bool,
    /// That of masked-language modelling.
    pub mlm: bool,
}

impl ParameterLayout {
    /// All encoder parameters, and those of the heads there are. `max_bytes` is what one shard may have.
    pub fn new(config: &ModelConfig, heads: Heads, max_bytes: u64) -> Result<Self, DeviceError> {
        let mut tensors = expected_tensors(config);
        if heads.sentence {
            let hidden = config.hidden_size;
            tensors.push((HEAD_WEIGHT.to_owned(), vec![hidden, hidden]));
            tensors.push((HEAD_BIAS.to_owned(), vec![hidden]));
        }
        if heads.mlm {
            tensors.extend(mlm_tensors(config).map(|(name, shape)| (name.to_owned(), shape)));
        }
        let shapes: HashMap<String, Vec<usize>> = tensors.iter().cloned().collect();
        let max_len = (max_bytes / 4) as usize / ALIGNMENT * ALIGNMENT;

        let mut blocks: Vec<Vec<String>> = Vec::new();
        for (name, _) in tensors.iter().filter(|(name, _)| !follows_another(name)) {
            let mut block = vec![name.clone()];
            block.extend(fused(name).into_iter().flatten().filter(|name| !name.is_empty()));
            blocks.push(block);
        }

        // Decaying blocks first in every shard: one boundary tells the optimizer which is which.
        let (decaying, rest): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| decays(&block[0]));
        let mut layout = ParameterLayout { slots: HashMap::new(), shards: vec![(0, 0)] };
        for (blocks, decay) in [(decaying, true), (rest, false)] {
            for block in blocks {
                let len: usize = block.iter().map(|name| padded_len(name, &shapes[name])).sum();
                let len = len.next_multiple_of(ALIGNMENT);
                if len <= max_len {
                    layout.place(&block, &shapes, len, decay, max_len);
                    continue;
                }
                let shape = &shapes[&block[0]];
                if block.len() > 1 || shape.len() != 2 || shape[1] > max_len {
                    let what = block.join(", ");
                    return Err(DeviceError::TooLarge { what, needed: 4 * len as u64, limit: max_bytes });
                }
                layout.split(&block[0], shape, decay, max_len);
            }
        }
        Ok(layout)
    }

    /// Gives a table of [rows, width] shards of its own, as many whole rows in each as fit.
    fn split(&mut self, name: &str, shape: &[usize], decay: bool, max_len: usize) {
        let (rows, width) = (shape[0], shape[1]);
        // Whole vec4s of words, and pieces of a bias over them that may be bound.
        let rows_of_piece = (max_len / width / ALIGNMENT * ALIGNMENT).max(1);
        // The one that the layout begins with may still be empty.
        self.shards.retain(|(used, _)| *used > 0);
        let mut pieces = Vec::new();
        for first in (0..rows).step_by(rows_of_piece) {
            let len = rows_of_piece.min(rows - first) * width;
            pieces.push(Piece { shard: self.shards.len(), offset: 0, len });
            let used = padded_len(name, &[len / width, width]).next_multiple_of(ALIGNMENT);
            self.shards.push((used, if decay { used } else { 0 }));
        }
        self.slots.insert(name.to_owned(), Slot { shape: shape.to_vec(), pieces });
    }

    fn place(
        &mut self,
        block: &[String],
        shapes: &HashMap<String, Vec<usize>>,
        len: usize,
        decay: bool,
        max_len: usize,
    ) {
        if self.shards.last().is_none_or(|(used, _)| used + len > max_len) {
            self.shards.push((0, 0));
        }
        let shard = self.shards.len() - 1;
        let (used, decay_len) = &mut self.shards[shard];
        let mut offset = *used;
        for name in block {
            let shape = shapes[name].clone();
            let len = shape.iter().product();
            let pieces = vec![Piece { shard, offset, len }];
            offset += len;
            self.slots.insert(name.clone(), Slot { shape, pieces });
        }
        *used += len;
        if decay {
            *decay_len = *used;
        }
    }

    /// Floats in all shards, alignment included.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|(len, _)| len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn slot(&self, name: &str) -> &Slot {
        // Names come from this module and the encoder, never from a file.
        self.slots.get(name).unwrap_or_else(|| unreachable!("no parameter is called {name}"))
    }
}

/// One flat copy of something every parameter has one of: weights, gradients, a moment.
#[derive(Clone)]
pub struct ParameterBuffers {
    layout: std::rc::Rc<ParameterLayout>,
    shards: Vec<View>,
}

impl ParameterBuffers {
    /// Zeros.
    pub fn new(
        arena: &Arena,
        what: &str,
        layout: &std::rc::Rc<ParameterLayout>,
    ) -> Result<Self, DeviceError> {
        let shards: Result<_, _> = layout.shards.iter().map(|(len, _)| arena.storage(what, *len)).collect();
        Ok(Self { layout: layout.clone(), shards: shards? })
    }

    /// A table's rows, by first row: in one piece, or in several where it exceeds what a shader may bind. The views
    /// of word tables reach over the free rows that make their number a multiple of 4.
    pub fn table(&self, name: &str) -> Vec<TableRows> {
        let slot = self.layout.slot(name);
        let mut first_row = 0;
        let rows = |piece: &Piece| {
            let rows = (piece.len / slot.width()) as u32;
            let len = padded_len(name, &[piece.len / slot.width(), slot.width()]);
            let view = self.shards[piece.shard].slice(piece.offset, len);
            first_row += rows;
            TableRows { first_row: first_row - rows, rows, view }
        };
        slot.pieces.iter().map(rows).collect()
    }

    /// The view of one parameter, or of several that lie side by side (the first one's name).
    pub fn block(&self, name: &str) -> View {
        let first = self.layout.slot(name);
        // Only word tables are cut, and those are asked for by `table`.
        let piece = &first.pieces[0];
        let more: usize = fused(name)
            .into_iter()
            .flatten()
            .filter(|name| !name.is_empty())
            .map(|name| self.layout.slot(&name).len())
            .sum();
        self.shards[piece.shard].slice(piece.offset, piece.len + more)
    }

    /// Part of a vector over the words: those of a piece of the word table, and what is free up to a whole vec4.
    pub fn words_of(&self, name: &str, piece: &TableRows) -> View {
        let place = &self.layout.slot(name).pieces[0];
        let first = place.offset + piece.first_row as usize;
        self.shards[place.shard].slice(first, piece.rows.next_multiple_of(4) as usize)
    }

    /// Whether these are exactly the tensors that have a place here, in their shapes.
    pub fn accepts(&self, tensors: &BTreeMap<String, HostTensor>) -> bool {
        let fits = |(name, tensor): (&String, &HostTensor)| {
            self.layout.slots.get(name).is_some_and(|slot| slot.shape == tensor.shape)
        };
        tensors.len() == self.layout.slots.len() && tensors.iter().all(fits)
    }

    /// Uploads tensors by canonical name; names without a place here are passed over.
    pub fn write(&self, device: &Device, tensors: &BTreeMap<String, HostTensor>) {
        for (name, tensor) in tensors {
            let Some(slot) = self.layout.slots.get(name) else { continue };
            let mut rest = tensor.data.as_slice();
            for piece in &slot.pieces {
                let (values, later) = rest.split_at(piece.len);
                self.shards[piece.shard].slice(piece.offset, piece.len).write(device, values);
                rest = later;
            }
        }
    }

    /// All tensors by canonical name, after everything submitted so far.
    pub async fn read(&self, device: &Device) -> Result<BTreeMap<String, HostTensor>, DeviceError> {
        let mut shards = Vec::with_capacity(self.shards.len());
        for shard in &self.shards {
            shards.push(shard.read::<f32>(device).await?);
        }
        let tensor = |slot: &Slot| {
            let mut data = Vec::with_capacity(slot.len());
            for Piece { shard, offset, len } in &slot.pieces {
                data.extend_from_slice(&shards[*shard][*offset..offset + len]);
            }
            HostTensor { shape: slot.shape.clone(), data }
        };
        Ok(self.layout.slots.iter().map(|(name, slot)| (name.clone(), tensor(slot))).collect())
    }

    /// Sets everything to zero.
    pub fn clear(&self, recorder: &mut Recorder) {
        self.shards.iter().for_each(|shard| recorder.clear(shard));
    }

    /// Copies all of `source`, which has the same layout, on the device.
    pub fn copy_from(&self, recorder: &mut Recorder, source: &ParameterBuffers) {
        for (to, from) in self.shards.iter().zip(&source.shards) {
            recorder.copy(from, to);
        }
    }
}

/// What training needs beside the weights.
pub struct TrainingBuffers {
    pub gradients: ParameterBuffers,
    pub first_moments: ParameterBuffers,
    pub second_moments: ParameterBuffers,
}

impl TrainingBuffers {
    pub fn new(arena: &Arena, layout: &std::rc::Rc<ParameterLayout>) -> Result<Self, DeviceError> {
        Ok(Self {
            gradients: ParameterBuffers::new(arena, "gradients", layout)?,
            first_moments: ParameterBuffers::new(arena, "first moments", layout)?,
            second_moments: ParameterBuffers::new(arena, "second moments", layout)?,
        })
    }

    /// The optimizer's view of weights and buffers.
    pub fn optimizer_shards(&self, weights: &ParameterBuffers) -> Vec<OptimizerShard> {
        let shard = |index: usize, len: usize, decay_len: usize| OptimizerShard {
            len,
            decay_len,
            parameters: weights.shards[index].clone(),
            gradients: self.gradients.shards[index].clone(),
            first_moments: self.first_moments.shards[index].clone(),
            second_moments: self.second_moments.shards[index].clone(),
        };
        let lens = weights.layout.shards.iter().enumerate();
        lens.map(|(index, (len, decay_len))| shard(index, *len, *decay_len)).collect()
    }
}
