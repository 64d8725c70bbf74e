//! Linear layers: the three matrix products of forward and backward, with GELU where a layer has one, as calls for a
//! GPU; cpu.rs has the CPU's. Formulas, shapes and costs: shaders/matmul.wgsl.
//!
//! y = x·Wᵀ + b is linear in x, W and b: dx = dy·W, dW = dyᵀ·x, db = Σ_rows dy. GELU is x·Φ(x) with the exact Φ
//! (Hendrycks and Gimpel, arXiv 1606.08415).

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{ALIGNMENT, Kernels, shader, step::shader_extent};
use crate::device::{
    Amount,
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, MatmulKind, Plan, ShaderSource, Stored, View, Work,
};

static SOURCE: ShaderSource = shader!("common/activation.wgsl", "stored/f32.wgsl", "matmul.wgsl");
/// Over a weight of float16.
static HALF_SOURCE: ShaderSource = shader!("common/activation.wgsl", "stored/f16.wgsl", "matmul.wgsl");

/// All entry points share one list of bindings. What one does not touch is filled: what is read with the bias, what is written
/// with [`Kernels::unused`].
const fn spec(source: &'static ShaderSource, entry: &'static str) -> KernelSpec {
    source.kernel(entry, &[Uniform, Uniform, Read, Read, Read, ReadWrite, ReadWrite])
}
static NT: KernelSpec = spec(&SOURCE, "nt");
static HALF_NT: KernelSpec = spec(&HALF_SOURCE, "nt");
static NN: KernelSpec = spec(&SOURCE, "nn");
static TN: KernelSpec = spec(&SOURCE, "tn");

/// A workgroup's tile of C. The operands' tiles take at most 9 KiB together of WebGPU's 16 KiB of workgroup memory.
#[derive(Clone, Copy)]
struct Tile {
    /// Threads along a side.
    threads: u32,
    /// 4×4 blocks of a thread along a side, 1 or 2.
    blocks: u32,
    /// Elements of K in workgroup memory at a time.
    depth: u32,
}

impl Tile {
    fn of(kind: MatmulKind) -> Self {
        match kind {
            MatmulKind::Small => Self { threads: 8, blocks: 1, depth: 16 },
            MatmulKind::Medium => Self { threads: 16, blocks: 1, depth: 16 },
            MatmulKind::Large => Self { threads: 16, blocks: 2, depth: 8 },
        }
    }

    /// Rows, and columns, of C.
    fn side(self) -> u32 {
        4 * self.threads * self.blocks
    }

    /// The shader's `override` constants.
    fn constants(self) -> [(&'static str, f64); 3] {
        [("threads", self.threads), ("blocks", self.blocks), ("depth", self.depth)]
            .map(|(name, value)| (name, f64::from(value)))
    }
}

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
    gelu: u32,
}

/// A linear layer `y = x·Wᵀ + b` over `rows` rows: W is [outputs, inputs], b is `[outputs]`; both widths are multiples of
/// 4. In the forward pass on a GPU W may be float16; everything else is float32.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    pub rows: Extent,
    pub inputs: u32,
    pub outputs: u32,
    pub weight: &'a View,
    pub bias: &'a View,
}

/// Gradients of a linear layer's parameters.
#[derive(Clone, Copy)]
pub struct LinearGradient<'a> {
    /// [outputs, inputs]
    pub weight: &'a View,
    /// `[outputs]`
    pub bias: &'a View,
    /// Partial sums where the sum over rows is split, [`Kernels::weight_gradient_scratch_len`] floats.
    pub scratch: &'a View,
}

impl Linear<'_> {
    /// Work of one of the three products that moves `more` floats per row besides input and output.
    fn work(&self, more: u32) -> Work {
        let (inputs, outputs) = (f64::from(self.inputs), f64::from(self.outputs));
        let each = 4.0 * (inputs + outputs + f64::from(more));
        Work {
            detail: format!("{}→{}", self.inputs, self.outputs),
            flops: Amount::each(self.rows, 2.0 * inputs * outputs),
            bytes: Amount::each(self.rows, each)
                .with_fixed(self.weight.stored.bytes() as f64 * inputs * outputs),
        }
    }

    fn forward_spec(&self) -> &'static KernelSpec {
        match self.weight.stored {
            Stored::F32 => &NT,
            Stored::F16 => &HALF_NT,
        }
    }

    fn forward_op(&self) -> Op {
        let (m_kind, m) = shader_extent(self.rows);
        Op { m_kind, m, n: self.outputs, k_kind: 0, k: self.inputs, splits: 1, accumulate: 0, gelu: 0 }
    }

    fn input_gradient_op(&self, accumulate: bool) -> Op {
        let (m_kind, m) = shader_extent(self.rows);
        let accumulate = u32::from(accumulate);
        Op { m_kind, m, n: self.inputs, k_kind: 0, k: self.outputs, splits: 1, accumulate, gelu: 0 }
    }

    fn weight_gradient_op(&self, splits: u32) -> Op {
        let (k_kind, k) = shader_extent(self.rows);
        Op { m_kind: 0, m: self.outputs, n: self.inputs, k_kind, k, splits, accumulate: 0, gelu: 0 }
    }
}

/// Floats from the start of the scratch to the bias's partial sums: those of the weight, rounded up to the alignment of
/// bindings.
fn bias_partials_start(outputs: u32, inputs: u32, splits: u32) -> usize {
    (splits as usize * outputs as usize * inputs as usize).next_multiple_of(ALIGNMENT)
}

impl Kernels {
    fn tile(&self) -> Tile {
        Tile::of(self.matmul)
    }

