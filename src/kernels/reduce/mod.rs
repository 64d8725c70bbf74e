mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, THREADS, shader, step::shader_extent};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, Plan, ShaderSource, View,
};

pub(super) static SOURCE: ShaderSource = shader!("reduce.wgsl");
static SUM_PARTIALS: KernelSpec =
    KernelSpec { source: &SOURCE, entry: "sum_partials", bindings: &[Uniform, Uniform, Read, ReadWrite] };

static SUM_TWO_PARTIALS: KernelSpec = KernelSpec {
    source: &SOURCE,
    entry: "sum_two_partials",
    bindings: &[Uniform, Uniform, Read, ReadWrite, ReadWrite],
};

static SUM_LISTED_PARTIALS: KernelSpec = KernelSpec {
    source: &SOURCE,
    entry: "sum_listed_partials",
    bindings: &[Uniform, Uniform, Read, ReadWrite, Read],
};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    length: u32,
    kind: u32,
    fixed: u32,
    tile: u32,
    second_length: u32,
    second_start: u32,
    pad: [u32; 2],
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
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::sum_partials(self, plan, parts, total, len, extent, tile);
        }
        let (kind, fixed) = shader_extent(extent);
        let op = Op { length: len / 4, kind, fixed, tile, second_length: 0, second_start: 0, pad: [0; 2] };
        let grid = Grid::new(Extent::Fixed(op.length), THREADS, 1);
        self.call(plan, &SUM_PARTIALS, &[], &op, &[parts, total], grid)
    }

    /// Two such sums at once: each total, its length, and the float of `parts` where its own parts begin (the first
    /// one's at 0).
    pub(super) fn sum_two_partials(
        &self,
        plan: &mut Plan,
        parts: &View,
        [first, second]: [(&View, u32, usize); 2],
        extent: Extent,
        tile: u32,
    ) -> Result<(), DeviceError> {
        let (kind, fixed) = shader_extent(extent);
        let (length, second_length) = (first.1 / 4, second.1 / 4);
        let second_start = second.2 as u32 / 4;
        let op = Op { length, kind, fixed, tile, second_length, second_start, pad: [0; 2] };
        let grid = Grid::new(Extent::Fixed(length + second_length), THREADS, 1);
        self.call(plan, &SUM_TWO_PARTIALS, &[], &op, &[parts, first.0, second.0], grid)
    }

    /// Many such sums of `len` floats at once. `list` says of each where its parts begin in `parts` and where it goes
    /// in `total`, both in vec4s.
    #[expect(clippy::too_many_arguments, reason = "the sums, and what each of them is over")]
    pub(super) fn sum_listed_partials(
        &self,
        plan: &mut Plan,
        parts: &View,
        total: &View,
        len: u32,
        list: &[[u32; 2]],
        extent: Extent,
        tile: u32,
    ) -> Result<(), DeviceError> {
        let (kind, fixed) = shader_extent(extent);
        let second_length = list.len() as u32;
        let op = Op { length: len / 4, kind, fixed, tile, second_length, second_start: 0, pad: [0; 2] };
        let list = self.arena().upload("places of gradients", list.as_flattened())?;
        let grid = Grid::new(Extent::Fixed(op.length * second_length), THREADS, 1);
        self.call(plan, &SUM_LISTED_PARTIALS, &[], &op, &[parts, total, &list], grid)
    }
}
