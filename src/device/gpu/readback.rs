//! Reading buffers of a GPU back by mapping copies of them.

use std::collections::VecDeque;

use futures_channel::oneshot;

use super::{Gpu, GpuBuffer, gpu_buffer};
use crate::device::{DeviceError, View};

/// A copy of a view that is being mapped to host memory.
pub struct Mapping {
    gpu: Gpu,
    staging: GpuBuffer,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Mapping {
    fn staging_buffer(gpu: &Gpu, size: u64) -> GpuBuffer {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let descriptor =
            wgpu::BufferDescriptor { label: Some("readback"), size, usage, mapped_at_creation: false };
        GpuBuffer::new(gpu.device(), &descriptor)
    }

    fn map(gpu: &Gpu, staging: GpuBuffer) -> Self {
        let (sender, mapped) = oneshot::channel();
        staging.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            // The receiver is gone where the bytes are no longer wanted.
            let _ = sender.send(result);
        });
        Self { gpu: gpu.clone(), staging, mapped }
    }

    /// Copies `view` as it is after everything submitted so far.
    pub fn start(gpu: &Gpu, view: &View) -> Self {
        let staging = Self::staging_buffer(gpu, view.size);
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(buffer) = gpu_buffer(view) {
            encoder.copy_buffer_to_buffer(buffer, view.offset, &staging, 0, view.size);
        }
        gpu.queue().submit([encoder.finish()]);
        Self::map(gpu, staging)
    }

    /// Waits without blocking the page, and returns `take` of the bytes.
    pub async fn bytes<R>(&mut self, take: impl FnOnce(&[u8]) -> R) -> Result<R, DeviceError> {
        self.gpu.pump()?;
        let mapped = self.gpu.unless_lost(&mut self.mapped).await?;
        self.gpu.check()?;
        match mapped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(DeviceError::Readback(error.to_string())),
            Err(_) => return Err(DeviceError::Readback("the device went away".to_owned())),
        }
        let taken = {
            let range = self
                .staging
                .get_mapped_range(..)
                .map_err(|error| DeviceError::Readback(error.to_string()))?;
            take(&range)
        };
        self.staging.unmap();
        Ok(taken)
    }
}

/// A ring of small host-visible buffers, copied to by commands that are recorded with the step.
pub struct MappingRing {
    gpu: Gpu,
    free: Vec<GpuBuffer>,
    /// The buffer that the step being recorded copies to.
    recorded: Option<GpuBuffer>,
    in_flight: VecDeque<Mapping>,
    size: u64,
}

impl MappingRing {
    pub fn new(gpu: &Gpu, size: u64, depth: usize) -> Self {
        let free = (0..depth.max(1)).map(|_| Mapping::staging_buffer(gpu, size)).collect();
        Self { gpu: gpu.clone(), free, recorded: None, in_flight: VecDeque::new(), size }
    }

    /// Records the copy of `view`. The ring must have room, see [`MappingRing::has_room`].
    pub fn record(&mut self, encoder: &mut wgpu::CommandEncoder, view: &View) {
        assert!(self.has_room() && view.size <= self.size);
        if let (Some(slot), Some(buffer)) = (self.free.pop(), gpu_buffer(view)) {
            encoder.copy_buffer_to_buffer(buffer, view.offset, &slot, 0, view.size);
            self.recorded = Some(slot);
        }
    }

    /// To be called after the submit that contains the recorded copy.
    pub fn after_submit(&mut self) {
        if let Some(slot) = self.recorded.take() {
            self.in_flight.push_back(Mapping::map(&self.gpu, slot));
        }
    }

    pub fn has_room(&self) -> bool {
        !self.free.is_empty()
    }

    /// Steps whose values have not been read yet.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Waits for the values of the oldest step in flight; `None` if there is none.
    pub async fn oldest<T: bytemuck::Pod>(&mut self) -> Result<Option<Vec<T>>, DeviceError> {
        let Some(mut mapping) = self.in_flight.pop_front() else { return Ok(None) };
        let values = mapping.bytes(bytemuck::pod_collect_to_vec).await?;
        self.free.push(mapping.staging);
        Ok(Some(values))
    }
}
