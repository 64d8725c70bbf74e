//! Dispatches: a pipeline with its bindings and its grid of workgroups.

use std::rc::Rc;

use super::GpuBuffer;
use crate::device::Extent;

/// Number of workgroups of a dispatch: ⌈extent / tile⌉ · times, folded to two dimensions because WebGPU allows at most
/// 65,535 in one. Shaders unfold it (shaders/common/step.wgsl) and return early in the excess workgroups.
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

/// A pipeline with its bindings, to be recorded any number of times.
#[derive(Clone)]
pub struct Dispatch {
    pub pipeline: wgpu::ComputePipeline,
    pub group: wgpu::BindGroup,
    /// The bound buffers, kept alive for as long as the dispatch can be recorded.
    pub(super) _bound: Rc<[GpuBuffer]>,
    pub grid: Grid,
}

impl Dispatch {
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>, sizes: &[u32]) {
        let (x, y) = self.grid.fold(sizes);
        if x == 0 {
            return;
        }
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
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
