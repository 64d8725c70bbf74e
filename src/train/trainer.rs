//! Runs a training: batches in order, evaluations every k steps, the best weights, and a state to save and resume.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use web_time::Instant;

use super::{
    Batch, BatchSimilarity, Dataset, History, MemoryEstimate, Profile, StepMetrics, TrainError, TrainOption,
    TrainOptions, TrainingState, TrainingStep,
    schedule::learning_rate,
    state::{StateFacts, numbers, shapes},
};
use crate::{
    device::{Device, DeviceError, ReadbackRing},
    eval::StsEvaluation,
    kernels::Step,
    localize::messages,
    model::{Checkpoint, Embedder, HostTensor, Network},
};

/// Steps whose metrics have not been read back yet, so that the device never waits for the host.
const IN_FLIGHT: usize = 2;

/// Tokenised sentence pairs with gold scores.
#[derive(Debug, Clone)]
pub struct EvaluationSet {
    /// Token ids of the first and second sentence of each pair in turn, special tokens included.
    pub rows: Vec<Vec<u32>>,
    /// One per pair, 0…5.
    pub scores: Vec<f64>,
}

impl EvaluationSet {
    /// Evaluates an encoder; `progress` gets the number of sentences done.
    pub async fn score(
        &self,
        embedder: &Embedder,
        progress: impl FnMut(usize),
    ) -> Result<StsEvaluation, DeviceError> {
        let embeddings = embedder.embed(&self.rows, progress).await?;
        Ok(StsEvaluation::new(&embeddings, embedder.width(), &self.scores))
    }
}

/// The report of one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepReport {
    /// From 1.
    pub step: u32,
    pub loss: f32,
    pub learning_rate: f64,
    pub gradient_norm: f32,
    /// The masked-language-modelling term of the loss, its weight included; 0 without it.
    pub mlm: f32,
    /// Tokens encoded, in all views.
    pub tokens: usize,
    /// From the beginning of the run to the arrival of these metrics, without the time between saving and restoring a
    /// state.
    pub seconds: f64,
}

/// A run of training over one dataset.
pub struct Trainer {
    training_step: TrainingStep,
    data: Dataset,
    options: TrainOptions,
    evaluation: Option<EvaluationSet>,
    embedder: Embedder,
    estimate: MemoryEstimate,
    ring: ReadbackRing,
    /// Steps whose metrics have not arrived: number, learning rate, tokens.
    in_flight: VecDeque<(u32, f64, usize)>,
    /// Items of the last step.
    last_items: usize,
    /// Steps submitted.
    submitted: u32,
    total: u32,
    steps_per_epoch: u32,
    order: Option<(u32, Vec<u32>)>,
    best: Option<Best>,
    history: History,
    started: Instant,
    /// Of the run before `started`.
    seconds_before: f64,
}

/// The weights with the highest Spearman so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    pub step: u32,
    pub evaluation: StsEvaluation,
    pub weights: BTreeMap<String, HostTensor>,
}

impl Trainer {
    /// Uploads the weights and allocates all buffers. The checkpoint is not changed.
    pub async fn new(
        device: &Device,
        checkpoint: &Checkpoint,
        data: Dataset,
        evaluation: Option<EvaluationSet>,
        options: TrainOptions,
    ) -> Result<Self, TrainError> {
        Self::new_with(device, checkpoint, data, evaluation, options, |_, _| ()).await
    }

