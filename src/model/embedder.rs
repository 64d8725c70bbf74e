//! Sentence vectors of many token rows: sorted by length, packed into micro-batches, two of them in flight.

use std::rc::Rc;

use super::{BatchBuffers, Capacity, Encoder, Network, PackedBatch, Pooler, Pooling, SentenceModules};
use crate::{
    device::{DeviceError, Plan, ReadbackRing, Recorder, View},
    kernels::Step,
};

/// Micro-batches in flight: one computes while the next is uploaded.
const IN_FLIGHT: usize = 2;

/// Dropout for an encoding whose noise is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct RowDropout<'a> {
    /// In [0, 1).
    pub p: f32,
    pub seed: u32,
    /// For each row, the row of the batch whose masks it gets; see [`PackedBatch::with_mask_rows`].
    pub mask_rows: &'a [usize],
}

/// Encodes without keeping anything for a backward pass.
pub struct Embedder {
    network: Network,
    capacity: Capacity,
    batch: BatchBuffers,
    output: Output,
    plan: Plan,
}

/// What is read back from the device.
enum Output {
    /// Sentence vectors.
    Pooled(Box<Pooling>),
    /// Token states [tokens, hidden], which the host turns into vectors.
    States(View, Rc<SentenceModules>),
}

impl Embedder {
    /// `head` applies the network's head after the `cls` pooler.
    ///
    /// # Errors
    /// Those of the device; the pooler `own` for a model without modules of its own.
    pub fn new(network: &Network, pooler: Pooler, head: bool) -> Result<Self, DeviceError> {
        let arena = network.kernels.arena();
        // Enough rows to fill a GPU; few enough that one layer's output stays in the CPU's caches.
        let tokens = if network.device().info().is_cpu() { 1024 } else { 8192 };
        let tokens = tokens.max(network.config.max_tokens());
        let capacity = Capacity { tokens, rows: tokens / 4 };
        let encoder = Encoder::new(&network.kernels, &network.config, capacity, false)?;
        let batch = BatchBuffers::new(arena, capacity.tokens, capacity.rows)?;
        let head = head && network.has_head();
        let (kernels, weights) = (&network.kernels, &network.weights);
        let mut plan = Plan::default();
        let output = if pooler == Pooler::Own {
            let none = || DeviceError::Validation("the model has no pooling of its own".to_owned());
            let modules = network.modules().cloned().ok_or_else(none)?;
            encoder.forward(&mut plan, kernels, weights, &batch, &mut |_, _, _| Ok(()))?;
            Output::States(encoder.output().clone(), modules)
        } else {
            let pooling = Pooling::new(kernels, &network.config, pooler, head, capacity)?;
            encoder.forward(&mut plan, kernels, weights, &batch, &mut |plan, depth, states| {
                pooling.pool_depth(plan, kernels, &batch, depth, states)
            })?;
            pooling.finish(&mut plan, kernels, weights)?;
            Output::Pooled(Box::new(pooling))
        };
        Ok(Self { network: network.clone(), capacity, batch, output, plan })
    }

    /// Numbers per vector.
    pub fn width(&self) -> usize {
        let hidden = self.network.config.hidden_size;
        match &self.output {
            Output::Pooled(_) => hidden,
            Output::States(_, modules) => modules.width(hidden),
        }
    }

