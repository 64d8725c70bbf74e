//! Times of single kernel calls on a GPU, for profiling.

use super::{Gpu, GpuBuffer, Mapping};
use crate::device::{DeviceError, KernelTime, Stored, View, view::Buffer};

/// Two timestamps per kernel call, where the adapter has timestamp queries.
pub struct Timestamps {
    gpu: Gpu,
    queries: wgpu::QuerySet,
    resolved: GpuBuffer,
    labels: Vec<&'static str>,
    capacity: u32,
}

impl Timestamps {
    /// As [`crate::device::Timings::new`].
    pub fn new(gpu: &Gpu, calls: u32) -> Option<Self> {
        if !gpu.info().timestamps {
            return None;
        }
        let capacity = calls.min(wgpu::QUERY_SET_MAX_QUERIES / 2);
        let queries = gpu.device().create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("timestamps"),
            ty: wgpu::QueryType::Timestamp,
            count: 2 * capacity,
        });
        let descriptor = wgpu::BufferDescriptor {
            label: Some("timestamps"),
            size: 16 * u64::from(capacity),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        };
        let resolved = GpuBuffer::new(gpu.device(), &descriptor);
        Some(Self { gpu: gpu.clone(), queries, resolved, labels: Vec::new(), capacity })
    }

    /// The timestamps of the next pass; `None` where there is no room.
    pub(super) fn next(&mut self, label: &'static str) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        let index = self.labels.len() as u32;
        if index >= self.capacity {
            return None;
        }
        self.labels.push(label);
        Some(wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(2 * index),
            end_of_pass_write_index: Some(2 * index + 1),
        })
    }

    /// Records the copy of the timestamps to a buffer, after the timed plans.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2 * self.labels.len() as u32, &self.resolved, 0);
    }

    /// The times since the last call of this, in order.
    pub async fn read(&mut self) -> Result<Vec<KernelTime>, DeviceError> {
        let labels = std::mem::take(&mut self.labels);
        let (buffer, size) = (Buffer::Gpu(self.resolved.clone()), 16 * labels.len() as u64);
        let view = View { buffer, offset: 0, size, stored: Stored::F32 };
        let ticks: Vec<u64> = Mapping::start(&self.gpu, &view).bytes(bytemuck::pod_collect_to_vec).await?;
        let period = f64::from(self.gpu.queue().get_timestamp_period());
        let time = |(label, pair): (&'static str, &[u64])| KernelTime {
            label,
            nanoseconds: pair[1].saturating_sub(pair[0]) as f64 * period,
        };
        Ok(labels.into_iter().zip(ticks.chunks_exact(2)).map(time).collect())
    }
}
