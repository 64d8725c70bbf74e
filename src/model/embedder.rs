//! Sentence vectors of many token rows: length-sorted, packed into micro-batches, two of them in flight.

use super::{BatchBuffers, Capacity, Encoder, Network, PackedBatch, Pooler, Pooling};
use crate::{
    device::{DeviceError, Plan, ReadbackRing, Recorder},
    kernels::Step,
};

/// Micro-batches in flight: one computes while the next is uploaded.
const IN_FLIGHT: usize = 2;

/// Dropout of an encoding that is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct RowDropout<'a> {
    /// 0 up to, but not, 1.
    pub p: f32,
    pub seed: u32,
    /// Of each row, the row of a batch whose masks it has; see [`PackedBatch::with_mask_rows`].
    pub mask_rows: &'a [usize],
}

/// Encodes without keeping anything for a backward pass.
pub struct Embedder {
    network: Network,
    capacity: Capacity,
    batch: BatchBuffers,
    pooling: Pooling,
    plan: Plan,
}

impl Embedder {
    /// `head` applies the network's head behind the `cls` pooler.
    pub fn new(network: &Network, pooler: Pooler, head: bool) -> Result<Self, DeviceError> {
        let arena = network.kernels.arena();
        // Enough rows to fill a GPU; few enough that the CPU's caches hold what a layer hands to the next.
        let tokens = if network.device().info().is_cpu() { 1024 } else { 8192 };
        let tokens = tokens.max(network.config.max_tokens());
        let capacity = Capacity { tokens, rows: tokens / 4 };
        let encoder = Encoder::new(&network.kernels, &network.config, capacity, false)?;
        let batch = BatchBuffers::new(arena, capacity.tokens, capacity.rows)?;
        let head = head && network.has_head();
        let (kernels, weights) = (&network.kernels, &network.weights);
        let pooling = Pooling::new(kernels, &network.config, pooler, head, capacity)?;
        let mut plan = Plan::default();
        encoder.forward(&mut plan, kernels, weights, &batch, &mut |plan, depth, states| {
            pooling.take(plan, kernels, &batch, depth, states)
        })?;
        pooling.finish(&mut plan, kernels, weights)?;
        Ok(Self { network: network.clone(), capacity, batch, pooling, plan })
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.network.config.hidden_size
    }

    /// Vectors [rows, hidden] of token rows, not normalised, in the order given, without dropout. `progress` hears of
    /// rows done.
    pub async fn embed<R: AsRef<[u32]>>(
        &self,
        rows: &[R],
        progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, DeviceError> {
        self.encode(rows, None, progress).await
    }

    /// The same under dropout, with the masks of a training step of number 0.
    pub async fn embed_dropped<R: AsRef<[u32]>>(
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
        let hidden = self.width();
        let mut embeddings = vec![0.0; rows.len() * hidden];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        // Rows of one length together keep a micro-batch's work even; ties keep their order.
        order.sort_by_key(|row| std::cmp::Reverse(rows[*row].as_ref().len()));

        let row_bytes = 4 * hidden as u64;
        let device = self.network.device();
        let mut ring = ReadbackRing::new(device, row_bytes * self.capacity.rows as u64, IN_FLIGHT);
        let mut waiting: std::collections::VecDeque<&[usize]> = Default::default();
        let mut done = 0;
        let mut rest: &[usize] = &order;
        while !rest.is_empty() || !waiting.is_empty() {
            if rest.is_empty() || !ring.has_room() {
                let (Some(values), Some(chunk)) = (ring.oldest::<f32>().await?, waiting.pop_front()) else {
                    break;
                };
                for (row, vector) in chunk.iter().zip(values.chunks_exact(hidden)) {
                    embeddings[row * hidden..(row + 1) * hidden].copy_from_slice(vector);
                }
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
            recorder.fetch(self.pooling.output(), &mut ring);
            recorder.submit();
            ring.submitted();
            waiting.push_back(chunk);
        }
        Ok(embeddings)
    }

    /// The rows `chunk`, whose token ids are `ids`, and what the device has to know of them.
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
