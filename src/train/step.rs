//! One training step on the device: forward, loss, backward, clipping, AdamW, as plans made once.
//!
//! With micro-batches it is GradCache (arXiv 2101.06983, section 3): every part of the batch is encoded for its
//! vectors only, the loss gives their gradients, and each part is encoded again with the same dropout masks for the
//! backward pass. No mask is stored, since masks are recomputed from a counter.

use std::{collections::BTreeMap, ops::Range};

use super::{Dataset, TrainError, TrainOptions, batch::Batch, pass::EncoderPass};
use crate::{
    device::{Plan, ReadbackRing, Recorder, View},
    kernels::{METRICS, Optimizer, Step, TableRows},
    model::{Capacity, HostTensor, Network, PackedBatch, TrainingBuffers, WORD_EMBEDDINGS},
    objective::{ContrastiveLoss, MaskedLanguageModel},
};

/// The numbers that a step leaves in the metrics buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepMetrics {
    pub loss: f32,
    /// Global L2 norm of all gradients before clipping.
    pub gradient_norm: f32,
    /// Factor by which clipping scaled the gradients; 0 means that there was no update because the norm was not finite.
    pub clip_factor: f32,
    /// The share of masked-language modelling in the loss, its weight included; 0 without it.
    pub mlm: f32,
}

impl StepMetrics {
    pub fn from_values(values: &[f32]) -> Self {
        Self { loss: values[0], gradient_norm: values[1], clip_factor: values[2], mlm: values[3] }
    }

    /// Whether loss and gradients are finite.
    pub fn finite(&self) -> bool {
        self.loss.is_finite() && self.gradient_norm.is_finite() && self.clip_factor > 0.0
    }
}

/// All buffers and plans of training one network with one recipe.
pub struct TrainingStep {
    network: Network,
    pass: EncoderPass,
    buffers: TrainingBuffers,
    metrics: View,
    word_gradient: Vec<TableRows>,
    loss: Plan,
    /// S of the last step, [anchors, stride], and the stride.
    similarity: (View, usize),
    /// `None` if the batch is encoded in one piece.
    cache: Option<GradientCache>,
    mlm: Option<MlmPass>,
    update: Plan,
    fixed_mask: bool,
    /// `false` means masked-language modelling only.
    contrastive: bool,
}

/// Vectors of the whole batch and their gradients, view by view, [rows, hidden].
struct GradientCache {
    /// Items encoded together.
    items: usize,
    vectors: View,
    gradients: View,
    /// Gradients of one part's vectors, from which its backward pass starts.
    part_gradients: View,
}

struct MlmPass {
    model: MaskedLanguageModel,
    weight: f32,
    /// The encoder's backward pass, from the gradient that the head leaves.
    backward: Plan,
}

/// Between the buffers of a part of a batch and those of the whole batch.
#[derive(Clone, Copy)]
enum Direction {
    ToBatch,
    ToPart,
}

impl TrainingStep {
    pub fn new(network: &Network, data: &Dataset, options: &TrainOptions) -> Result<Self, TrainError> {
        let arena = network.kernels.arena();
        let views = data.views();
        let items = options.batch_size.min(data.len());
        let part = options.micro_batch(items);
        let capacity = Capacity { tokens: data.most_tokens(part), rows: part * views };
        let hidden = network.config.hidden_size;
        let loss =
            ContrastiveLoss::new(arena, options.loss, hidden, &options.matryoshka, items, views.max(2))?;
        let metrics = arena.storage("metrics", METRICS)?;
        let buffers = TrainingBuffers::new(arena, &network.layout)?;

        let cache = if part == items {
            None
        } else {
            Some(GradientCache {
                items: part,
                vectors: arena.storage("cached vectors", items * views * hidden)?,
                gradients: loss.d_embeddings.clone(),
                part_gradients: arena
                    .storage("gradient of a micro-batch's vectors", part * views * hidden)?,
            })
        };
        let d_vectors = cache.as_ref().map_or(&loss.d_embeddings, |cache| &cache.part_gradients);
        let pass = EncoderPass::new(network, &buffers.gradients, options.pooler, capacity, d_vectors)?;
        let vectors = cache.as_ref().map_or(pass.vectors(), |cache| &cache.vectors);
        let mut plan = Plan::default();
        loss.run(&mut plan, &network.kernels, vectors, &metrics)?;

        let mlm = if options.mlm_weight > 0.0 {
            let (encoder, tokens) = (&pass.encoder, capacity.tokens);
            let gradients = &buffers.gradients;
            let model = MaskedLanguageModel::new(network, gradients, encoder, &pass.batch, tokens, &metrics)?;
            let backward = pass.backward_from_states(network, gradients)?;
            Some(MlmPass { model, weight: options.mlm_weight, backward })
        } else {
            None
        };

        let shards = buffers.optimizer_shards(&network.weights);
        let optimizer = Optimizer { shards: &shards, metrics: &metrics };
        let mut update = Plan::default();
        network.kernels.gradient_norm(&mut update, &optimizer)?;
        network.kernels.adamw(&mut update, &optimizer)?;

        Ok(Self {
            word_gradient: buffers.gradients.table(WORD_EMBEDDINGS),
            network: network.clone(),
            pass,
            buffers,
            metrics,
            loss: plan,
            similarity: (loss.similarity().clone(), loss.stride()),
            cache,
            mlm,
            update,
            fixed_mask: options.fixed_mask,
            contrastive: options.contrastive,
        })
    }

