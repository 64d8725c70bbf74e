//! From token states to sentence vectors: pooler, then the optional tanh head.

use super::{BatchBuffers, Capacity, HEAD_BIAS, HEAD_WEIGHT, ParameterBuffers, Pooler};
use crate::{
    gpu::{GpuError, Plan, View},
    kernels::{Kernels, Linear, LinearGradient, Pool, ROWS},
};

/// Pooler and head over one batch's buffers. With the head: `z = tanh(pooled · Wᵀ + b)` (R `MLPLayer`).
pub struct Pooling {
    hidden: u32,
    mean: bool,
    /// [rows, hidden]
    pooled: View,
    head: Option<HeadState>,
    /// [rows, hidden]; gradients flow back through it.
    d_pooled: View,
    partials: View,
}

struct HeadState {
    /// Before and after tanh, [rows, hidden].
    linear: View,
    output: View,
}

impl Pooling {
    /// `head`: apply the head; only [`Pooler::Cls`] has one.
    pub fn new(
        kernels: &Kernels,
        hidden: usize,
        pooler: Pooler,
        head: bool,
        capacity: Capacity,
    ) -> Result<Self, GpuError> {
        let arena = kernels.arena();
        let len = capacity.rows * hidden;
        let head = (head && pooler == Pooler::Cls).then(|| -> Result<_, GpuError> {
            Ok(HeadState { linear: arena.storage("head", len)?, output: arena.storage("head output", len)? })
        });
        let scratch = kernels.weight_gradient_scratch_len(hidden as u32, hidden as u32);
        Ok(Self {
            hidden: hidden as u32,
            mean: pooler == Pooler::Avg,
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

    pub fn forward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        weights: &ParameterBuffers,
        batch: &BatchBuffers,
        states: &View,
    ) -> Result<(), GpuError> {
        kernels.pool(plan, &self.pool(batch), states, &self.pooled)?;
        if let Some(head) = &self.head {
            let (weight, bias) = (weights.block(HEAD_WEIGHT), weights.block(HEAD_BIAS));
            kernels.linear(plan, &self.linear(&weight, &bias), &self.pooled, &head.linear)?;
            kernels.tanh(plan, self.hidden, &head.linear, &head.output)?;
        }
        Ok(())
    }

    /// From `d_output` [rows, hidden], which is used up, to `d_states` [tokens, hidden].
    pub fn backward(
        &self,
        plan: &mut Plan,
        kernels: &Kernels,
        (weights, gradients): (&ParameterBuffers, &ParameterBuffers),
        batch: &BatchBuffers,
        d_output: &View,
        d_states: &View,
    ) -> Result<(), GpuError> {
        let Some(head) = &self.head else {
            return kernels.pool_backward(plan, &self.pool(batch), d_output, d_states);
        };
        let (weight, bias) = (weights.block(HEAD_WEIGHT), weights.block(HEAD_BIAS));
        let layer = self.linear(&weight, &bias);
        // The pre-activation is not needed again; its buffer takes its gradient.
        let d_linear = &head.linear;
        kernels.tanh_backward(plan, self.hidden, &head.output, d_output, d_linear)?;
        let (weight, bias) = (gradients.block(HEAD_WEIGHT), gradients.block(HEAD_BIAS));
        let gradient = LinearGradient { weight: &weight, bias: &bias, scratch: &self.partials };
        kernels.linear_weight_gradient(plan, &layer, &self.pooled, d_linear, &gradient)?;
        kernels.linear_input_gradient(plan, &layer, d_linear, &self.d_pooled, false)?;
        kernels.pool_backward(plan, &self.pool(batch), &self.d_pooled, d_states)
    }

    fn pool<'a>(&self, batch: &'a BatchBuffers) -> Pool<'a> {
        Pool { hidden: self.hidden, mean: self.mean, row_starts: &batch.row_starts, spans: &batch.spans }
    }

    fn linear<'a>(&self, weight: &'a View, bias: &'a View) -> Linear<'a> {
        Linear { rows: ROWS, inputs: self.hidden, outputs: self.hidden, weight, bias }
    }
}
