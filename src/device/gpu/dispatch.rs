use std::rc::Rc;

use super::GpuBuffer;
use crate::device::Extent;

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

/// A pipeline over fixed bindings, ready to be recorded any number of times.
#[derive(Clone)]
pub struct Dispatch {
    pub pipeline: wgpu::ComputePipeline,
    pub group: wgpu::BindGroup,
    /// What is bound: it has to be there for as long as it may be recorded.
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