    /// The same; `compiling` is told of compiled shaders, as in [`Device::ready_with`].
    pub async fn new_with(
        device: &Device,
        checkpoint: &Checkpoint,
        data: Dataset,
        evaluation: Option<EvaluationSet>,
        options: TrainOptions,
        compiling: impl FnMut(usize, usize),
    ) -> Result<Self, TrainError> {
        options.validate()?;
        data.check(options.objective, &checkpoint.config)?;
        options.fits(&checkpoint.config)?;
        let parts = options.parts();
        if parts.mlm.is_some() && !data.can_corrupt() {
            return Err(TrainError::NoMaskToken);
        }
        let config = &checkpoint.config;
        let estimate = MemoryEstimate::preflight(device, config, &data, &options, None)?;
        let network = Network::new(device, checkpoint, parts)?;
        let training_step = TrainingStep::new(&network, &data, &options)?;
        let embedder = Embedder::new(&network, options.evaluation_pooler(), options.keeps_head())?;
        device.ready_with(compiling).await.map_err(|error| match error {
            DeviceError::OutOfMemory(reason) => TrainError::Memory {
                reason: messages::memory_refused(estimate.total, reason),
                advice: MemoryEstimate::advice(device, config, &data, &options, |smaller| {
                    smaller.total <= estimate.total / 2
                }),
            },
            error => error.into(),
        })?;
        let steps_per_epoch = data.len().div_ceil(options.batch_size) as u32;
        let total = options.steps.unwrap_or(steps_per_epoch.saturating_mul(options.epochs as u32));
        let ring = training_step.ring(IN_FLIGHT);
        Ok(Self {
            training_step,
            data,
            options,
            evaluation,
            embedder,
            estimate,
            ring,
            in_flight: VecDeque::new(),
            last_items: 0,
            submitted: 0,
            total,
            steps_per_epoch,
            order: None,
            best: None,
            history: History::default(),
            started: Instant::now(),
            seconds_before: 0.0,
        })
    }

    pub fn options(&self) -> &TrainOptions {
        &self.options
    }

    /// Steps of the whole run.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Steps submitted so far.
    pub fn position(&self) -> u32 {
        self.submitted
    }