    /// A ring for the metrics of [`TrainingStep::run`].
    pub fn ring(&self, depth: usize) -> ReadbackRing {
        ReadbackRing::new(self.network.device(), self.metrics.size, depth)
    }

    /// Dispatches of a step over a full batch that is encoded in one piece.
    pub fn dispatches(&self) -> usize {
        let mlm = self
            .mlm
            .as_ref()
            .map_or(0, |mlm| self.pass.forward.len() + mlm.model.plan().len() + mlm.backward.len());
        self.pass.forward.len() + self.loss.len() + self.pass.backward.len() + mlm + self.update.len()
    }

    /// Dispatches of one layer, forward and backward.
    pub fn dispatches_per_layer(&self) -> usize {
        self.pass.dispatches_per_layer
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The similarity matrix S of the last step's loss, [anchors, stride], and the stride.
    pub(super) fn similarity(&self) -> (&View, usize) {
        (&self.similarity.0, self.similarity.1)
    }

    pub fn buffers(&self) -> &TrainingBuffers {
        &self.buffers
    }

    /// Submits a whole step. Its metrics arrive in `ring`, which must have room.
    pub fn run<R: AsRef<[u32]>>(&self, batch: &Batch<R>, step: Step, ring: &mut ReadbackRing) {
        let mut recorder = self.recorder();
        let step = self.record_gradients(&mut recorder, batch, step);
        recorder.whole_plan(&self.update, &step.sizes());
        recorder.fetch(&self.metrics, ring);
        recorder.submit();
        ring.after_submit();
    }

    fn recorder(&self) -> Recorder<'_> {
        Recorder::new(self.network.device())
    }

    /// Metrics and every parameter's gradient by canonical name, without an update.
    pub async fn gradients<R: AsRef<[u32]>>(
        &self,
        batch: &Batch<'_, R>,
        step: Step,
    ) -> Result<(StepMetrics, BTreeMap<String, HostTensor>), TrainError> {
        let mut recorder = self.recorder();
        self.record_gradients(&mut recorder, batch, step);
        recorder.submit();
        let device = self.network.device();
        let metrics = self.metrics.read::<f32>(device).await?;
        Ok((StepMetrics::from_values(&metrics), self.buffers.gradients.read(device).await?))
    }

    /// All plans of a step in order, for a batch that is encoded in one piece.
    pub(super) fn plans(&self) -> [&Plan; 4] {
        [&self.pass.forward, &self.loss, &self.pass.backward, &self.update]
    }

    /// Returns the step that is in the device's buffer afterwards.
    fn record_gradients<R: AsRef<[u32]>>(
        &self,
        recorder: &mut Recorder,
        batch: &Batch<R>,
        step: Step,
    ) -> Step {
        self.clear(recorder);
        let step = match &self.cache {
            // Only masked-language modelling is trained.
            _ if !self.contrastive => step,
            Some(cache) => self.record_parts(recorder, cache, batch, step),
            None => {
                let step = self.upload(batch, 0..batch.items(), step);
                for plan in [&self.pass.forward, &self.loss, &self.pass.backward] {
                    recorder.plan(plan, &step.sizes());
                }
                step
            }
        };
        match &self.mlm {
            Some(mlm) => self.record_mlm(recorder, mlm, batch, step),
            None => step,
        }
    }

