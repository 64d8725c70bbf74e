//! Computes the device memory of a run before it is allocated.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{Dataset, TrainError, TrainOptions, TrainingStep};
use crate::{
    device::{Arena, Device},
    localize::{Localize, Localized, messages},
    model::{Embedder, ModelConfig, Network},
};

/// Bytes of device memory by purpose. Not included are the driver's own memory, shaders, and the small buffers for
/// reading results back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryEstimate {
    pub weights: u64,
    pub gradients: u64,
    /// AdamW's two moments.
    pub optimizer: u64,
    /// Activations, scratch buffers, batch and loss of a training step.
    pub activations: u64,
    /// Buffers of encoding for evaluation.
    pub evaluation: u64,
    pub total: u64,
}

impl MemoryEstimate {
    /// Counts every buffer that [`super::Trainer::new`] would allocate, by building the same plans with an arena that
    /// only counts.
    ///
    /// # Errors
    /// A buffer larger than the device allows.
    pub fn new(
        device: &Device,
        config: &ModelConfig,
        data: &Dataset,
        options: &TrainOptions,
    ) -> Result<Self, TrainError> {
        let arena = Rc::new(Arena::estimate(device));
        let limit = device.info().largest_buffer();
        let network = Network::empty(arena.clone(), config, options.parts().heads(), limit)?;
        TrainingStep::new(&network, data, options)?;
        let training = arena.bytes();
        Embedder::new(&network, options.evaluation_pooler(), options.keeps_head())?;

        let ledger = arena.ledger();
        let of = |labels: &[&str]| labels.iter().filter_map(|label| ledger.get(*label)).sum::<u64>();
        let (weights, gradients) = (of(&["weights"]), of(&["gradients"]));
        let optimizer = of(&["first moments", "second moments"]);
        Ok(Self {
            weights,
            gradients,
            optimizer,
            activations: training - weights - gradients - optimizer,
            evaluation: arena.bytes() - training,
            total: arena.bytes(),
        })
    }

    /// The estimate of a run, which must fit into `limit` bytes and into the device's memory and buffer sizes.
    ///
    /// # Errors
    /// [`TrainError::Memory`] if it does not fit, with the largest micro-batch size that would.
    pub fn preflight(
        device: &Device,
        config: &ModelConfig,
        data: &Dataset,
        options: &TrainOptions,
        limit: Option<u64>,
    ) -> Result<Self, TrainError> {
        let room = |estimate: &Self| {
            // On the CPU, the loaded weights and the best ones of the run are in the same memory.
            let of_device =
                device.info().max_memory_bytes.map(|most| most.saturating_sub(2 * estimate.weights));
            limit.into_iter().chain(of_device).min()
        };
        let fits = |estimate: &Self| room(estimate).is_none_or(|room| estimate.total <= room);
        let reason = match Self::new(device, config, data, options) {
            Ok(estimate) if fits(&estimate) => return Ok(estimate),
            Ok(estimate) => messages::memory_needed(
                mebibytes(estimate.total),
                mebibytes(estimate.activations),
                mebibytes(room(&estimate).unwrap_or_default()),
            ),
            Err(error) => error.localized(),
        };
        let advice = Self::advice(device, config, data, options, fits);
        Err(TrainError::Memory { reason, advice })
    }

    /// Which setting to lower, found by halving the micro-batch until it `fits`.
    pub(super) fn advice(
        device: &Device,
        config: &ModelConfig,
        data: &Dataset,
        options: &TrainOptions,
        fits: impl Fn(&Self) -> bool,
    ) -> Localized {
        let mut micro_batch_size = options.micro_batch(options.batch_size.min(data.len()));
        while micro_batch_size > 1 {
            micro_batch_size = micro_batch_size.div_ceil(2);
            let smaller = TrainOptions { micro_batch_size, ..options.clone() };
            if let Ok(estimate) = Self::new(device, config, data, &smaller)
                && fits(&estimate)
            {
                return messages::memory_micro_batch(micro_batch_size, mebibytes(estimate.total));
            }
        }
        messages::memory_smaller_model()
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
