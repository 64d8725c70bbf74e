//! shaders/matmul.wgsl on the CPU: three products, each over panels of its right operand, which is packed first, once
//! for all rows.

use super::{Linear, LinearGradient};
use crate::{
    device::{Chunk, DeviceError, Extent, Plan, Split, View},
    kernels::{
        Kernels, Step,
        cpu::CpuKernel,
        product::{Operand, Packed, Start, multiply, pack, packed_len, panel_width},
        vector::{add, gelu_slope, normal_cdf},
    },
};

/// Rows of a result in a chunk: the right operand's panels are read once for all of them.
const CHUNK_ROWS: u32 = 48;
/// Panels that a chunk packs.
const PANELS: u32 = 4;
/// Columns that a chunk of the bias gradient sums.
const COLUMNS: u32 = 64;

/// How the right operand B [k, n] lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Row-major, [k, n].
    Rows,
    /// Column-major: a weight [n, k].
    Columns,
}

struct Pack {
    /// Rows of B.
    k: Extent,
    n: usize,
    layout: Layout,
}

/// Packs B, of at most `most_k` rows, and returns the buffer.
fn packed(
    kernels: &Kernels,
    plan: &mut Plan,
    b: &View,
    (k, most_k): (Extent, usize),
    n: u32,
    layout: Layout,
) -> Result<View, DeviceError> {
    let n = n as usize;
    let view = kernels.packed(packed_len(most_k, n))?;
    let panels = Extent::Fixed(n.div_ceil(panel_width()) as u32);
    let split = Split::rows(panels, PANELS);
    let outputs = [(&view, most_k * panel_width())];
    kernels.call_cpu(plan, "pack", &split, [b], outputs, Pack { k, n, layout })?;
    Ok(view)
}

fn operand(data: &[f32], layout: Layout, k: usize, n: usize) -> Operand<'_> {
    match layout {
        Layout::Rows => Operand { data, row: n, column: 1 },
        Layout::Columns => Operand { data, row: 1, column: k },
    }
}

impl CpuKernel<1, 1> for Pack {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [b]: [&[f32]; 1], [packed]: [&mut [f32]; 1]) {
        let k = step.extent(self.k);
        let room = packed.len() / chunk.rows.len();
        for (panel, packed) in chunk.rows.zip(packed.chunks_exact_mut(room)) {
            pack(
                operand(b, self.layout, k, self.n),
                k,
                self.n,
                panel..panel + 1,
                &mut packed[..k * panel_width()],
            );
        }
    }
}

/// What follows a product, in the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    /// Forward: the GELU of the result, as a second result. Backward: its derivative, and the GELU recomputed.
    Gelu,
}

struct Forward {
    inputs: usize,
    outputs: usize,
    then: Then,
}

pub(super) fn forward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Linear,
    x: &View,
    y: &View,
    activated: Option<&View>,
) -> Result<(), DeviceError> {
    let (inputs, outputs) = (layer.inputs as usize, layer.outputs as usize);
    let k = (Extent::Fixed(layer.inputs), inputs);
    let packed = packed(kernels, plan, layer.weight, k, layer.outputs, Layout::Columns)?;
    let split = Split::rows(layer.rows, CHUNK_ROWS);
    let then = if activated.is_some() { Then::Gelu } else { Then::Nothing };
    let kernel = Forward { inputs, outputs, then };
    let unused = (kernels.unused(), 0);
    let results = [(y, outputs), activated.map_or(unused, |activated| (activated, outputs))];
    kernels.call_cpu(plan, "nt", &split, [x, &packed, layer.bias], results, kernel)
}

impl CpuKernel<3, 2> for Forward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [x, packed, bias]: [&[f32]; 3], [y, activated]: [&mut [f32]; 2]) {
        let x = Operand { data: &x[chunk.rows.start * self.inputs..], row: self.inputs, column: 1 };
        multiply(
            y,
            self.outputs,
            self.inputs,
            x,
            Packed { floats: packed, panel: self.inputs * panel_width() },
            Start::Bias(&bias[..self.outputs]),
        );
        if self.then == Then::Gelu {
            for (activated, u) in activated.iter_mut().zip(y) {
                *activated = *u * normal_cdf(*u);
            }
        }
    }
}

struct InputGradient {
    inputs: usize,
    outputs: usize,
    accumulate: bool,
    then: Then,
}

