//! The workload of unsupervised SimCSE's training step.

use super::BenchError;
use crate::{
    device::{Device, ReadbackRing},
    kernels::Step,
    model::{Checkpoint, Network, Pooler},
    train::{Batch, Dataset, HeadMode, Profile, StepMetrics, TrainError, TrainOptions, TrainingStep},
};

/// Steps whose loss has not been read back yet, as in a run.
const IN_FLIGHT: usize = 2;

/// The options of the workload. The rest is SimCSE's recipe: τ 0.05, gradient norm clipped at 1, AdamW without decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    pub dropout: f32,
    pub learning_rate: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { dropout: 0.1, learning_rate: 3e-5 }
    }
}

/// Steps over one batch, each of which updates the weights.
pub struct TrainingRun {
    step: TrainingStep,
    data: Dataset,
    options: TrainOptions,
    learning_rate: f64,
    ring: ReadbackRing,
    done: u32,
}

impl TrainingRun {
    /// `rows` are the token ids of the batch's items; each is encoded twice. Mean pooling without a head.
    pub async fn new(
        device: &Device,
        checkpoint: &Checkpoint,
        rows: Vec<Vec<u32>>,
        recipe: Recipe,
    ) -> Result<Self, BenchError> {
        let options = TrainOptions {
            batch_size: rows.len(),
            pooler: Pooler::Avg,
            head: HeadMode::None,
            dropout: recipe.dropout,
            learning_rate: recipe.learning_rate,
            max_length: checkpoint.config.max_tokens(),
            ..TrainOptions::default()
        };
        options.validate()?;
        let data = Dataset::new(rows, 1);
        data.check(options.objective, &checkpoint.config)?;
        let network = Network::new(device, checkpoint, options.parts())?;
        let step = TrainingStep::new(&network, &data, &options)?;
        device.ready().await?;
        let ring = step.ring(IN_FLIGHT);
        Ok(Self { step, data, options, learning_rate: recipe.learning_rate, ring, done: 0 })
    }

    /// Does `steps` steps, waits for the loss of the last one, and returns all losses in order.
    ///
    /// # Errors
    /// A loss or gradient that is not finite.
    pub async fn run(&mut self, steps: usize) -> Result<Vec<f32>, BenchError> {
        let items: Vec<u32> = (0..self.data.len() as u32).collect();
        let rows = self.data.batch(&items);
        let first = self.done;
        let mut losses = Vec::with_capacity(steps);
        for _ in 0..steps {
            if !self.ring.has_room() {
                oldest(&mut self.ring, first, &mut losses).await?;
            }
            let number = self.done;
            let step = Step { step: number, ..self.options.step_uniform() };
            let step = step.with_update(number + 1, self.learning_rate);
            self.step.run(&Batch::new(&rows, &self.data), step, &mut self.ring);
            self.done += 1;
        }
        while self.ring.in_flight() > 0 {
            oldest(&mut self.ring, first, &mut losses).await?;
        }
        Ok(losses)
    }

    /// Measures the time of each kernel in a step. This repeats the step a few times.
    pub async fn profile(&self) -> Result<Profile, BenchError> {
        let items: Vec<u32> = (0..self.data.len() as u32).collect();
        let rows = self.data.batch(&items);
        let step = Step { step: self.done, ..self.options.step_uniform() };
        let step = step.with_update(self.done + 1, self.learning_rate);
        Ok(self.step.profile(&Batch::new(&rows, &self.data), step).await?)
    }

    /// Kernel calls per step.
    pub fn dispatches(&self) -> usize {
        self.step.dispatches()
    }

    /// Bytes of device memory: weights, gradients, moments, activations.
    pub fn gpu_bytes(&self) -> u64 {
        self.step.network().kernels.arena().bytes()
    }

    /// Tokens that a step encodes, in both views.
    pub fn tokens(&self) -> usize {
        2 * self.data.rows().iter().map(Vec::len).sum::<usize>()
    }
}

async fn oldest(ring: &mut ReadbackRing, first: u32, losses: &mut Vec<f32>) -> Result<(), BenchError> {
    if let Some(values) = ring.oldest::<f32>().await? {
        let metrics = StepMetrics::from_values(&values);
        if !metrics.finite() {
            return Err(TrainError::Diverged { step: first + losses.len() as u32 + 1 }.into());
        }
        losses.push(metrics.loss);
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{
        device::DeviceOptions,
        workloads::{ModelSize, config, token_rows},
    };

    #[pollster::test]
    async fn steps_without_dropout_lower_the_loss_of_their_batch() {
        let device =
            Device::open(DeviceOptions { baseline: true, ..DeviceOptions::default() }).await.unwrap();
        let checkpoint = Checkpoint::init_random(config(ModelSize { layers: 1, hidden: 32 }).unwrap(), 42);
        let rows = token_rows(&[4, 7, 5, 6], 3);
        let recipe = Recipe { dropout: 0.0, learning_rate: 1e-3 };
        let mut run = TrainingRun::new(&device, &checkpoint, rows.clone(), recipe).await.unwrap();
        assert_eq!(run.tokens(), 44);
        // More steps than may be in flight.
        let losses = run.run(5).await.unwrap();
        assert_eq!(losses.len(), 5);
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
        // Several calls continue the same run.
        let mut again = TrainingRun::new(&device, &checkpoint, rows, recipe).await.unwrap();
        let first = again.run(2).await.unwrap();
        assert_eq!([first, again.run(3).await.unwrap()].concat(), losses);
    }
}
