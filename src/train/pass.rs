//! Forward and backward plans of encoder and pooler over the buffers of one micro-batch.

use crate::{
    device::{DeviceError, Plan, View},
    model::{BatchBuffers, Capacity, Encoder, Network, ParameterBuffers, Pooler, Pooling},
};

/// The plans that a training step runs once over the whole batch, or several times over parts of it.
pub(super) struct EncoderPass {
    pub encoder: Encoder,
    pub batch: BatchBuffers,
    pooling: Pooling,
    pub forward: Plan,
    /// From the gradient of the vectors to all parameter gradients.
    pub backward: Plan,
    /// Forward and backward, without pooling.
    pub dispatches_per_layer: usize,
}

impl EncoderPass {
    /// `d_vectors` [rows, hidden] is the buffer for the gradient of the vectors.
    pub fn new(
        network: &Network,
        gradients: &ParameterBuffers,
        pooler: Pooler,
        capacity: Capacity,
        d_vectors: &View,
    ) -> Result<Self, DeviceError> {
        let (kernels, weights) = (&network.kernels, &network.weights);
        let encoder = Encoder::new(kernels, &network.config, capacity, true)?;
        let batch = BatchBuffers::new(kernels.arena(), capacity.tokens, capacity.rows)?;
        let pooling = Pooling::new(kernels, &network.config, pooler, network.has_head(), capacity)?;

        // The calls between two depths belong to one layer.
        let (mut of_layer, mut before) = ([0; 2], 0);
        let mut forward = Plan::default();
        encoder.forward(&mut forward, kernels, weights, &batch, &mut |plan, depth, states| {
            of_layer[0] = plan.len() - before;
            pooling.pool_depth(plan, kernels, &batch, depth, states)?;
            before = plan.len();
            Ok(())
        })?;
        pooling.finish(&mut forward, kernels, weights)?;

        let mut backward = Plan::default();
        before = 0;
        pooling.begin_backward(&mut backward, kernels, (weights, gradients), d_vectors)?;
        encoder.backward(
            &mut backward,
            kernels,
            weights,
            gradients,
            &batch,
            &mut |plan, depth, d_states| {
                of_layer[1] = plan.len() - before;
                pooling.pool_depth_backward(plan, kernels, &batch, depth, d_vectors, d_states)?;
                before = plan.len();
                Ok(())
            },
        )?;
        let dispatches_per_layer = of_layer.iter().sum();
        Ok(Self { encoder, batch, pooling, forward, backward, dispatches_per_layer })
    }

    /// The sentence vectors, [rows, hidden].
    pub fn vectors(&self) -> &View {
        self.pooling.output()
    }

    /// A plan of the backward pass only, from a gradient of the last states that is already in the encoder's buffer.
    pub fn backward_from_states(
        &self,
        network: &Network,
        gradients: &ParameterBuffers,
    ) -> Result<Plan, DeviceError> {
        let mut plan = Plan::default();
        let (kernels, weights) = (&network.kernels, &network.weights);
        self.encoder.backward(&mut plan, kernels, weights, gradients, &self.batch, &mut |_, _, _| Ok(()))?;
        Ok(plan)
    }
}
