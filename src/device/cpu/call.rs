//! Kernel calls on the CPU, and how they are cut into chunks.

use std::{ops::Range, sync::Arc};

use super::memory::Block;
use crate::device::{DeviceError, Extent, View, view::Buffer};

/// How a call is cut into chunks, each computed by one thread. The cut depends on the call's sizes and never on the
/// number of threads, so results do not depend on it either.
#[derive(Clone, Debug)]
pub enum Split {
    /// `tile` of `extent · times` rows a chunk, the last one what is left; see [`Split::rows`].
    Rows { extent: Extent, times: u32, tile: u32 },
    /// One row of the outputs a chunk, for every `tile` of `extent` and for what is left: partial sums.
    Parts { extent: Extent, tile: u32 },
    /// `extent` chunks; chunk i has the rows `starts[i]..starts[i + 1]`.
    Spans { extent: Extent, starts: View },
}

impl Split {
    /// `tile` rows of `extent` a chunk.
    pub const fn rows(extent: Extent, tile: u32) -> Self {
        Self::Rows { extent, times: 1, tile }
    }

    /// The same over `more` times the extent.
    pub fn times(self, more: u32) -> Self {
        match self {
            Self::Rows { extent, times, tile } => Self::Rows { extent, times: times * more, tile },
            other => other,
        }
    }
}

/// A part of a call that one thread computes.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Rows of the outputs.
    pub rows: Range<usize>,
}

/// A [`Split`] with the memory of its view.
#[derive(Clone)]
enum Cut {
    Rows { extent: Extent, times: u32, tile: u32 },
    Parts { extent: Extent, tile: u32 },
    Spans { extent: Extent, starts: Block },
}

type Run = dyn Fn(Chunk) + Send + Sync;

/// A function over slices with its buffers, to be run any number of times.
#[derive(Clone)]
pub struct CpuCall {
    cut: Cut,
    run: Arc<Run>,
}

fn block(view: &View) -> Result<Block, DeviceError> {
    match &view.buffer {
        Buffer::Cpu(memory) => Ok(memory.block(view.offset, view.size)),
        Buffer::Gpu(_) => Err(DeviceError::Validation("a buffer of a GPU in a call for the CPU".to_owned())),
    }
}

impl CpuCall {
    /// A call that runs `run` once for each chunk, with all of `uniform` (the step) and of `inputs`, and the chunk's
    /// rows of each of `outputs`. Each output comes with the floats of one of its rows; with 0 it is empty.
    ///
    /// # Errors
    /// An output overlaps an input or another output: chunks run at the same time, so none may read what another
    /// writes.
    pub fn new<const I: usize, const O: usize>(
        split: &Split,
        uniform: &View,
        inputs: [&View; I],
        outputs: [(&View, usize); O],
        run: impl Fn(&[f32], Chunk, [&[f32]; I], [&mut [f32]; O]) + Send + Sync + 'static,
    ) -> Result<Self, DeviceError> {
        let cut = match split {
            Split::Rows { extent, times, tile } => Cut::Rows { extent: *extent, times: *times, tile: *tile },
            Split::Parts { extent, tile } => Cut::Parts { extent: *extent, tile: *tile },
            Split::Spans { extent, starts } => Cut::Spans { extent: *extent, starts: block(starts)? },
        };
        let uniform = block(uniform)?;
        let mut read = Vec::with_capacity(I);
        for view in inputs {
            read.push(block(view)?);
        }
        let mut written = Vec::with_capacity(O);
        for (view, width) in outputs {
            written.push((block(view)?, width));
        }
        for (index, (output, _)) in written.iter().enumerate() {
            let others = written[..index].iter().map(|(other, _)| other).chain(&read);
            if others.into_iter().any(|other| other.overlaps(output)) {
                return Err(DeviceError::Validation("an output of a call is used twice by it".to_owned()));
            }
        }
        let run = move |chunk: Chunk| {
            // SAFETY: the executor runs one call at a time, the rows of its chunks are disjoint, and no output overlaps
            // another view of the call.
            let (uniform, inputs, outputs) = unsafe {
                let rows = |width: usize| chunk.rows.start * width..chunk.rows.end * width;
                (
                    uniform.read(),
                    std::array::from_fn(|index| read[index].read()),
                    std::array::from_fn(|index| written[index].0.write(rows(written[index].1))),
                )
            };
            run(uniform, chunk, inputs, outputs);
        };
        Ok(Self { cut, run: Arc::new(run) })
    }

    pub(super) fn chunks(&self, sizes: &[u32]) -> usize {
        match &self.cut {
            Cut::Rows { extent, times, tile } => (times * extent.resolve(sizes)).div_ceil(*tile) as usize,
            Cut::Parts { extent, tile } => extent.resolve(sizes).div_ceil(*tile) as usize,
            Cut::Spans { extent, .. } => extent.resolve(sizes) as usize,
        }
    }

    pub(super) fn run(&self, index: usize, sizes: &[u32]) {
        let rows = match &self.cut {
            Cut::Rows { extent, times, tile } => {
                let (tile, end) = (*tile as usize, (times * extent.resolve(sizes)) as usize);
                index * tile..(index * tile + tile).min(end)
            }
            Cut::Parts { .. } => index..index + 1,
            Cut::Spans { starts, .. } => {
                // SAFETY: the host writes `starts`, between calls; no call does.
                let starts: &[u32] = bytemuck::cast_slice(unsafe { starts.read() });
                starts[index] as usize..starts[index + 1] as usize
            }
        };
        (self.run)(Chunk { rows });
    }
}
