//! Token states to sentence vectors on the device, forward and backward: pooler, then the optional tanh head.

use super::{BatchBuffers, Capacity, HEAD_BIAS, HEAD_WEIGHT, ModelConfig, ParameterBuffers, Pooler};
use crate::{
    device::{DeviceError, Plan, View},
    kernels::{Kernels, Linear, LinearGradient, Pool, ROWS},
};

/// Pooler and head with their buffers. With the head: `z = tanh(pooled · Wᵀ + b)` (princeton-nlp/SimCSE
/// `simcse/models.py`, `MLPLayer`).
///
/// Without training each layer overwrites the states of the one before, so they are pooled depth by depth. Forward:
/// [`Pooling::pool_depth`] at every depth, then [`Pooling::finish`]. Backward: [`Pooling::begin_backward`], then
/// [`Pooling::pool_depth_backward`] at every depth, from the last to the first.
pub struct Pooling {
    hidden: u32,
    mean: bool,
    /// See [`Pooler::depths`].
    depths: Vec<usize>,
    /// [rows, hidden]
    pooled: View,
    head: Option<HeadState>,
    /// Gradient of `pooled`, [rows, hidden]; used with a head only.
    d_pooled: View,
    partials: View,
}

struct HeadState {
    /// Before tanh, and its output, [rows, hidden] each.
    linear: View,
    output: View,
}

impl Pooling {
    /// `head` applies the head after [`Pooler::Cls`]; other poolers ignore it.
    pub fn new(
        kernels: &Kernels,
        config: &ModelConfig,
        pooler: Pooler,
        head: bool,
        capacity: Capacity,
    ) -> Result<Self, DeviceError> {
        let arena = kernels.arena();
        let hidden = config.hidden_size;
        let len = capacity.rows * hidden;
        let head = (head && pooler == Pooler::Cls).then(|| -> Result<_, DeviceError> {
            Ok(HeadState { linear: arena.storage("head", len)?, output: arena.storage("head output", len)? })
        });
        let scratch = kernels.weight_gradient_scratch_len(hidden as u32, hidden as u32);
        Ok(Self {
            hidden: hidden as u32,
            mean: pooler.is_mean(),
            depths: pooler.depths(config.num_hidden_layers),
            pooled: arena.storage("pooled", len)?,
            head: head.transpose()?,
            d_pooled: arena.storage("gradient of pooled", len)?,
            partials: arena.storage("head partial sums", scratch)?,
        })
    }

    /// The sentence vectors, [rows, hidden].
    pub fn output(&self) -> &View {
        self.head.as_ref().map_or(&self.pooled, |head| &head.output)
    }

    /// Pools the token states [tokens, hidden] of a depth if this pooler wants them. Depths come in ascending order.
    pub fn pool_depth(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        batch: &BatchBuffers,
        depth: usize,
        states: &View,
    ) -> Result<(), DeviceError> {
        match self.depths.iter().position(|wanted| *wanted == depth) {
            Some(index) => kernels.pool(plan, &self.pool(batch, index > 0), states, &self.pooled),
            None => Ok(()),
        }
    }

    /// Appends the head, after the last [`Pooling::pool_depth`].
    pub fn finish(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
    ) -> Result<(), DeviceError> {
        let Some(head) = &self.head else { return Ok(()) };
        let (weight, bias) = (weights.block(HEAD_WEIGHT), weights.block(HEAD_BIAS));
        kernels.linear(plan, &self.linear(&weight, &bias), &self.pooled, &head.linear)?;
        kernels.tanh(plan, self.hidden, &head.linear, &head.output)
    }

    /// Appends the head's backward pass, from `d_output` [rows, hidden].
    pub fn begin_backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        (weights, gradients): (&ParameterBuffers, &ParameterBuffers),
        d_output: &View,
    ) -> Result<(), DeviceError> {
        let Some(head) = &self.head else { return Ok(()) };
        let (weight, bias) = (weights.block(HEAD_WEIGHT), weights.block(HEAD_BIAS));
        let layer = self.linear(&weight, &bias);
        // The pre-activation is no longer needed; its buffer takes its gradient.
        let d_linear = &head.linear;
        kernels.tanh_backward(plan, self.hidden, &head.output, d_output, d_linear)?;
        let (weight, bias) = (gradients.block(HEAD_WEIGHT), gradients.block(HEAD_BIAS));
        let gradient = LinearGradient { weight: &weight, bias: &bias, scratch: &self.partials };
        kernels.linear_weight_gradient(plan, &layer, &self.pooled, d_linear, &gradient)?;
        kernels.linear_input_gradient(plan, &layer, d_linear, &self.d_pooled, false)
    }

    /// Adds a depth's share of the gradient to `d_states` [tokens, hidden]; at the last depth, which comes first, it
    /// overwrites them. `d_output` is what [`Pooling::begin_backward`] was given.
    pub fn pool_depth_backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        batch: &BatchBuffers,
        depth: usize,
        d_output: &View,
        d_states: &View,
    ) -> Result<(), DeviceError> {
        let Some(index) = self.depths.iter().position(|wanted| *wanted == depth) else { return Ok(()) };
        let d_pooled = if self.head.is_some() { &self.d_pooled } else { d_output };
        let accumulate = index + 1 < self.depths.len();
        kernels.pool_backward(plan, &self.pool(batch, accumulate), d_pooled, d_states)
    }

    fn pool<'a>(&self, batch: &'a BatchBuffers, accumulate: bool) -> Pool<'a> {
        Pool {
            hidden: self.hidden,
            mean: self.mean,
            factor: 1.0 / self.depths.len() as f32,
            accumulate,
            row_starts: &batch.row_starts,
            spans: &batch.spans,
        }
    }

    fn linear<'a>(&self, weight: &'a View, bias: &'a View) -> Linear<'a> {
        Linear { rows: ROWS, inputs: self.hidden, outputs: self.hidden, weight, bias }
    }
}
