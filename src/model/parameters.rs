//! Where each parameter lies on the device: a few flat buffers, so that clipping and AdamW take a few dispatches for
//! all parameters.

use std::collections::{BTreeMap, HashMap};

use super::{
    HEAD_BIAS, HEAD_WEIGHT, HostTensor, ModelConfig, WORD_EMBEDDINGS, checkpoint::mlm_tensors,
    expected_tensors,
};
use half::f16;

use crate::{
    device::{Arena, Device, DeviceError, Recorder, Stored, View},
    kernels::{OptimizerShard, TableRows},
};

/// Every separately bound block starts at a multiple of this many numbers: 256 bytes, the largest
/// `minStorageBufferOffsetAlignment` that WebGPU allows.
fn alignment(stored: Stored) -> usize {
    256 / stored.bytes() as usize
}

/// Where one parameter lies.
#[derive(Debug, Clone, PartialEq)]
struct Slot {
    shape: Vec<usize>,
    /// One piece, or several for a table of more bytes than a shader may bind: whole rows each, in order.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
struct Piece {
    shard: usize,
    /// Numbers from the shard's start.
    offset: usize,
    /// Numbers.
    len: usize,
}

impl Slot {
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Numbers per row.
    fn width(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }
}

/// A flat buffer. Lengths are in numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Shard {
    len: usize,
    /// Length of the part with weight decay, which comes first.
    decay_len: usize,
    stored: Stored,
}

/// Where all parameters lie, in shards small enough for a shader to bind.
#[derive(Debug, Clone)]
pub struct ParameterLayout {
    slots: HashMap<String, Slot>,
    shards: Vec<Shard>,
}

/// What follows this parameter in the block that a kernel binds: keys and values after queries, β after γ.
fn fused(name: &str) -> Vec<String> {
    if let Some(stem) = name.strip_suffix("LayerNorm.weight") {
        return vec![format!("{stem}LayerNorm.bias")];
    }
    match name.rsplit_once("query.") {
        Some((stem, kind)) => vec![format!("{stem}key.{kind}"), format!("{stem}value.{kind}")],
        None => Vec::new(),
    }
}

fn follows_another(name: &str) -> bool {
    name.ends_with("LayerNorm.bias") || name.contains(".self.key.") || name.contains(".self.value.")
}

/// The usual no-decay group, names with `bias` or `LayerNorm.weight` (huggingface/transformers `trainer.py` of
/// version 4, which princeton-nlp/SimCSE trains with).
fn decays(name: &str) -> bool {
    !name.contains("bias") && !name.contains("LayerNorm.weight")
}

/// Which weights are stored as float16 when float16 is chosen: those that kernels can read so, nearly all bytes.
fn may_be_half(name: &str) -> bool {
    name == WORD_EMBEDDINGS
        || name.starts_with("encoder.") && name.ends_with(".weight") && !name.contains("LayerNorm")
}

/// Numbers of a tensor with its padding: the word table is padded to a multiple of 4 words, because the matrix
/// products of masked-language modelling read words as vec4. The padding stays zero.
fn padded_len(name: &str, shape: &[usize]) -> usize {
    match name {
        WORD_EMBEDDINGS => shape[0].next_multiple_of(4) * shape[1],
        _ => shape.iter().product(),
    }
}

/// Which heads have parameters in a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heads {
    /// SimCSE's tanh head.
    pub sentence: bool,
    /// The head of masked-language modelling.
    pub mlm: bool,
}