    /// Vectors [rows, width] of token rows, not normalised, in the order given, without dropout. `progress` gets the
    /// number of rows done.
    pub async fn embed<R: AsRef<[u32]>>(
        &self,
        rows: &[R],
        progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, DeviceError> {
        self.encode(rows, None, progress).await
    }

    /// The same with dropout, with the masks of training step 0.
    pub async fn embed_with_dropout<R: AsRef<[u32]>>(
        &self,
        rows: &[R],
        dropout: RowDropout<'_>,
        progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, DeviceError> {
        debug_assert_eq!(rows.len(), dropout.mask_rows.len(), "masks for every row");
        self.encode(rows, Some(dropout), progress).await
    }

    async fn encode<R: AsRef<[u32]>>(
        &self,
        rows: &[R],
        dropout: Option<RowDropout<'_>>,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, DeviceError> {
        let (hidden, width) = (self.network.config.hidden_size, self.width());
        let mut embeddings = vec![0.0; rows.len() * width];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        // Rows of similar length in one micro-batch keep its work even; the sort is stable.
        order.sort_by_key(|row| std::cmp::Reverse(rows[*row].as_ref().len()));

        let most_rows = match &self.output {
            Output::Pooled(_) => self.capacity.rows,
            Output::States(..) => self.capacity.tokens,
        };
        let device = self.network.device();
        let mut ring = ReadbackRing::new(device, (4 * hidden * most_rows) as u64, IN_FLIGHT);
        let mut waiting: std::collections::VecDeque<&[usize]> = Default::default();
        let mut done = 0;
        let mut rest: &[usize] = &order;
        while !rest.is_empty() || !waiting.is_empty() {
            if rest.is_empty() || !ring.has_room() {
                let (Some(values), Some(chunk)) = (ring.oldest::<f32>().await?, waiting.pop_front()) else {
                    break;
                };
                self.unpack(&values, chunk, rows, &mut embeddings);
                done += chunk.len();
                progress(done);
                continue;
            }
            let (chunk, later) = rest.split_at(self.fitting(rest, rows));
            rest = later;
            let chunk_rows: Vec<&[u32]> = chunk.iter().map(|row| rows[*row].as_ref()).collect();
            let (packed, step) = self.pack(chunk, &chunk_rows, dropout);
            self.batch.write(device, &packed);
            self.network.kernels.write_step(&step);
            let mut recorder = Recorder::new(device);
            recorder.plan(&self.plan, &step.sizes());
            recorder.fetch(
                match &self.output {
                    Output::Pooled(pooling) => pooling.output(),
                    Output::States(states, _) => states,
                },
                &mut ring,
            );
            recorder.submit();
            ring.after_submit();
            waiting.push_back(chunk);
        }
        Ok(embeddings)
    }

    /// Packs the rows `chunk`, whose token ids are `ids`, and makes the step that describes them to the device.
    fn pack(&self, chunk: &[usize], ids: &[&[u32]], dropout: Option<RowDropout>) -> (PackedBatch, Step) {
        let config = &self.network.config;
        let packed = PackedBatch::for_model(ids, config);
        let Some(RowDropout { p, seed, mask_rows }) = dropout else {
            let step = packed.sizes(Step::default()).with_dropout(0.0);
            return (packed, step);
        };
        let packed = packed.with_mask_rows(config.max_position_embeddings, |row| mask_rows[chunk[row]]);
        let step = packed.sizes(Step { seed, ..Step::default() }).with_dropout(p);
        (packed, step)
    }

    /// Writes the vectors of the rows `chunk`, from the values read back.
    fn unpack<R: AsRef<[u32]>>(
        &self,
        mut values: &[f32],
        chunk: &[usize],
        rows: &[R],
        embeddings: &mut [f32],
    ) {
        let (hidden, width) = (self.network.config.hidden_size, self.width());
        for row in chunk {
            let vector = &mut embeddings[row * width..(row + 1) * width];
            match &self.output {
                Output::Pooled(_) => vector.copy_from_slice(values.split_off(..hidden).unwrap_or_default()),
                Output::States(_, modules) => {
                    let states = values.split_off(..rows[*row].as_ref().len() * hidden).unwrap_or_default();
                    vector.copy_from_slice(&modules.vector(states, hidden));
                }
            }
        }
    }

    /// How many of the next rows fit one micro-batch.
    fn fitting<R: AsRef<[u32]>>(&self, order: &[usize], rows: &[R]) -> usize {
        let mut tokens = 0;
        let fits = |row: &&usize| {
            tokens += rows[**row].as_ref().len();
            tokens <= self.capacity.tokens
        };
        order.iter().take(self.capacity.rows).take_while(fits).count().max(1)
    }
}
