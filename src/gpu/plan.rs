use super::{Gpu, Timestamps, View, Work};

/// A size that a grid depends on: known when the plan is built, or one that changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Fixed(u32),
    /// Index into the `sizes` given when the plan is recorded.
    Dynamic(usize),
}

impl Extent {
    pub(super) fn resolve(self, sizes: &[u32]) -> u32 {
        match self {
            Extent::Fixed(value) => value,
            Extent::Dynamic(index) => sizes[index],
        }
    }
}

/// How many workgroups a dispatch has: ⌈extent / tile⌉ · times, folded to two dimensions because one dimension
/// ends at 65,535. Shaders unfold it and ignore the groups beyond their work.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    pub extent: Extent,
    pub tile: u32,
    pub times: u32,
}

const MAX_GROUPS_PER_DIMENSION: u64 = 65_535;

impl Grid {
    pub fn new(extent: Extent, tile: u32, times: u32) -> Self {
        Self { extent, tile, times }
    }

    /// Workgroups in x and y.
    fn fold(self, sizes: &[u32]) -> (u32, u32) {
        let groups = u64::from(self.extent.resolve(sizes).div_ceil(self.tile)) * u64::from(self.times);
        let rows = groups.div_ceil(MAX_GROUPS_PER_DIMENSION).max(1);
        (groups.div_ceil(rows) as u32, rows as u32)
    }
}

/// One kernel call over fixed buffers, ready to be recorded any number of times.
#[derive(Clone)]
pub struct Dispatch {
    pub label: &'static str,
    pub pipeline: wgpu::ComputePipeline,
    pub group: wgpu::BindGroup,
    pub grid: Grid,
    /// Where it is known.
    pub work: Option<Work>,
}

/// A list of kernel calls in order. Built once per model, recorded once per step.
#[derive(Clone, Default)]
pub struct Plan {
    pub dispatches: Vec<Dispatch>,
}

impl Plan {
    pub fn push(&mut self, dispatch: Dispatch) {
        self.dispatches.push(dispatch);
    }

    /// Says what the call pushed last has to do. A plan that only counts buffers has no calls, and takes no notice.
    pub fn note(&mut self, work: Work) {
        if let Some(last) = self.dispatches.last_mut() {
            last.work = Some(work);
        }
    }

    pub fn append(&mut self, other: &Plan) {
        self.dispatches.extend_from_slice(&other.dispatches);
    }

    pub fn len(&self) -> usize {
        self.dispatches.len()
    }

    pub fn is_empty(&self) -> bool {
        self.dispatches.is_empty()
    }

    /// Records all calls into one compute pass. `sizes` are the values of the plan's dynamic extents.
    pub fn record(&self, encoder: &mut wgpu::CommandEncoder, sizes: &[u32]) {
        Self::record_all(&self.dispatches, encoder, sizes);
    }

    pub(super) fn record_all(dispatches: &[Dispatch], encoder: &mut wgpu::CommandEncoder, sizes: &[u32]) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for dispatch in dispatches {
            dispatch.record(&mut pass, sizes);
        }
    }

    /// As [`Plan::record`], with every call in a pass of its own between two timestamps.
    pub fn record_timed(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        sizes: &[u32],
        timestamps: &mut Timestamps,
    ) {
        for dispatch in &self.dispatches {
            let writes = timestamps.next(dispatch.label);
            let mut pass = encoder
                .begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes: writes });
            dispatch.record(&mut pass, sizes);
        }
    }

    /// Records and submits the plan alone.
    pub fn submit(&self, gpu: &Gpu, sizes: &[u32]) {
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.record(&mut encoder, sizes);
        gpu.queue().submit([encoder.finish()]);
    }
}

impl Dispatch {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, sizes: &[u32]) {
        let (x, y) = self.grid.fold(sizes);
        if x == 0 {
            return;
        }
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

/// Sets the view's bytes to zero, in order with the plans recorded around it.
pub fn clear(encoder: &mut wgpu::CommandEncoder, view: &View) {
    encoder.clear_buffer(&view.buffer, view.offset, Some(view.size));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_beyond_one_dimension_folds_and_loses_no_group() {
        for groups in [1, 2, 65_535, 65_536, 131_071, 4_000_000_u32] {
            let (x, y) = Grid::new(Extent::Fixed(groups), 1, 1).fold(&[]);
            assert!(x <= 65_535 && y <= 65_535, "{groups}");
            assert!(u64::from(x) * u64::from(y) >= u64::from(groups));
            assert!(
                u64::from(x) * u64::from(y) - u64::from(groups) < u64::from(y),
                "{groups}: more than a row idle"
            );
        }
    }

    #[test]
    fn an_empty_extent_has_no_groups() {
        assert_eq!(Grid::new(Extent::Dynamic(0), 8, 3).fold(&[0]).0, 0);
        assert_eq!(Grid::new(Extent::Dynamic(0), 8, 3).fold(&[9]), (6, 1));
    }
}
