//! A model's weights on the device.

use std::{collections::BTreeMap, rc::Rc};

use half::f16;

use super::{
    Checkpoint, HEAD_BIAS, HEAD_WEIGHT, Heads, HostTensor, ModelConfig, ModelError, ParameterBuffers,
    ParameterLayout, SentenceModules,
    checkpoint::{MLM_BIAS, POOLER_BIAS, POOLER_WEIGHT, random_head, random_mlm_head},
};
use crate::{
    device::{Arena, Device, DeviceError, Stored},
    kernels::Kernels,
};

/// Where the weights of the tanh head come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// No head.
    None,
    /// For training: the checkpoint's SimCSE head `mlp.dense`, or a new one from N(0, initializer_range) where it has
    /// none (princeton-nlp/SimCSE `simcse/models.py`, `MLPLayer`).
    Trained { seed: u64 },
    /// For evaluation: the checkpoint's `mlp.dense`, else its `pooler.dense` (where converted SimCSE checkpoints keep
    /// the head), else an error.
    Stored,
}

/// Which heads are uploaded beside the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub head: Head,
    /// With a seed: the checkpoint's head of masked-language modelling, or one drawn from the seed where it has none.
    pub mlm: Option<u64>,
}

impl Parts {
    /// Which heads have parameters.
    pub fn heads(self) -> Heads {
        Heads { sentence: self.head != Head::None, mlm: self.mlm.is_some() }
    }
}

impl From<Head> for Parts {
    fn from(head: Head) -> Self {
        Parts { head, mlm: None }
    }
}

/// Weights in device memory, shared by the plans that read them.
#[derive(Clone)]
pub struct Network {
    pub config: ModelConfig,
    pub kernels: Kernels,
    pub layout: Rc<ParameterLayout>,
    pub weights: ParameterBuffers,
    has_head: bool,
    modules: Option<Rc<SentenceModules>>,
}

impl Network {
    /// Uploads a checkpoint.
    pub fn new(
        device: &Device,
        checkpoint: &Checkpoint,
        parts: impl Into<Parts>,
    ) -> Result<Self, ModelError> {
        let limit = device.info().largest_buffer();
        Self::within(device, checkpoint, parts, limit)
    }

    /// As [`Network::new`], in buffers of at most `limit` bytes instead of the device's limit.
    pub fn within(
        device: &Device,
        checkpoint: &Checkpoint,
        parts: impl Into<Parts>,
        limit: u64,
    ) -> Result<Self, ModelError> {
        let arena = Rc::new(Arena::new(device));
        Self::upload(arena, checkpoint, parts.into(), limit, Stored::F32)
    }

    /// For encoding only: on a GPU the matrices and the word table may be stored as float16, which halves the bytes to
    /// hold and to read.
    ///
    /// # Errors
    /// float16 on the CPU, which computes in float32 and would gain nothing; a weight beyond ±65,504, the largest
    /// float16.
    pub fn for_encoding(
        device: &Device,
        checkpoint: &Checkpoint,
        parts: impl Into<Parts>,
        weights: Stored,
    ) -> Result<Self, ModelError> {
        if weights == Stored::F16 {
            if device.info().is_cpu() {
                return Err(ModelError::HalvesOnCpu);
            }
            refuse_beyond_half(checkpoint)?;
        }
        let limit = device.info().largest_buffer();
        Self::upload(Rc::new(Arena::new(device)), checkpoint, parts.into(), limit, weights)
    }

    fn upload(
        arena: Rc<Arena>,
        checkpoint: &Checkpoint,
        parts: Parts,
        limit: u64,
        stored: Stored,
    ) -> Result<Self, ModelError> {
        let mut heads = BTreeMap::new();
        if let Some([weight, bias]) = head_weights(checkpoint, parts.head)? {
            heads.extend([(HEAD_WEIGHT.to_owned(), weight), (HEAD_BIAS.to_owned(), bias)]);
        }
        if let Some(seed) = parts.mlm.filter(|_| !checkpoint.tensors.contains_key(MLM_BIAS)) {
            heads.extend(random_mlm_head(&checkpoint.config, seed));
        }
        let mut network = Self::room(arena, &checkpoint.config, parts.heads(), limit, stored)?;
        network.weights.write(network.device(), &checkpoint.tensors);
        network.weights.write(network.device(), &heads);
        network.modules = checkpoint.rules.modules.clone().map(Rc::new);
        Ok(network)
    }

    /// Zeroed weights in buffers of at most `limit` bytes each.
    pub fn empty(
        arena: Rc<Arena>,
        config: &ModelConfig,
        heads: Heads,
        limit: u64,
    ) -> Result<Self, DeviceError> {
        Self::room(arena, config, heads, limit, Stored::F32)
    }

    fn room(
        arena: Rc<Arena>,
        config: &ModelConfig,
        heads: Heads,
        limit: u64,
        stored: Stored,
    ) -> Result<Self, DeviceError> {
        let layout = Rc::new(ParameterLayout::new(config, heads, limit, stored)?);
        let weights = ParameterBuffers::new(&arena, "weights", &layout)?;
        let kernels = Kernels::new(arena)?;
        Ok(Self { config: config.clone(), kernels, layout, weights, has_head: heads.sentence, modules: None })
    }

    pub fn device(&self) -> &Device {
        self.kernels.arena().device()
    }

    /// The modules of the pooler [`Own`](super::Pooler::Own).
    pub fn modules(&self) -> Option<&Rc<SentenceModules>> {
        self.modules.as_ref()
    }

    pub fn has_head(&self) -> bool {
        self.has_head
    }

    /// All weights by canonical name, those of the heads included.
    pub async fn read_weights(&self) -> Result<BTreeMap<String, HostTensor>, DeviceError> {
        self.weights.read(self.device()).await
    }
}

fn refuse_beyond_half(checkpoint: &Checkpoint) -> Result<(), ModelError> {
    let largest = f16::MAX.to_f32();
    for (tensor, HostTensor { data, .. }) in &checkpoint.tensors {
        if let Some((index, value)) = data.iter().enumerate().find(|(_, value)| value.abs() > largest) {
            return Err(ModelError::BeyondHalf { tensor: tensor.clone(), index, value: *value });
        }
    }
    Ok(())
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