    /// Records GradCache over the parts of the batch.
    fn record_parts<R: AsRef<[u32]>>(
        &self,
        recorder: &mut Recorder,
        cache: &GradientCache,
        batch: &Batch<R>,
        step: Step,
    ) -> Step {
        let parts = batch.parts(cache.items);
        for part in &parts {
            recorder.submit();
            let step = self.upload(batch, part.clone(), step);
            recorder.plan(&self.pass.forward, &step.sizes());
            self.copy(recorder, self.pass.vectors(), &cache.vectors, batch, part, Direction::ToBatch);
        }
        recorder.submit();
        let whole = Step { items: batch.items() as u32, rows: batch.rows().len() as u32, ..step };
        self.network.kernels.write_step(&whole);
        recorder.plan(&self.loss, &whole.sizes());
        let mut last = whole;
        // In reverse order, because the states of the last part are still in the buffers.
        for (index, part) in parts.iter().rev().enumerate() {
            recorder.submit();
            last = self.upload(batch, part.clone(), Step { accumulate: u32::from(index > 0), ..step });
            if index > 0 {
                recorder.plan(&self.pass.forward, &last.sizes());
            }
            self.copy(recorder, &cache.part_gradients, &cache.gradients, batch, part, Direction::ToPart);
            recorder.plan(&self.pass.backward, &last.sizes());
        }
        last
    }

    fn record_mlm<R: AsRef<[u32]>>(
        &self,
        recorder: &mut Recorder,
        mlm: &MlmPass,
        batch: &Batch<R>,
        mut step: Step,
    ) -> Step {
        let Some(corrupted) = batch.corrupted() else { return step };
        let count = corrupted.labels.iter().map(Vec::len).sum::<usize>();
        let scale = mlm.weight / count.max(1) as f32;
        let items = self.cache.as_ref().map_or(batch.items(), |cache| cache.items);
        for part in batch.parts(items) {
            let rows = batch.rows_of(&part);
            let ids: Vec<&[u32]> = rows.iter().map(|row| corrupted.rows[*row].as_slice()).collect();
            // Dropout masks of their own: row numbers continue after those of the contrastive pass.
            let mask_row = |row: usize| batch.rows().len() + rows[row];
            let packed = self.pack(&ids, mask_row);
            let masked = corrupted.masked(&rows);
            recorder.submit();
            step = self.write(&packed, part.len(), Step { accumulate: 1, ..step });
            let own_step = mlm.model.upload(&masked, packed.tokens(), scale);
            recorder.plan(&self.pass.forward, &step.sizes());
            recorder.plan(mlm.model.plan(), &own_step.sizes());
            recorder.plan(&mlm.backward, &step.sizes());
        }
        step
    }

    /// Uploads the rows of the items in `part`.
    pub(super) fn upload<R: AsRef<[u32]>>(&self, batch: &Batch<R>, part: Range<usize>, step: Step) -> Step {
        let rows = batch.rows_of(&part);
        let ids: Vec<&[u32]> = rows.iter().map(|row| batch.rows()[*row].as_ref()).collect();
        let mask_row = |row: usize| if self.fixed_mask { rows[row] % batch.items() } else { rows[row] };
        self.write(&self.pack(&ids, mask_row), part.len(), step)
    }

    /// `mask_row` gives the row of the whole batch whose dropout masks a row gets.
    fn pack(&self, ids: &[&[u32]], mask_row: impl Fn(usize) -> usize) -> PackedBatch {
        let config = &self.network.config;
        PackedBatch::for_model(ids, config).with_mask_rows(config.max_position_embeddings, mask_row)
    }

    fn write(&self, packed: &PackedBatch, items: usize, step: Step) -> Step {
        let step = Step { items: items as u32, ..packed.sizes(step) };
        self.pass.batch.write(self.network.device(), packed);
        self.network.kernels.write_step(&step);
        step
    }

    /// Copies the vectors of a part's items to their rows in the whole batch, or back.
    fn copy<R: AsRef<[u32]>>(
        &self,
        recorder: &mut Recorder,
        of_part: &View,
        of_batch: &View,
        batch: &Batch<R>,
        part: &Range<usize>,
        direction: Direction,
    ) {
        let width = self.network.config.hidden_size;
        for view in 0..batch.views() {
            let part_rows = of_part.slice(view * part.len() * width, part.len() * width);
            let batch_rows = of_batch.slice((view * batch.items() + part.start) * width, part.len() * width);
            match direction {
                Direction::ToBatch => recorder.copy(&part_rows, &batch_rows),
                Direction::ToPart => recorder.copy(&batch_rows, &part_rows),
            }
        }
    }

    /// Clears the buffers that the first backward pass adds to instead of overwriting them.
    pub(super) fn clear(&self, recorder: &mut Recorder) {
        match &self.mlm {
            None => self.word_gradient.iter().for_each(|words| recorder.clear(&words.view)),
            Some(_) => {
                self.buffers.gradients.clear(recorder);
                recorder.clear(&self.metrics);
            }
        }
    }
}
