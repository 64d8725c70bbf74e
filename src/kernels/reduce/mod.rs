//! Second half of split sums, as calls for a GPU; cpu.rs has the CPU's. Formula, shapes and costs: shaders/reduce.wgsl.
//! Sums have a fixed order, so results have the same bits every time.

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, THREADS, shader, step::shader_extent};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, Plan, ShaderSource, View,
};

static SOURCE: ShaderSource = shader!("reduce.wgsl");
static SUM_PARTIALS: KernelSpec = SOURCE.kernel("sum_partials", &[Uniform, Uniform, Read, ReadWrite]);

static SUM_TWO_PARTIALS: KernelSpec =
    SOURCE.kernel("sum_two_partials", &[Uniform, Uniform, Read, ReadWrite, ReadWrite]);

static SUM_LISTED_PARTIALS: KernelSpec =
    SOURCE.kernel("sum_listed_partials", &[Uniform, Uniform, Read, ReadWrite, Read]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Op {
    length: u32,
    extent_kind: u32,
    extent_fixed: u32,
    chunk: u32,
    second_length: u32,
    second_start: u32,
    sums: u32,
    pad: u32,
}

impl Kernels {
    /// `total[len] (+)= Σ_p partials[p, len]` over ⌈extent / chunk⌉ partial sums. `len` is a multiple of 4.
    pub(super) fn sum_partials(
        &self,
        plan: &mut Plan,
        partials: &View,
        total: &View,
        len: u32,
        extent: Extent,
        chunk: u32,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::sum_partials(self, plan, partials, total, len, extent, chunk);
        }
        let (extent_kind, extent_fixed) = shader_extent(extent);
        let op = Op { length: len / 4, extent_kind, extent_fixed, chunk, ..Op::default() };
        let grid = Grid::new(Extent::Fixed(op.length), THREADS, 1);
        self.call(plan, &SUM_PARTIALS, &[], &op, &[partials, total], grid)
    }

    /// Two such sums at once, on a GPU. Each is given as its total, its length, and the float of `partials` where its
    /// partials begin; the first sum's begin at 0.
    pub(super) fn sum_two_partials(
        &self,
        plan: &mut Plan,
        partials: &View,
        [first, second]: [(&View, u32, usize); 2],
        extent: Extent,
        chunk: u32,
    ) -> Result<(), DeviceError> {
        let (extent_kind, extent_fixed) = shader_extent(extent);
        let (length, second_length) = (first.1 / 4, second.1 / 4);
        let second_start = second.2 as u32 / 4;
        let op =
            Op { length, extent_kind, extent_fixed, chunk, second_length, second_start, ..Op::default() };
        let grid = Grid::new(Extent::Fixed(length + second_length), THREADS, 1);
        self.call(plan, &SUM_TWO_PARTIALS, &[], &op, &[partials, first.0, second.0], grid)
    }

    /// Many such sums of `len` floats at once, on a GPU. `list` has for each the vec4 of `partials` where its partials begin
    /// and the vec4 of `total` where its result begins.
    #[expect(clippy::too_many_arguments, reason = "the sums, and the extent they are over")]
    pub(super) fn sum_listed_partials(
        &self,
        plan: &mut Plan,
        partials: &View,
        total: &View,
        len: u32,
        list: &[[u32; 2]],
        extent: Extent,
        chunk: u32,
    ) -> Result<(), DeviceError> {
        let (extent_kind, extent_fixed) = shader_extent(extent);
        let sums = list.len() as u32;
        let op = Op { length: len / 4, extent_kind, extent_fixed, chunk, sums, ..Op::default() };
        let list = self.arena().upload("places of gradients", list.as_flattened())?;
        let grid = Grid::new(Extent::Fixed(op.length * sums), THREADS, 1);
        self.call(plan, &SUM_LISTED_PARTIALS, &[], &op, &[partials, total, &list], grid)
    }
}