impl ParameterLayout {
    /// All encoder parameters and those of `heads`. `max_bytes` is the limit of one shard; `weights` says how
    /// matrices and the word table are stored, everything else is float32.
    ///
    /// # Errors
    /// A parameter that does not fit one shard and is no table that can be split by rows.
    pub fn new(
        config: &ModelConfig,
        heads: Heads,
        max_bytes: u64,
        weights: Stored,
    ) -> Result<Self, DeviceError> {
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

        let mut blocks: Vec<Vec<String>> = Vec::new();
        for (name, _) in tensors.iter().filter(|(name, _)| !follows_another(name)) {
            let mut block = vec![name.clone()];
            block.extend(fused(name));
            blocks.push(block);
        }

        let (halves, floats): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| weights == Stored::F16 && may_be_half(&block[0]));
        // Decaying blocks come first in every shard, so that one boundary separates the two groups.
        let (decaying, rest): (Vec<_>, Vec<_>) = floats.into_iter().partition(|block| decays(&block[0]));
        let mut layout = ParameterLayout { slots: HashMap::new(), shards: Vec::new() };
        for (blocks, decay, stored) in
            [(halves, true, Stored::F16), (decaying, true, Stored::F32), (rest, false, Stored::F32)]
        {
            let alignment = alignment(stored);
            let max_len = (max_bytes / stored.bytes()) as usize / alignment * alignment;
            for block in blocks {
                let len: usize = block.iter().map(|name| padded_len(name, &shapes[name])).sum();
                let len = len.next_multiple_of(alignment);
                if len <= max_len {
                    layout.place(&block, &shapes, len, decay, stored, max_len);
                    continue;
                }
                let shape = &shapes[&block[0]];
                if block.len() > 1 || shape.len() != 2 || shape[1] > max_len {
                    let (what, needed) = (block.join(", "), stored.bytes() * len as u64);
                    return Err(DeviceError::TooLarge { what, needed, limit: max_bytes });
                }
                layout.split(&block[0], shape, decay, stored, max_len);
            }
        }
        Ok(layout)
    }

    /// Splits a table [rows, width] into shards of its own, as many whole rows in each as fit.
    fn split(&mut self, name: &str, shape: &[usize], decay: bool, stored: Stored, max_len: usize) {
        let (rows, width, alignment) = (shape[0], shape[1], alignment(stored));
        // A multiple of the alignment, so that a bias over the words can be bound at the same borders.
        let rows_of_piece = (max_len / width / alignment * alignment).max(1);
        let mut pieces = Vec::new();
        for first in (0..rows).step_by(rows_of_piece) {
            let len = rows_of_piece.min(rows - first) * width;
            pieces.push(Piece { shard: self.shards.len(), offset: 0, len });
            let len = padded_len(name, &[len / width, width]).next_multiple_of(alignment);
            self.shards.push(Shard { len, decay_len: if decay { len } else { 0 }, stored });
        }
        self.slots.insert(name.to_owned(), Slot { shape: shape.to_vec(), pieces });
    }

    fn place(
        &mut self,
        block: &[String],
        shapes: &HashMap<String, Vec<usize>>,
        len: usize,
        decay: bool,
        stored: Stored,
        max_len: usize,
    ) {
        let has_room = |shard: &Shard| shard.stored == stored && shard.len + len <= max_len;
        if !self.shards.last().is_some_and(has_room) {
            self.shards.push(Shard { stored, ..Shard::default() });
        }
        let index = self.shards.len() - 1;
        let shard = &mut self.shards[index];
        let mut offset = shard.len;
        for name in block {
            let shape = shapes[name].clone();
            let len = shape.iter().product();
            let pieces = vec![Piece { shard: index, offset, len }];
            offset += len;
            self.slots.insert(name.clone(), Slot { shape, pieces });
        }
        shard.len += len;
        if decay {
            shard.decay_len = shard.len;
        }
    }

    /// Numbers in all shards, padding included.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn slot(&self, name: &str) -> &Slot {
        // Names come from this module and the encoder, never from a file.
        self.slots.get(name).unwrap_or_else(|| unreachable!("no parameter is called {name}"))
    }
}

/// One value per parameter in a layout's flat buffers: weights, gradients or a moment.
#[derive(Clone)]
pub struct ParameterBuffers {
    layout: std::rc::Rc<ParameterLayout>,
    shards: Vec<View>,
}

