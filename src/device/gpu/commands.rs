//! Recording commands for a GPU.

use super::{Gpu, Timestamps, gpu_buffer};
use crate::device::{Call, Plan, View};

/// A command encoder that is created when first needed, and submitted by [`Commands::submit`] or when it is dropped.
pub struct Commands<'a> {
    gpu: &'a Gpu,
    encoder: Option<wgpu::CommandEncoder>,
}

impl<'a> Commands<'a> {
    pub fn new(gpu: &'a Gpu) -> Self {
        Self { gpu, encoder: None }
    }

    pub fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        let create = || self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.encoder.get_or_insert_with(create)
    }

    /// Records all calls in one compute pass.
    pub fn plan(&mut self, plan: &Plan, sizes: &[u32]) {
        let mut pass = self.encoder().begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for planned in &plan.calls {
            if let Call::Gpu(dispatch) = &planned.call {
                dispatch.record(&mut pass, sizes);
            }
        }
    }

    /// Records every call in a pass of its own, between two timestamps.
    pub fn timed_plan(&mut self, plan: &Plan, sizes: &[u32], timestamps: &mut Timestamps) {
        for planned in &plan.calls {
            let timestamp_writes = timestamps.next(planned.label);
            let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
            let mut pass = self.encoder().begin_compute_pass(&descriptor);
            if let Call::Gpu(dispatch) = &planned.call {
                dispatch.record(&mut pass, sizes);
            }
        }
    }

    pub fn copy(&mut self, from: &View, to: &View) {
        if let (Some(source), Some(target)) = (gpu_buffer(from), gpu_buffer(to)) {
            self.encoder().copy_buffer_to_buffer(source, from.offset, target, to.offset, from.size);
        }
    }

    pub fn clear(&mut self, view: &View) {
        if let Some(buffer) = gpu_buffer(view) {
            self.encoder().clear_buffer(buffer, view.offset, Some(view.size));
        }
    }

    pub fn submit(&mut self) {
        if let Some(encoder) = self.encoder.take() {
            self.gpu.queue().submit([encoder.finish()]);
        }
    }
}

impl Drop for Commands<'_> {
    fn drop(&mut self) {
        self.submit();
    }
}