    /// Steps that are submitted and have not been waited for.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.len() as u32
    }

    /// Whether all steps are submitted; [`Trainer::next_report`] waits for the last ones.
    pub fn finished(&self) -> bool {
        self.submitted >= self.total
    }

    /// Dispatches of one step.
    pub fn dispatches_per_step(&self) -> usize {
        self.training_step.dispatches()
    }

    /// Bytes of device memory: weights, optimizer, activations and evaluation.
    pub fn gpu_bytes(&self) -> u64 {
        self.training_step.network().kernels.arena().bytes()
    }

    /// The estimate of [`Trainer::gpu_bytes`] before the allocation.
    pub fn estimate(&self) -> &MemoryEstimate {
        &self.estimate
    }

    /// Measures the first step of the run. Consumes the trainer, since measuring changes the weights.
    ///
    /// # Errors
    /// A recipe with micro-batches or masked-language modelling; see [`TrainOptions::in_one_piece`].
    pub async fn profile(self) -> Result<Profile, TrainError> {
        let options = &self.options;
        let refuse = |option: TrainOption, value: String| {
            let expected = messages::expected_one_piece();
            Err(TrainError::Option { option: option.spec().title(), value: value.into(), expected })
        };
        if options.mlm_weight > 0.0 {
            return refuse(TrainOption::MlmWeight, options.mlm_weight.to_string());
        }
        if options.micro_batch_size > 0 {
            return refuse(TrainOption::MicroBatchSize, options.micro_batch_size.to_string());
        }
        let order = self.data.order(options.seed, 0);
        let items = &order[..options.batch_size.min(self.data.len())];
        let rows = self.data.augmented_batch(items, options.seed, 0);
        let rate = learning_rate(options.learning_rate, 0, options.warmup, self.total);
        let uniform = options.step_uniform().with_update(1, rate);
        self.training_step.profile(&Batch::new(&rows, &self.data), uniform).await
    }

    /// The weights being trained.
    pub fn network(&self) -> &Network {
        self.training_step.network()
    }

    /// The embedder over the current weights.
    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    /// The steps whose reports have arrived and the evaluations so far, including those of a restored state.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Submits the next step. Returns the report of an earlier step once as many as possible are in flight.
    pub async fn step(&mut self) -> Result<Option<StepReport>, TrainError> {
        if self.finished() {
            return Ok(None);
        }
        let report = if self.ring.has_room() { None } else { self.next_report().await? };
        let (number, epoch) = (self.submitted, self.submitted / self.steps_per_epoch);
        let begin = (number % self.steps_per_epoch) as usize * self.options.batch_size;
        let end = (begin + self.options.batch_size).min(self.data.len());
        if self.order.as_ref().is_none_or(|(of, _)| *of != epoch) {
            self.order = Some((epoch, self.data.order(self.options.seed, epoch)));
        }
        let items = self.order.as_ref().map_or(&[][..], |(_, order)| &order[begin..end]);
        let rows = self.data.augmented_batch(items, self.options.seed, epoch);
        let corrupted = if self.options.mlm_weight > 0.0 {
            self.data.corrupted(&rows, self.options.seed, number)
        } else {
            None
        };
        let rate = learning_rate(self.options.learning_rate, number, self.options.warmup, self.total);
        let uniform = Step { step: number, ..self.options.step_uniform() }.with_update(number + 1, rate);
        let batch = Batch::new(&rows, &self.data).with_corrupted(corrupted.as_ref());
        self.training_step.run(&batch, uniform, &mut self.ring);
        self.last_items = items.len();
        self.in_flight.push_back((number + 1, rate, rows.iter().map(|row| row.len()).sum()));
        self.submitted += 1;
        Ok(report)
    }

    /// Cancels steps in flight, if the device can: the weights are then those of the last step that was done.
    pub fn abandon(&mut self) {
        self.training_step.network().device().abandon();
        let done = self.ring.keep_done();
        self.submitted -= (self.in_flight.len() - done) as u32;
        self.in_flight.truncate(done);
    }

    /// Waits for the report of the oldest step in flight; `None` if there is none.
    pub async fn next_report(&mut self) -> Result<Option<StepReport>, TrainError> {
        let Some(values) = self.ring.oldest::<f32>().await? else { return Ok(None) };
        let Some((step, learning_rate, tokens)) = self.in_flight.pop_front() else { return Ok(None) };
        let metrics = StepMetrics::from_values(&values);
        if !metrics.finite() {
            return Err(TrainError::Diverged { step });
        }
        let report = StepReport {
            step,
            loss: metrics.loss,
            learning_rate,
            gradient_norm: metrics.gradient_norm,
            mlm: metrics.mlm,
            tokens,
            seconds: self.seconds_before + self.started.elapsed().as_secs_f64(),
        };
        self.history.steps.push(report);
        Ok(Some(report))
    }

    /// Whether an evaluation is due now and has not been made: before the first step, after every `eval_every` steps,
    /// and after the last one.
    pub fn evaluation_due(&self) -> bool {
        let every = self.options.eval_every;
        let now =
            self.submitted == 0 || self.finished() || (every > 0 && self.submitted.is_multiple_of(every));
        let made = self.history.evaluations.last().is_some_and(|(step, _)| *step == self.submitted);
        self.evaluation.is_some() && now && !made
    }

    /// Scores the current weights on the evaluation set, if there is one, and keeps them if their Spearman is defined
    /// and strictly the best so far. The weights before the first step are never kept. `progress` gets the number of
    /// sentences encoded.
    pub async fn evaluate(
        &mut self,
        progress: impl FnMut(usize),
    ) -> Result<Option<StsEvaluation>, TrainError> {
        let Some(set) = &self.evaluation else { return Ok(None) };
        let evaluation = set.score(&self.embedder, progress).await?;
        // `None` is less than any number.
        let better = |best: &Best| evaluation.spearman > best.evaluation.spearman;
        if self.submitted > 0 && evaluation.spearman.is_some() && self.best.as_ref().is_none_or(better) {
            let weights = self.weights().await?;
            self.best = Some(Best { step: self.submitted, evaluation: evaluation.clone(), weights });
        }
        self.history.evaluations.retain(|(step, _)| *step < self.submitted);
        self.history.evaluations.push((self.submitted, evaluation.clone()));
        Ok(Some(evaluation))
    }

    /// Takes the scores of the weights before the first step, which are known from elsewhere, in place of computing
    /// them.
    pub fn take_baseline(&mut self, evaluation: StsEvaluation) {
        self.history.evaluations.retain(|(step, _)| *step > 0);
        self.history.evaluations.insert(0, (0, evaluation));
    }

    /// What the run evaluates on.
    pub fn evaluation_set(&self) -> Option<&EvaluationSet> {
        self.evaluation.as_ref()
    }

    /// The matrix of cosines from which the last step's loss was computed; `None` before the first step, and without a
    /// contrastive loss. With Matryoshka widths it is the matrix of the narrowest.
    pub async fn batch_similarity(&self) -> Result<Option<BatchSimilarity>, TrainError> {
        if self.last_items == 0 || !self.options.contrastive {
            return Ok(None);
        }
        let device = self.training_step.network().device();
        let (view, stride) = self.training_step.similarity();
        let logits = view.read::<f32>(device).await?;
        let shape = (self.last_items, self.data.views().max(2), stride);
        Ok(Some(BatchSimilarity::new(self.submitted, &self.options, shape, &logits)))
    }

    /// The current weights by canonical name, with the head if the recipe trains one.
    pub async fn weights(&self) -> Result<BTreeMap<String, HostTensor>, TrainError> {
        Ok(self.training_step.network().read_weights().await?)
    }

    /// The run's whole state. Waits for steps in flight, whose reports must still be drained.
    pub async fn state(&self) -> Result<TrainingState, TrainError> {
        let device = self.training_step.network().device();
        let buffers = self.training_step.buffers();
        Ok(TrainingState {
            options: self.options.clone(),
            step: self.submitted,
            data_fingerprint: self.data.fingerprint(),
            weights: self.weights().await?,
            first_moments: buffers.first_moments.read(device).await?,
            second_moments: buffers.second_moments.read(device).await?,
            best: self.best.clone(),
            history: self.history.clone(),
        })
    }

    /// Writes the file of [`TrainingState::to_safetensors`] part by part, so that only one part is in memory. No step
    /// may be in flight. Without `moments` the state is that of a finished run, which cannot continue.
    ///
    /// # Errors
    /// Those of `write` and of the device.
    pub async fn write_state<E: From<TrainError>>(
        &self,
        moments: bool,
        mut write: impl AsyncFnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (device, buffers) = (self.training_step.network().device(), self.training_step.buffers());
        let facts = StateFacts {
            options: &self.options,
            step: self.submitted,
            data_fingerprint: self.data.fingerprint(),
            best: self.best.as_ref(),
            history: &self.history,
        };
        let weights = self.weights().await?;
        write(&facts.beginning(&shapes(&weights), moments)?).await?;
        for bytes in numbers(&weights) {
            write(bytes).await?;
        }
        drop(weights);
        let kinds = [&buffers.first_moments, &buffers.second_moments];
        for moments in kinds.into_iter().filter(|_| moments) {
            let moments = moments.read(device).await.map_err(TrainError::from)?;
            for bytes in numbers(&moments) {
                write(bytes).await?;
            }
        }
        for bytes in self.best.iter().flat_map(|best| numbers(&best.weights)) {
            write(bytes).await?;
        }
        Ok(())
    }

    /// Continues from a saved state of the same recipe, data and model.
    ///
    /// # Errors
    /// A state of another recipe, other data or another model, or of a finished run.
    pub fn restore(&mut self, state: TrainingState) -> Result<(), TrainError> {
        let refuse = |what| Err(TrainError::Checkpoint(what));
        if state.options != self.options {
            return refuse(messages::checkpoint_recipe());
        }
        if state.data_fingerprint != self.data.fingerprint() {
            return refuse(messages::checkpoint_data());
        }
        if state.step > self.total {
            return refuse(messages::checkpoint_step());
        }
        if !state.can_go_on() {
            return refuse(messages::checkpoint_over());
        }
        let network = self.training_step.network();
        let (device, buffers) = (network.device(), self.training_step.buffers());
        if !network.weights.accepts(&state.weights) {
            return refuse(messages::checkpoint_model());
        }
        network.weights.write(device, &state.weights);
        buffers.first_moments.write(device, &state.first_moments);
        buffers.second_moments.write(device, &state.second_moments);
        self.best = state.best;
        self.submitted = state.step;
        self.order = None;
        self.history = state.history;
        self.history.truncate(self.submitted);
        self.seconds_before = self.history.steps.last().map_or(0.0, |report| report.seconds);
        self.started = Instant::now();
        Ok(())
    }
}