    /// One workgroup per tile of a [rows, columns] result.
    fn grid(&self, rows: Extent, columns: u32) -> Grid {
        let side = self.tile().side();
        Grid::new(rows, side, columns.div_ceil(side))
    }

    /// Tiles of a weight gradient.
    fn gradient_tiles(&self, outputs: u32, inputs: u32) -> u32 {
        let side = self.tile().side();
        outputs.div_ceil(side) * inputs.div_ceil(side)
    }

    /// Parts that the weight gradient's sum over rows is cut into: up to about 512 workgroups in all.
    fn splits(&self, outputs: u32, inputs: u32) -> u32 {
        (512 / self.gradient_tiles(outputs, inputs)).clamp(1, self.max_splits)
    }

    /// Floats of [`LinearGradient::scratch`].
    pub fn weight_gradient_scratch_len(&self, outputs: u32, inputs: u32) -> usize {
        // A buffer cannot be empty; one vec4 stands for none.
        const NO_SCRATCH: usize = 4;
        let splits = self.splits(outputs, inputs);
        if self.on_cpu() || splits == 1 {
            return NO_SCRATCH;
        }
        bias_partials_start(outputs, inputs, splits) + (splits * outputs) as usize
    }

    /// `y[rows, outputs] = x[rows, inputs] · Wᵀ + b`
    pub fn linear(&self, plan: &mut Plan, layer: &Linear, x: &View, y: &View) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::forward(self, plan, layer, x, y, None)?;
        } else {
            let grid = self.grid(layer.rows, layer.outputs);
            let views = [x, layer.weight, layer.bias, y, self.unused()];
            self.call(
                plan,
                layer.forward_spec(),
                &self.tile().constants(),
                &layer.forward_op(),
                &views,
                grid,
            )?;
        }
        plan.note(layer.work(0));
        Ok(())
    }

    /// `u = x · Wᵀ + b` and `activated = gelu(u)`, both [rows, outputs].
    pub fn linear_gelu(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        x: &View,
        u: &View,
        activated: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::forward(self, plan, layer, x, u, Some(activated))?;
        } else {
            let grid = self.grid(layer.rows, layer.outputs);
            let views = [x, layer.weight, layer.bias, u, activated];
            let op = Op { gelu: 1, ..layer.forward_op() };
            self.call(plan, layer.forward_spec(), &self.tile().constants(), &op, &views, grid)?;
        }
        plan.note(layer.work(layer.outputs).with("GELU"));
        Ok(())
    }

    /// `dx[rows, inputs] (+)= dy[rows, outputs] · W`; with `accumulate` it is added to what is there.
    pub fn linear_input_gradient(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        dy: &View,
        dx: &View,
        accumulate: bool,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::input_gradient(self, plan, layer, dy, dx, accumulate, None)?;
        } else {
            let grid = self.grid(layer.rows, layer.inputs);
            let views = [dy, layer.weight, layer.bias, dx, self.unused()];
            self.call(
                plan,
                &NN,
                &self.tile().constants(),
                &layer.input_gradient_op(accumulate),
                &views,
                grid,
            )?;
        }
        plan.note(layer.work(if accumulate { layer.inputs } else { 0 }));
        Ok(())
    }

    /// For a layer whose input was `gelu(u)`: `du = (dy · W) · gelu'(u)` and, recomputed for the weight gradient,
    /// `activated = gelu(u)`, both [rows, inputs].
    pub fn linear_input_gradient_gelu(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        dy: &View,
        u: &View,
        du: &View,
        activated: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::input_gradient(self, plan, layer, dy, du, false, Some((u, activated)))?;
        } else {
            let grid = self.grid(layer.rows, layer.inputs);
            let views = [dy, layer.weight, u, du, activated];
            let op = Op { gelu: 1, ..layer.input_gradient_op(false) };
            self.call(plan, &NN, &self.tile().constants(), &op, &views, grid)?;
        }
        plan.note(layer.work(2 * layer.inputs).with("GELU"));
        Ok(())
    }

    /// `dW = dyᵀ · x` and `db = Σ_rows dy`, added to what is there where the step accumulates.
    pub fn linear_weight_gradient(
        &self,
        plan: &mut Plan,
        layer: &Linear,
        x: &View,
        dy: &View,
        gradient: &LinearGradient,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::weight_gradient(self, plan, layer, x, dy, gradient)?;
            plan.note(layer.work(0));
            return Ok(());
        }
        let (outputs, inputs) = (layer.outputs, layer.inputs);
        let splits = self.splits(outputs, inputs);
        let op = layer.weight_gradient_op(splits);
        let groups = self.gradient_tiles(outputs, inputs) * splits;
        let grid = Grid::new(Extent::Fixed(groups), 1, 1);
        if splits == 1 {
            let views = [dy, x, layer.bias, gradient.weight, gradient.bias];
            self.call(plan, &TN, &self.tile().constants(), &op, &views, grid)?;
            plan.note(layer.work(0));
            return Ok(());
        }
        let weight_len = (outputs * inputs) as usize;
        let weights = gradient.scratch.slice(0, splits as usize * weight_len);
        let biases_start = bias_partials_start(outputs, inputs, splits);
        let biases = gradient.scratch.slice(biases_start, (splits * outputs) as usize);
        self.call(plan, &TN, &self.tile().constants(), &op, &[dy, x, layer.bias, &weights, &biases], grid)?;
        plan.note(layer.work(0));
        let sums = [(gradient.weight, outputs * inputs, 0), (gradient.bias, outputs, biases_start)];
        self.sum_two_partials(plan, gradient.scratch, sums, Extent::Fixed(splits), 1)
    }
}
