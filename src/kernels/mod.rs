//! One module per file in `shaders/`: binding layout, sizes, dispatch. Knows no model.
//!
//! Each call appends its dispatches to a [`Plan`]; forward and backward stand beside each other, as in the shaders.
//! All matrices are row-major float32; "packed" means that the tokens of all rows lie end to end without padding.

mod attention;
mod ceilings;
mod contrastive;
mod dropout;
mod embedding;
mod layer_norm;
mod matmul;
mod mlm;
mod optimizer;
mod pool;
mod reduce;
mod step;
mod tanh;

use std::rc::Rc;

pub use attention::{Attention, AttentionGradient};
pub use ceilings::Ceilings;
pub use contrastive::{Contrastive, LossForm};
pub use dropout::{drop_threshold, keep_factors};
pub use embedding::{Embedding, EmbeddingGradient, TableRows};
pub use layer_norm::{LayerNorm, LayerNormGradient};
pub use matmul::{Linear, LinearGradient};
pub use mlm::{MaskedLoss, PieceLogits};
pub use optimizer::{METRICS, Optimizer, OptimizerShard};
pub use pool::Pool;
pub use step::{DISTINCT, ITEMS, PAIRS, QUADS, ROWS, Step, TOKENS};

use crate::gpu::{Arena, Dispatch, GpuError, Grid, KernelSpec, MatmulKind, Plan, View};

/// The place in the dropout masks' counter that means "no dropout here".
pub const NO_DROPOUT: u32 = u32::MAX;
/// Rows (tokens) that one partial sum of a parameter gradient covers.
const CHUNK: u32 = 64;
/// Floats that every binding starts at a multiple of: 256 bytes, WebGPU's strictest alignment.
const ALIGNMENT: usize = 64;
/// Threads of a workgroup in every one-dimensional kernel.
const THREADS: u32 = 64;

/// A shader module of the shared step file and the named files of `shaders/`.
macro_rules! shader {
    (subgroups, $($path:literal),+) => {
        $crate::gpu::ShaderSource { subgroups: true, ..$crate::kernels::shader!($($path),+) }
    };
    ($($path:literal),+) => {
        $crate::gpu::ShaderSource {
            subgroups: false,
            parts: &[
                ("common/step.wgsl", include_str!("../../shaders/common/step.wgsl")),
                $(($path, include_str!(concat!("../../shaders/", $path)))),+
            ],
        }
    };
}
use shader;

/// Builds dispatches over one step uniform.
#[derive(Clone)]
pub struct Kernels {
    arena: Rc<Arena>,
    step: View,
    /// Stands where an entry point writes nothing.
    unused: View,
    max_splits: u32,
    matmul: MatmulKind,
    /// Whether the threads of a quad share their loads.
    subgroups: bool,
}

impl Kernels {
    pub fn new(arena: Rc<Arena>) -> Result<Self, GpuError> {
        let step = arena.uniform("step", &Step::default())?;
        let unused = arena.storage("unused", 4)?;
        // A GPU with thousands of lanes would idle on the few 64×64 tiles of a small weight; a software adapter
        // gains nothing from more threads.
        let max_splits = if arena.gpu().info().software { 1 } else { 16 };
        let matmul = arena.gpu().matmul();
        let subgroups = arena.gpu().info().subgroups;
        Ok(Self { arena, step, unused, max_splits, matmul, subgroups })
    }

    /// Computes matrix products so, whatever the adapter is; the device must have what that needs.
    pub fn with_matmul(mut self, matmul: MatmulKind) -> Self {
        debug_assert!(matmul.runs_on(self.arena.gpu().info()));
        self.matmul = matmul;
        self
    }

    /// Cuts the sum over rows of a weight gradient into at most this many parts, whatever the adapter is.
    pub fn with_max_splits(mut self, max_splits: u32) -> Self {
        self.max_splits = max_splits.max(1);
        self
    }

    /// The same kernels over a step uniform of their own.
    pub fn with_own_step(&self) -> Result<Self, GpuError> {
        let step = self.arena.uniform("step", &Step::default())?;
        Ok(Self { step, ..self.clone() })
    }

    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// Sets what changes from step to step, for everything submitted from now on.
    pub fn write_step(&self, step: &Step) {
        self.step.write(self.arena.gpu(), std::slice::from_ref(step));
    }

    /// One call: the step and `op` uniforms are bindings 0 and 1, `views` follow.
    fn call<T: bytemuck::NoUninit>(
        &self,
        plan: &mut Plan,
        spec: &KernelSpec,
        constants: &[(&'static str, f64)],
        op: &T,
        views: &[&View],
        grid: Grid,
    ) -> Result<(), GpuError> {
        let op = self.arena.uniform(spec.entry, op)?;
        if self.arena.is_estimate() {
            return Ok(());
        }
        let mut all = vec![&self.step, &op];
        all.extend_from_slice(views);
        let (pipeline, group) = self.arena.gpu().bind(spec, constants, &all);
        plan.push(Dispatch { label: spec.entry, pipeline, group, grid, work: None });
        Ok(())
    }
}
