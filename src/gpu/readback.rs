use std::collections::VecDeque;

use futures_channel::oneshot;

use super::{Gpu, GpuError, View};

/// Bytes on their way from the device; await [`Readback::read`].
pub struct Readback {
    gpu: Gpu,
    staging: wgpu::Buffer,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Readback {
    fn staging(gpu: &Gpu, size: u64) -> wgpu::Buffer {
        gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    fn map(gpu: &Gpu, staging: wgpu::Buffer) -> Self {
        let (sender, mapped) = oneshot::channel();
        staging.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            // The receiver is gone only when nobody wants the bytes any more.
            let _ = sender.send(result);
        });
        Self { gpu: gpu.clone(), staging, mapped }
    }

    /// Copies `view` after everything submitted so far.
    pub fn start(gpu: &Gpu, view: &View) -> Self {
        let staging = Self::staging(gpu, view.size);
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(&view.buffer, view.offset, &staging, 0, view.size);
        gpu.queue().submit([encoder.finish()]);
        Self::map(gpu, staging)
    }

    /// Waits without blocking the page and returns the bytes.
    async fn bytes<R>(&mut self, take: impl FnOnce(&[u8]) -> R) -> Result<R, GpuError> {
        self.gpu.pump()?;
        let mapped = (&mut self.mapped).await;
        self.gpu.check()?;
        match mapped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(GpuError::Readback(error.to_string())),
            Err(_) => return Err(GpuError::Readback("the device went away".to_owned())),
        }
        let taken = {
            let range =
                self.staging.get_mapped_range(..).map_err(|error| GpuError::Readback(error.to_string()))?;
            take(&range)
        };
        self.staging.unmap();
        Ok(taken)
    }

    /// The values, in the device's (little-endian) order.
    pub async fn read<T: bytemuck::Pod>(mut self) -> Result<Vec<T>, GpuError> {
        self.bytes(bytemuck::pod_collect_to_vec).await
    }
}

impl View {
    /// The view's values after everything submitted so far.
    pub async fn read<T: bytemuck::Pod>(&self, gpu: &Gpu) -> Result<Vec<T>, GpuError> {
        Readback::start(gpu, self).read().await
    }
}

/// A ring of small host-visible buffers for values that every step produces. Copies are recorded with the step
/// and read when they arrive, so the device never waits for the host; when `depth` steps are in flight the oldest
/// one is awaited, so the host never runs far ahead of the device either.
pub struct ReadbackRing {
    gpu: Gpu,
    free: Vec<wgpu::Buffer>,
    /// Copied to by the step being recorded.
    recorded: Option<wgpu::Buffer>,
    in_flight: VecDeque<Readback>,
    size: u64,
}

impl ReadbackRing {
    pub fn new(gpu: &Gpu, size: u64, depth: usize) -> Self {
        let free = (0..depth.max(1)).map(|_| Readback::staging(gpu, size)).collect();
        Self { gpu: gpu.clone(), free, recorded: None, in_flight: VecDeque::new(), size }
    }

    /// Records the copy of `view`. Call [`ReadbackRing::has_room`] first.
    pub fn record(&mut self, encoder: &mut wgpu::CommandEncoder, view: &View) {
        debug_assert!(self.has_room() && view.size <= self.size);
        if let Some(slot) = self.free.pop() {
            encoder.copy_buffer_to_buffer(&view.buffer, view.offset, &slot, 0, view.size);
            self.recorded = Some(slot);
        }
    }

    /// To be called after the submit that contains the recorded copy.
    pub fn submitted(&mut self) {
        if let Some(slot) = self.recorded.take() {
            self.in_flight.push_back(Readback::map(&self.gpu, slot));
        }
    }

    pub fn has_room(&self) -> bool {
        !self.free.is_empty()
    }

    /// Steps whose values have not been read.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Waits for the oldest step in flight.
    pub async fn oldest<T: bytemuck::Pod>(&mut self) -> Result<Option<Vec<T>>, GpuError> {
        let Some(mut readback) = self.in_flight.pop_front() else { return Ok(None) };
        let values = readback.bytes(bytemuck::pod_collect_to_vec).await?;
        self.free.push(readback.staging);
        Ok(Some(values))
    }
}
