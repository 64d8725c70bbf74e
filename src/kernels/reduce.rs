use bytemuck::{Pod, Zeroable};

use super::{Kernels, THREADS, shader, step::shader_extent};
use crate::gpu::{
    Binding::{Read, ReadWrite, Uniform},
    Extent, GpuError, Grid, KernelSpec, Plan, ShaderSource, View,
};

pub(super) static SOURCE: ShaderSource = shader!("reduce.wgsl");
static SUM_PARTIALS: KernelSpec =
    KernelSpec { source: &SOURCE, entry: "sum_partials", bindings: &[Uniform, Uniform, Read, ReadWrite] };

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    length: u32,
    kind: u32,
    fixed: u32,
    tile: u32,
}

impl Kernels {
    /// `total[len] (+)= Σ parts[part, len]` over ⌈extent / tile⌉ parts, in a fixed order. `len` is a multiple of 4.
    pub(super) fn sum_partials(
        &self,
        plan: &mut Plan,
        parts: &View,
        total: &View,
        len: u32,
        extent: Extent,
        tile: u32,
    ) -> Result<(), GpuError> {
        let (kind, fixed) = shader_extent(extent);
        let op = Op { length: len / 4, kind, fixed, tile };
        let grid = Grid::new(Extent::Fixed(op.length), THREADS, 1);
        self.call(plan, &SUM_PARTIALS, &[], &op, &[parts, total], grid)
    }
}
