//! A model's weights on the device, and what can be made of them.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    Checkpoint, HEAD_BIAS, HEAD_WEIGHT, HostTensor, ModelConfig, ModelError, ParameterBuffers,
    ParameterLayout,
    checkpoint::{POOLER_BIAS, POOLER_WEIGHT, random_head},
};
use crate::{
    gpu::{Arena, Gpu, GpuError},
    kernels::Kernels,
};

/// Which weights the tanh head has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// No head.
    None,
    /// The checkpoint's SimCSE head `mlp.dense`, or drawn anew from N(0, 0.02) where it has none: what training
    /// starts from (R `simcse/models.py`).
    Trained { seed: u64 },
    /// As evaluation reads `cls`: the checkpoint's `mlp.dense`, else its `pooler.dense` (where converted SimCSE
    /// checkpoints keep the head), else an error.
    Stored,
}

/// Weights in GPU memory, shared by the plans made over them.
#[derive(Clone)]
pub struct Network {
    pub config: ModelConfig,
    pub kernels: Kernels,
    pub layout: Rc<ParameterLayout>,
    pub weights: ParameterBuffers,
    has_head: bool,
}

impl Network {
    /// Uploads a checkpoint.
    pub fn new(gpu: &Gpu, checkpoint: &Checkpoint, head: Head) -> Result<Self, ModelError> {
        let limit = gpu.info().max_binding_bytes.min(gpu.info().max_buffer_bytes);
        Self::within(gpu, checkpoint, head, limit)
    }

    /// The same in buffers of at most `limit` bytes, whatever the adapter would allow.
    pub fn within(gpu: &Gpu, checkpoint: &Checkpoint, head: Head, limit: u64) -> Result<Self, ModelError> {
        let head = head_weights(checkpoint, head)?;
        let layout = Rc::new(ParameterLayout::new(&checkpoint.config, head.is_some(), limit)?);
        let arena = Rc::new(Arena::new(gpu));
        let weights = ParameterBuffers::new(&arena, "weights", &layout)?;
        weights.write(gpu, &checkpoint.tensors);
        let has_head = head.is_some();
        if let Some([weight, bias]) = head {
            let tensors = [(HEAD_WEIGHT.to_owned(), weight), (HEAD_BIAS.to_owned(), bias)];
            weights.write(gpu, &BTreeMap::from(tensors));
        }
        let kernels = Kernels::new(arena)?;
        Ok(Self { config: checkpoint.config.clone(), kernels, layout, weights, has_head })
    }

    pub fn gpu(&self) -> &Gpu {
        self.kernels.arena().gpu()
    }

    pub fn has_head(&self) -> bool {
        self.has_head
    }

    /// All weights by canonical name, the head's included where there is one.
    pub async fn read_weights(&self) -> Result<BTreeMap<String, HostTensor>, GpuError> {
        self.weights.read(self.gpu()).await
    }
}

fn head_weights(checkpoint: &Checkpoint, head: Head) -> Result<Option<[HostTensor; 2]>, ModelError> {
    let pair = |weight: &str, bias: &str| -> Option<[HostTensor; 2]> {
        Some([checkpoint.tensors.get(weight)?.clone(), checkpoint.tensors.get(bias)?.clone()])
    };
    let stored = pair(HEAD_WEIGHT, HEAD_BIAS);
    Ok(match head {
        Head::None => None,
        Head::Trained { seed } => {
            Some(stored.unwrap_or_else(|| random_head(&checkpoint.config, seed).map(|(_, tensor)| tensor)))
        }
        Head::Stored => Some(stored.or_else(|| pair(POOLER_WEIGHT, POOLER_BIAS)).ok_or(ModelError::NoHead)?),
    })
}
