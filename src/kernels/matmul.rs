use bytemuck::{Pod, Zeroable};

use super::{Kernels, shader, step::shader_extent};
use crate::gpu::{
    Binding::{Read, ReadWrite, Uniform},
    Extent, GpuError, Grid, KernelSpec, Plan, ShaderSource, View,
};

pub(super) static SOURCE: ShaderSource = shader!("common/activation.wgsl", "matmul.wgsl");

const fn spec(entry: &'static str, bindings: &'static [crate::gpu::Binding]) -> KernelSpec {
    KernelSpec { source: &SOURCE, entry, bindings }
}
// Entry points of one file share binding numbers; those that an entry point does not use are bound all the same.
static NT: KernelSpec = spec("nt", &[Uniform, Uniform, Read, Read, Read, ReadWrite]);
static NT_GELU: KernelSpec = spec("nt_gelu", &[Uniform, Uniform, Read, Read, Read, ReadWrite, ReadWrite]);
static NN: KernelSpec = spec("nn", &[Uniform, Uniform, Read, Read, Read, ReadWrite]);
static NN_GELU: KernelSpec = spec("nn_gelu", &[Uniform, Uniform, Read, Read, Read, ReadWrite, ReadWrite]);
static TN: KernelSpec = spec("tn", &[Uniform, Uniform, Read, Read, Read, ReadWrite, ReadWrite]);

/// Elements of C that a workgroup covers in each direction.
const GROUP: u32 = 64;
/// Floats that every binding starts at a multiple of: 256 bytes, WebGPU's strictest alignment.
const ALIGNMENT: usize = 64;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    m_kind: u32,
    m: u32,
    n: u32,
    k_kind: u32,
    k: u32,
    splits: u32,
    accumulate: u32,
    pad: u32,
}

/// A linear layer `y = x·Wᵀ + b` over `rows` rows: W is [outputs, inputs], b is [outputs]. Both widths are multiples
/// of 4.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    pub rows: Extent,
    pub inputs: u32,
    pub outputs: u32,
    pub weight: &'a View,
    pub bias: &'a View,
}

/// Where a linear layer's parameter gradients go.
#[derive(Clone, Copy)]
pub struct LinearGradient<'a> {
    /// [outputs, inputs]
    pub weight: &'a View,
    /// [outputs]
    pub bias: &'a View,
    /// Partial sums of a weight gradient that is computed in several parts; see
    /// [`Kernels::weight_gradient_scratch_len`].
    pub scratch: &'a View,
}

impl Linear<'_> {
    fn forward_op(&self) -> Op {
        let (m_kind, m) = shader_extent(self.rows);
        Op { m_kind, m, n: self.outputs, k_kind: 0, k: self.inputs, splits: 1, accumulate: 0, pad: 0 }
    }

    fn backward_op(&self, accumulate: bool) -> Op {
        let (m_kind, m) = shader_extent(self.rows);
        let accumulate = u32::from(accumulate);
        Op { m_kind, m, n: self.inputs, k_kind: 0, k: self.outputs, splits: 1, accumulate, pad: 0 }
    }
}

/// Floats from the start of the scratch to the bias's partial sums: past those of the weight, at the next place
/// that may be bound.
fn bias_partials_start(outputs: u32, inputs: u32, splits: u32) -> usize {
    (splits as usize * outputs as usize * inputs as usize).next_multiple_of(ALIGNMENT)
}

impl Kernels {
    /// Parts that the weight gradient's sum over rows is cut into: enough for about 512 workgroups.
    fn splits(&self, outputs: u32, inputs: u32) -> u32 {
        let tiles = outputs.div_ceil(GROUP) * inputs.div_ceil(GROUP);
        (512 / tiles).clamp(1, self.max_splits)
    }

