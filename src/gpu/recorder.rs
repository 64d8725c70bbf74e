use super::{Gpu, Plan};

/// Records plans, copies and clears in order and submits them, as one list of commands or in several.
///
/// Software adapters work on a list for long and let nobody else draw meanwhile; for them a limit of dispatches cuts
/// it.
pub struct Recorder<'a> {
    gpu: &'a Gpu,
    encoder: Option<wgpu::CommandEncoder>,
    /// Dispatches that the list may still take.
    room: usize,
    limit: usize,
}

impl<'a> Recorder<'a> {
    /// Lists of at most `limit` dispatches.
    pub fn new(gpu: &'a Gpu, limit: usize) -> Self {
        let limit = limit.max(1);
        Self { gpu, encoder: None, room: limit, limit }
    }

    /// For commands other than a plan's.
    pub fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        let create = || self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.encoder.get_or_insert_with(create)
    }

    /// `sizes` are the values of the plan's dynamic extents.
    pub fn plan(&mut self, plan: &Plan, sizes: &[u32]) {
        let mut rest = plan.dispatches.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.room.min(rest.len()));
            Plan::record_all(now, self.encoder(), sizes);
            self.room -= now.len();
            rest = later;
            if self.room == 0 {
                self.submit();
            }
        }
    }

    /// Submits what is recorded. What is written to buffers from now on is seen only by what is recorded from now on.
    pub fn submit(&mut self) {
        if let Some(encoder) = self.encoder.take() {
            self.gpu.queue().submit([encoder.finish()]);
        }
        self.room = self.limit;
    }
}

impl Drop for Recorder<'_> {
    fn drop(&mut self) {
        self.submit();
    }
}
