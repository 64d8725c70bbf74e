//! Where the time of a training step goes.

use super::{Batch, TrainError, TrainingStep};
use crate::{
    gpu::{KernelTime, Timestamps},
    kernels::Step,
};

impl TrainingStep {
    /// Runs a whole step, every kernel call between two timestamps, and returns their times in order; `None` on an
    /// adapter without timestamp queries. The weights change as in any step. For batches that are encoded in one
    /// piece and without masked-language modelling.
    pub async fn time_kernels<R: AsRef<[u32]>>(
        &self,
        batch: &Batch<'_, R>,
        step: Step,
    ) -> Result<Option<Vec<KernelTime>>, TrainError> {
        let gpu = self.network().gpu();
        let Some(mut timestamps) = Timestamps::new(gpu, self.dispatches() as u32) else { return Ok(None) };
        let step = self.upload(batch, 0..batch.items(), step);
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.clear(&mut encoder);
        for plan in self.plans() {
            plan.record_timed(&mut encoder, &step.sizes(), &mut timestamps);
        }
        timestamps.resolve(&mut encoder);
        gpu.queue().submit([encoder.finish()]);
        Ok(Some(timestamps.read().await?))
    }
}
