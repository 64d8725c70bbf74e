//! Gradients of a whole training step against finite differences of the loss.
//!
//! The engine computes the vectors in float32, and the reference their loss in `f64`: the loss kernel's rounding is
//! not in the differences, and its gradient is checked as well.

use std::collections::BTreeMap;

use super::{
    check::Checks,
    compare::bound,
    reference::{
        kernels::contrastive::{self, Form, Settings},
        random::Random,
    },
    small,
};
use crate::{
    device::{Device, DeviceError},
    model::{Embedder, HostTensor, Network, Pooler, RowDropout},
    train::{Batch, TrainError, TrainOptions, TrainingStep},
};

/// Step of the differences, relative to the norm of the tensor that is moved. The stencil below is exact up to the
/// fifth derivative, whose term is proportional to the fourth power of the step: it was 2e-3 of the change at 1/32, on
/// the CPU and on a GPU, so it is about 1e-5 here.
const STEP: f64 = 1.0 / 128.0;

/// Relative to the change of the loss over a step: the stencil's error, and that of a gradient, which is the encoder's
/// (4e-6) once forward and twice backward. The rounding of the vectors is added, see [`Differences::noise`].
const TOLERANCE: f64 = 1e-4;

/// A small model and a training step with fixed dropout masks, whose loss is a smooth function of the weights.
pub struct Differences {
    device: Device,
    network: Network,
    step: TrainingStep,
    embedder: Embedder,
    options: TrainOptions,
}

impl Differences {
    /// # Errors
    /// The device's.
    pub async fn new(device: &Device) -> Result<Self, TrainError> {
        let options = small::options();
        let network = Network::new(device, &small::checkpoint()?, options.parts())?;
        let step = TrainingStep::new(&network, &small::data(), &options)?;
        let embedder = Embedder::new(&network, Pooler::Cls, true)?;
        device.ready().await?;
        Ok(Self { device: device.clone(), network, step, embedder, options })
    }

    /// The gradient of every parameter, by name, as the engine computes it.
    ///
    /// # Errors
    /// The device's.
    pub async fn gradients(&self) -> Result<BTreeMap<String, HostTensor>, TrainError> {
        let data = small::data();
        let items: Vec<u32> = (0..small::ITEMS as u32).collect();
        let rows = data.batch(&items);
        let (_, gradients) =
            self.step.gradients(&Batch::new(&rows, &data), self.options.step_uniform()).await?;
        Ok(gradients)
    }

    /// Compares gradients with the change of the loss, one tensor at a time, along a direction halfway between the
    /// gradient, along which the loss changes most, and a random one, so that an error orthogonal to the gradient
    /// shows.
    ///
    /// # Errors
    /// The device's.
    pub async fn compare(
        &self,
        checks: &Checks,
        gradients: &BTreeMap<String, HostTensor>,
    ) -> Result<(), TrainError> {
        let weights = self.network.read_weights().await?;
        for (seed, (name, gradient)) in (0..).zip(gradients) {
            let Some(tensor) = weights.get(name) else { continue };
            let gradient: Vec<f64> = gradient.data.iter().map(|slope| f64::from(*slope)).collect();
            let length = norm(&tensor.data.iter().map(|weight| f64::from(*weight)).collect::<Vec<_>>());
            let direction = direction(&gradient, seed);
            let mut ahead = [0.0; 4];
            for (loss, places) in ahead.iter_mut().zip([2.0, 1.0, -1.0, -2.0]) {
                let moved = |(weight, part): (&f32, &f64)| {
                    (f64::from(*weight) + places * STEP * length * part) as f32
                };
                let data = tensor.data.iter().zip(&direction).map(moved).collect();
                self.write(name, HostTensor { shape: tensor.shape.clone(), data });
                *loss = self.loss().await?;
            }
            self.write(name, tensor.clone());
            // The derivative at 0 times the step, from four values around it.
            let change = (8.0 * (ahead[1] - ahead[2]) - (ahead[0] - ahead[3])) / 12.0;
            let slope: f64 = gradient.iter().zip(&direction).map(|(slope, part)| slope * part).sum();
            let size = norm(&gradient) * STEP * length + self.noise() / TOLERANCE;
            checks.number("loss along a tensor", name, change, slope * STEP * length, size, TOLERANCE);
        }
        Ok(())
    }

    fn write(&self, name: &str, tensor: HostTensor) {
        self.network.weights.write(&self.device, &BTreeMap::from([(name.to_owned(), tensor)]));
    }

    /// The loss with the weights as they are on the device, under the masks of the step.
    async fn loss(&self) -> Result<f64, DeviceError> {
        let data = small::data();
        let items: Vec<u32> = (0..small::ITEMS as u32).collect();
        let rows = data.batch(&items);
        let mask_rows: Vec<usize> = (0..rows.len()).collect();
        let options = &self.options;
        let dropout = RowDropout { p: options.dropout, seed: options.seed, mask_rows: &mask_rows };
        let vectors = self.embedder.embed_with_dropout(&rows, dropout, |_| ()).await?;
        let vectors: Vec<f64> = vectors.into_iter().map(f64::from).collect();
        let settings = Settings {
            form: Form::OneWay,
            temperature: f64::from(options.temperature),
            hard_negative_weight: f64::from(options.hard_negative_weight),
            false_negative_threshold: None,
        };
        Ok(contrastive::loss(&vectors, small::ITEMS, self.network.config.hidden_size, settings).loss)
    }

    /// Error of the loss from the rounding of the vectors: that of two logits, each that of a cosine over τ. Of the
    /// errors of two vectors only the parts along each other count, 1/√hidden for a random direction.
    fn noise(&self) -> f64 {
        let hidden = self.network.config.hidden_size as f64;
        2.0 * encoder_error(&self.network) / (f64::from(self.options.temperature) * hidden.sqrt())
    }
}

/// Bound on the relative error of a sentence vector. A kernel sums over the hidden or the feed-forward width and has
/// about 24 other roundings, all independent: 2u·√(terms + 24). Two kernels and eight per layer follow each other;
/// LayerNorm keeps errors relative to its output.
pub fn encoder_error(network: &Network) -> f64 {
    let config = &network.config;
    let terms = config.hidden_size.max(config.intermediate_size) + 24;
    bound(terms * (8 * config.num_hidden_layers + 2), 0.0).relative()
}

/// The unit vector halfway between the gradient's direction and a random one.
fn direction(gradient: &[f64], seed: u64) -> Vec<f64> {
    let random = Random::new(seed).normals(gradient.len());
    let unit = |values: &[f64]| {
        let length = norm(values).max(f64::MIN_POSITIVE);
        values.iter().map(|value| value / length).collect::<Vec<_>>()
    };
    let both: Vec<f64> = unit(gradient).iter().zip(unit(&random)).map(|(own, other)| own + other).collect();
    unit(&both)
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Checks the engine's gradients.
///
/// # Errors
/// The device's.
pub async fn agree_with_differences(checks: &Checks) -> Result<(), TrainError> {
    let differences = Differences::new(checks.device()).await?;
    differences.compare(checks, &differences.gradients().await?).await
}
