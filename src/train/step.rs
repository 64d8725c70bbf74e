//! One training step on the device: forward, loss, backward, clip, AdamW, as two plans made once.

use std::collections::BTreeMap;

use super::{Dataset, TrainError, TrainOptions};
use crate::{
    gpu::{Plan, ReadbackRing, View, clear},
    kernels::{METRICS, Optimizer, Step, TableRows},
    model::{
        BatchBuffers, Capacity, Encoder, HostTensor, Network, PackedBatch, Pooling, TrainingBuffers,
        WORD_EMBEDDINGS,
    },
    objective::ContrastiveLoss,
};

/// What a step leaves in the metrics buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepMetrics {
    pub loss: f32,
    /// Global L2 norm of all gradients before clipping.
    pub gradient_norm: f32,
    /// Factor that clipping put on the gradients; 0 means that the update was left out because the norm was not
    /// finite.
    pub clip_factor: f32,
}

impl StepMetrics {
    pub fn from_values(values: &[f32]) -> Self {
        Self { loss: values[0], gradient_norm: values[1], clip_factor: values[2] }
    }

    /// Whether loss and gradients were numbers.
    pub fn finite(&self) -> bool {
        self.loss.is_finite() && self.gradient_norm.is_finite() && self.clip_factor > 0.0
    }
}

/// All buffers and plans of training one network with one recipe.
pub struct TrainingStep {
    network: Network,
    batch: BatchBuffers,
    buffers: TrainingBuffers,
    metrics: View,
    word_gradient: Vec<TableRows>,
    gradients: Plan,
    update: Plan,
    /// Dispatches of one submit: software adapters work on a submit for long, and the page must composite between.
    dispatches_per_submit: usize,
}

impl TrainingStep {
    pub fn new(network: &Network, data: &Dataset, options: &TrainOptions) -> Result<Self, TrainError> {
        let arena = network.kernels.arena();
        let items = options.batch_size.min(data.len());
        let capacity = Capacity { tokens: data.most_tokens(items), rows: items * data.views() };
        let (kernels, weights) = (&network.kernels, &network.weights);
        let encoder = Encoder::new(kernels, &network.config, capacity, true)?;
        let batch = BatchBuffers::new(arena, capacity.tokens, capacity.rows)?;
        let hidden = network.config.hidden_size;
        let pooling = Pooling::new(kernels, &network.config, options.pooler, network.has_head(), capacity)?;
        let loss = ContrastiveLoss::new(arena, hidden, items, data.views())?;
        let metrics = arena.storage("metrics", METRICS)?;
        let buffers = TrainingBuffers::new(arena, &network.layout)?;

        let mut plan = Plan::default();
        encoder.forward(&mut plan, kernels, weights, &batch, &mut |plan, depth, states| {
            pooling.take(plan, kernels, &batch, depth, states)
        })?;
        pooling.finish(&mut plan, kernels, weights)?;
        loss.forward(&mut plan, kernels, pooling.output(), &metrics)?;
        loss.backward(&mut plan, kernels, pooling.output(), &metrics)?;
        let d_vectors = &loss.d_embeddings;
        pooling.begin_backward(&mut plan, kernels, (weights, &buffers.gradients), d_vectors)?;
        encoder.backward(
            &mut plan,
            kernels,
            weights,
            &buffers.gradients,
            &batch,
            &mut |plan, depth, d_states| pooling.give(plan, kernels, &batch, depth, d_vectors, d_states),
        )?;

        let shards = buffers.optimizer_shards(weights);
        let optimizer = Optimizer { shards: &shards, metrics: &metrics };
        let mut update = Plan::default();
        kernels.gradient_norm(&mut update, &optimizer)?;
        kernels.adamw(&mut update, &optimizer)?;

        Ok(Self {
            word_gradient: buffers.gradients.table(WORD_EMBEDDINGS),
            dispatches_per_submit: if network.gpu().info().software { 12 } else { usize::MAX },
            network: network.clone(),
            batch,
            buffers,
            metrics,
            gradients: plan,
            update,
        })
    }

    /// A ring for [`TrainingStep::run`]'s metrics.
    pub fn ring(&self, depth: usize) -> ReadbackRing {
        ReadbackRing::new(self.network.gpu(), self.metrics.size, depth)
    }

    /// Dispatches of a whole step.
    pub fn dispatches(&self) -> usize {
        self.gradients.len() + self.update.len()
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn buffers(&self) -> &TrainingBuffers {
        &self.buffers
    }

    /// Submits a whole step; its metrics arrive in `ring`, which has room.
    pub fn run(&self, rows: &[&[u32]], views: usize, step: Step, ring: &mut ReadbackRing) {
        let step = self.upload(rows, views, step);
        self.submit(&self.gradients, &step, true);
        self.submit(&self.update, &step, false);
        let gpu = self.network.gpu();
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        ring.record(&mut encoder, &self.metrics);
        gpu.queue().submit([encoder.finish()]);
        ring.submitted();
    }

    /// Loss and every parameter's gradient by canonical name, without an update.
    pub async fn gradients(
        &self,
        rows: &[&[u32]],
        views: usize,
        step: Step,
    ) -> Result<(f32, BTreeMap<String, HostTensor>), TrainError> {
        let step = self.upload(rows, views, step);
        self.submit(&self.gradients, &step, true);
        let gpu = self.network.gpu();
        let metrics = self.metrics.read::<f32>(gpu).await?;
        Ok((metrics[0], self.buffers.gradients.read(gpu).await?))
    }

    fn upload(&self, rows: &[&[u32]], views: usize, mut step: Step) -> Step {
        let packed = PackedBatch::for_model(rows, &self.network.config);
        step.tokens = packed.tokens() as u32;
        step.rows = packed.rows() as u32;
        step.items = (packed.rows() / views) as u32;
        step.distinct = packed.distinct.len() as u32;
        self.batch.write(self.network.gpu(), &packed);
        self.network.kernels.write_step(&step);
        step
    }

    fn submit(&self, plan: &Plan, step: &Step, clears: bool) {
        let gpu = self.network.gpu();
        let mut clears = clears && step.accumulate == 0;
        for part in plan.parts(self.dispatches_per_submit) {
            let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            if std::mem::take(&mut clears) {
                self.word_gradient.iter().for_each(|words| clear(&mut encoder, &words.view));
            }
            part.record(&mut encoder, &step.sizes());
            gpu.queue().submit([encoder.finish()]);
        }
    }
}