    /// Floats of scratch that [`Kernels::linear_weight_gradient`] needs.
    pub fn weight_gradient_scratch_len(&self, outputs: u32, inputs: u32) -> usize {
        match self.splits(outputs, inputs) {
            1 => 4,
            splits => bias_partials_start(outputs, inputs, splits) + (splits * outputs) as usize,
        }
    }

    /// `y[rows, outputs] = x[rows, inputs] · Wᵀ + b`
    pub fn linear(&self, plan: &mut Plan, layer: &Linear, x: &View, y: &View) -> Result<(), GpuError> {
        let grid = Grid::new(layer.rows, GROUP, layer.outputs.div_ceil(GROUP));
        self.call(plan, &NT, &[], &layer.forward_op(), &[x, layer.weight, layer.bias, y], grid)
    }

    /// `u = x · Wᵀ + b` and `activated = gelu(u)`, both [rows, outputs].
    pub fn linear_gelu(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        x: &View,
        u: &View,
        activated: &View,
    ) -> Result<(), GpuError> {
        let grid = Grid::new(layer.rows, GROUP, layer.outputs.div_ceil(GROUP));
        self.call(
            plan,
            &NT_GELU,
            &[],
            &layer.forward_op(),
            &[x, layer.weight, layer.bias, u, activated],
            grid,
        )
    }

    /// `dx[rows, inputs] (+)= dy[rows, outputs] · W`; `accumulate` adds to what is there.
    pub fn linear_input_gradient(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        dy: &View,
        dx: &View,
        accumulate: bool,
    ) -> Result<(), GpuError> {
        let grid = Grid::new(layer.rows, GROUP, layer.inputs.div_ceil(GROUP));
        // `extra` is not read by this entry point.
        self.call(plan, &NN, &[], &layer.backward_op(accumulate), &[dy, layer.weight, layer.bias, dx], grid)
    }

    /// For a layer whose input was `gelu(u)`: `du = (dy · W) · gelu'(u)` and, once more, `activated = gelu(u)`, both
    /// [rows, inputs].
    pub fn linear_input_gradient_gelu(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        dy: &View,
        u: &View,
        du: &View,
        activated: &View,
    ) -> Result<(), GpuError> {
        let grid = Grid::new(layer.rows, GROUP, layer.inputs.div_ceil(GROUP));
        self.call(plan, &NN_GELU, &[], &layer.backward_op(false), &[dy, layer.weight, u, du, activated], grid)
    }

    /// `dW = dyᵀ · x` and `db = Σ_rows dy`, overwritten or added to as the step says.
    pub fn linear_weight_gradient(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        x: &View,
        dy: &View,
        gradient: &LinearGradient,
    ) -> Result<(), GpuError> {
        let (outputs, inputs) = (layer.outputs, layer.inputs);
        let splits = self.splits(outputs, inputs);
        let (k_kind, k) = shader_extent(layer.rows);
        let op = Op { m_kind: 0, m: outputs, n: inputs, k_kind, k, splits, accumulate: 0, pad: 0 };
        let groups = outputs.div_ceil(GROUP) * inputs.div_ceil(GROUP) * splits;
        let grid = Grid::new(Extent::Fixed(groups), 1, 1);
        if splits == 1 {
            return self.call(
                plan,
                &TN,
                &[],
                &op,
                &[dy, x, layer.bias, gradient.weight, gradient.bias],
                grid,
            );
        }
        let weight_len = (outputs * inputs) as usize;
        let weights = gradient.scratch.slice(0, splits as usize * weight_len);
        let biases = bias_partials_start(outputs, inputs, splits);
        let biases = gradient.scratch.slice(biases, (splits * outputs) as usize);
        self.call(plan, &TN, &[], &op, &[dy, x, layer.bias, &weights, &biases], grid)?;
        let parts = Extent::Fixed(splits);
        self.sum_partials(plan, &weights, gradient.weight, outputs * inputs, parts, 1)?;
        self.sum_partials(plan, &biases, gradient.bias, outputs, parts, 1)
    }
}