impl ParameterBuffers {
    /// Buffers of zeros.
    pub fn new(
        arena: &Arena,
        what: &str,
        layout: &std::rc::Rc<ParameterLayout>,
    ) -> Result<Self, DeviceError> {
        let shards: Result<_, _> =
            layout.shards.iter().map(|shard| arena.storage_of(what, shard.len, shard.stored)).collect();
        Ok(Self { layout: layout.clone(), shards: shards? })
    }

    /// The pieces of a table in row order: one, or several where it exceeds what a shader may bind. The views of the
    /// word table include the padding to a multiple of 4 rows.
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

    /// The view of one parameter, or of a fused block, by its first parameter's name.
    pub fn block(&self, name: &str) -> View {
        let first = self.layout.slot(name);
        // Only word tables are split, and those are read by `table`.
        let piece = &first.pieces[0];
        let more: usize = fused(name).iter().map(|name| self.layout.slot(name).len()).sum();
        self.shards[piece.shard].slice(piece.offset, piece.len + more)
    }

    /// The part of a vector over the words that belongs to a piece of the word table, padded to a multiple of 4.
    pub fn words_of(&self, name: &str, piece: &TableRows) -> View {
        let place = &self.layout.slot(name).pieces[0];
        let first = place.offset + piece.first_row as usize;
        self.shards[place.shard].slice(first, piece.rows.next_multiple_of(4) as usize)
    }

    /// Whether these are exactly the tensors of this layout, with its shapes.
    pub fn accepts(&self, tensors: &BTreeMap<String, HostTensor>) -> bool {
        let fits = |(name, tensor): (&String, &HostTensor)| {
            self.layout.slots.get(name).is_some_and(|slot| slot.shape == tensor.shape)
        };
        tensors.len() == self.layout.slots.len() && tensors.iter().all(fits)
    }

    /// Uploads tensors by canonical name, rounded to their stored type. Names that are not in the layout are ignored.
    pub fn write(&self, device: &Device, tensors: &BTreeMap<String, HostTensor>) {
        for (name, tensor) in tensors {
            let Some(slot) = self.layout.slots.get(name) else { continue };
            let mut rest = tensor.data.as_slice();
            for piece in &slot.pieces {
                let (values, later) = rest.split_at(piece.len);
                let view = self.shards[piece.shard].slice(piece.offset, piece.len);
                match view.stored {
                    Stored::F32 => view.write(device, values),
                    Stored::F16 => {
                        let halves: Vec<f16> = values.iter().map(|value| f16::from_f32(*value)).collect();
                        view.write(device, &halves);
                    }
                }
                rest = later;
            }
        }
    }

    /// Reads all tensors by canonical name, after everything submitted so far.
    pub async fn read(&self, device: &Device) -> Result<BTreeMap<String, HostTensor>, DeviceError> {
        let mut shards = Vec::with_capacity(self.shards.len());
        for shard in &self.shards {
            shards.push(match shard.stored {
                Stored::F32 => shard.read(device).await?,
                Stored::F16 => {
                    let halves: Vec<f16> = shard.read(device).await?;
                    halves.into_iter().map(f16::to_f32).collect()
                }
            });
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

    /// Copies `source`, which must have the same layout, on the device.
    pub fn copy_from(&self, recorder: &mut Recorder, source: &ParameterBuffers) {
        for (to, from) in self.shards.iter().zip(&source.shards) {
            recorder.copy(from, to);
        }
    }
}

/// What training keeps in addition to the weights.
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
        let shard = |(index, shard): (usize, &Shard)| OptimizerShard {
            len: shard.len,
            decay_len: shard.decay_len,
            parameters: weights.shards[index].clone(),
            gradients: self.gradients.shards[index].clone(),
            first_moments: self.first_moments.shards[index].clone(),
            second_moments: self.second_moments.shards[index].clone(),
        };
        weights.layout.shards.iter().enumerate().map(shard).collect()
    }
}