/// `gelu`, where the layer's input was gelu(u): u, and the buffer for gelu(u).
pub(super) fn input_gradient(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Linear,
    dy: &View,
    dx: &View,
    accumulate: bool,
    gelu: Option<(&View, &View)>,
) -> Result<(), DeviceError> {
    let (inputs, outputs) = (layer.inputs as usize, layer.outputs as usize);
    let k = (Extent::Fixed(layer.outputs), outputs);
    let packed = packed(kernels, plan, layer.weight, k, layer.inputs, Layout::Rows)?;
    let split = Split::rows(layer.rows, CHUNK_ROWS);
    let then = if gelu.is_some() { Then::Gelu } else { Then::Nothing };
    let kernel = InputGradient { inputs, outputs, accumulate, then };
    let (u, activated) = gelu.unwrap_or((layer.bias, kernels.unused()));
    let width = if gelu.is_some() { inputs } else { 0 };
    kernels.call_cpu(plan, "nn", &split, [dy, &packed, u], [(dx, inputs), (activated, width)], kernel)
}

impl CpuKernel<3, 2> for InputGradient {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [dy, packed, u]: [&[f32]; 3], [dx, activated]: [&mut [f32]; 2]) {
        let dy = Operand { data: &dy[chunk.rows.start * self.outputs..], row: self.outputs, column: 1 };
        let start = if self.accumulate { Start::Accumulate } else { Start::Zero };
        let packed = Packed { floats: packed, panel: self.outputs * panel_width() };
        multiply(dx, self.inputs, self.outputs, dy, packed, start);
        if self.then == Then::Gelu {
            let u = &u[chunk.rows.start * self.inputs..chunk.rows.end * self.inputs];
            for ((dx, activated), u) in dx.iter_mut().zip(activated).zip(u) {
                let cdf = normal_cdf(*u);
                *activated = u * cdf;
                *dx *= gelu_slope(*u, cdf);
            }
        }
    }
}

struct WeightGradient {
    rows: Extent,
    most_rows: usize,
    inputs: usize,
    outputs: usize,
}

pub(super) fn weight_gradient(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Linear,
    x: &View,
    dy: &View,
    gradient: &LinearGradient,
) -> Result<(), DeviceError> {
    let (inputs, outputs, rows) = (layer.inputs as usize, layer.outputs as usize, layer.rows);
    let most_rows = match rows {
        Extent::Fixed(rows) => rows as usize,
        Extent::Dynamic(_) => (x.size / 4) as usize / inputs,
    };
    let packed = packed(kernels, plan, x, (rows, most_rows), layer.inputs, Layout::Rows)?;
    let split = Split::rows(Extent::Fixed(layer.outputs), COLUMNS);
    let kernel = BiasGradient { rows, outputs };
    kernels.call_cpu(plan, "bias_gradient", &split, [dy], [(gradient.bias, 1)], kernel)?;
    let split = Split::rows(Extent::Fixed(layer.outputs), CHUNK_ROWS);
    let kernel = WeightGradient { rows, most_rows, inputs, outputs };
    kernels.call_cpu(plan, "tn", &split, [dy, &packed], [(gradient.weight, inputs)], kernel)
}

impl CpuKernel<2, 1> for WeightGradient {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [dy, packed]: [&[f32]; 2], [weight]: [&mut [f32]; 1]) {
        let dy = Operand { data: &dy[chunk.rows.start..], row: 1, column: self.outputs };
        let start = if step.accumulate != 0 { Start::Accumulate } else { Start::Zero };
        let packed = Packed { floats: packed, panel: self.most_rows * panel_width() };
        multiply(weight, self.inputs, step.extent(self.rows), dy, packed, start);
    }
}

struct BiasGradient {
    rows: Extent,
    outputs: usize,
}

impl CpuKernel<1, 1> for BiasGradient {
    #[inline(always)]
    fn run(&self, step: &Step, chunk: Chunk, [dy]: [&[f32]; 1], [bias]: [&mut [f32]; 1]) {
        if step.accumulate == 0 {
            bias.fill(0.0);
        }
        let rows = dy.chunks_exact(self.outputs).take(step.extent(self.rows));
        rows.for_each(|dy| add(bias, &dy[chunk.rows.clone()]));
    }
}
