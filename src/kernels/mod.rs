//! One module per file in `shaders/`: binding layout, sizes, dispatch. Knows no model.
//!
//! Each call appends its dispatches to a [`Plan`]; forward and backward stand beside each other, as in the shaders.
//! All matrices are row-major float32; "packed" means that the tokens of all rows lie end to end without padding.

mod attention;
mod ceilings;
mod contrastive;
mod cpu;
mod dropout;
mod embedding;
mod layer_norm;
mod linear;
mod mlm;
mod optimizer;
mod pool;
mod product;
mod reduce;
mod step;
mod tanh;
mod vector;

use std::{cell::RefCell, rc::Rc};

pub use attention::{Attention, AttentionGradient};
pub use ceilings::Ceilings;
pub use contrastive::{Contrastive, LossForm};
pub use dropout::{drop_threshold, keep_factors};
pub use embedding::{Embedding, EmbeddingGradient, TableRows};
pub use layer_norm::{LayerNorm, LayerNormGradient};
pub use linear::{Linear, LinearGradient};
pub use mlm::{MaskedLoss, PieceLogits};
pub use optimizer::{METRICS, Optimizer, OptimizerShard};
pub use pool::Pool;
pub use step::{DISTINCT, ITEMS, PAIRS, ROWS, Step, TILE, TILES, TOKENS};

use crate::device::{Arena, Call, Device, DeviceError, Grid, KernelSpec, MatmulKind, Plan, View};

/// The place in the dropout masks' counter that means "no dropout here".
pub const NO_DROPOUT: u32 = u32::MAX;
/// Rows (tokens) that one partial sum of a parameter gradient covers.
const CHUNK: u32 = 64;
/// Floats that every binding starts at a multiple of: 256 bytes, WebGPU's strictest alignment.
const ALIGNMENT: usize = 64;
/// Threads of a workgroup in every one-dimensional kernel.
const THREADS: u32 = 64;
/// Lanes that share a row, and rows of a workgroup then; shaders/common/team.wgsl has the same constants.
const TEAM: u32 = 16;
const TEAMS: u32 = THREADS / TEAM;

/// A shader module of the shared step file and the named files of `shaders/`.
macro_rules! shader {
    ($($path:literal),+) => {
        $crate::device::ShaderSource {
            parts: &[
                ("common/step.wgsl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/common/step.wgsl"))),
                $(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $path)))),+
            ],
        }
    };
}
use shader;

/// Builds calls over one step uniform.
#[derive(Clone)]
pub struct Kernels {
    arena: Rc<Arena>,
    step: View,
    /// Stands where an entry point writes nothing.
    unused: View,
    /// Of a GPU's weight gradients.
    max_splits: u32,
    /// Of a GPU's products.
    matmul: MatmulKind,
    /// Where the CPU packs a product's right operand: every product uses it up at once.
    packed: Rc<RefCell<Option<View>>>,
}

impl Kernels {
    pub fn new(arena: Rc<Arena>) -> Result<Self, DeviceError> {
        let step = arena.uniform("step", &Step::default())?;
        let unused = arena.storage("unused", 4)?;
        let matmul = arena.device().matmul().unwrap_or_default();
        // A GPU with thousands of lanes would idle on the few tiles of a small weight.
        Ok(Self { arena, step, unused, max_splits: 16, matmul, packed: Rc::default() })
    }

    /// Has a GPU compute matrix products so.
    pub fn with_matmul(mut self, matmul: MatmulKind) -> Self {
        self.matmul = matmul;
        self
    }

    /// Cuts the sum over rows of a GPU's weight gradient into at most this many parts.
    pub fn with_max_splits(mut self, max_splits: u32) -> Self {
        self.max_splits = max_splits.max(1);
        self
    }

    /// The same kernels over a step uniform of their own.
    pub fn with_own_step(&self) -> Result<Self, DeviceError> {
        let step = self.arena.uniform("step", &Step::default())?;
        Ok(Self { step, ..self.clone() })
    }

    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    fn step(&self) -> &View {
        &self.step
    }

    fn unused(&self) -> &View {
        &self.unused
    }

    /// Room for `len` floats of a packed operand, until the next product.
    fn packed(&self, len: usize) -> Result<View, DeviceError> {
        let mut packed = self.packed.borrow_mut();
        match &*packed {
            Some(view) if view.size >= 4 * len as u64 => Ok(view.clone()),
            _ => Ok(packed.insert(self.arena.storage("packed operand", len)?).clone()),
        }
    }

    /// Whether calls are for the CPU.
    fn on_cpu(&self) -> bool {
        matches!(self.arena.device(), Device::Cpu(_))
    }

    /// Sets what changes from step to step, for everything submitted from now on.
    pub fn write_step(&self, step: &Step) {
        self.step.write(self.arena.device(), std::slice::from_ref(step));
    }

    /// One call on a GPU: the step and `op` uniforms are bindings 0 and 1, `views` follow.
    fn call<T: bytemuck::NoUninit>(
        &self,
        plan: &mut Plan,
        spec: &KernelSpec,
        constants: &[(&'static str, f64)],
        op: &T,
        views: &[&View],
        grid: Grid,
    ) -> Result<(), DeviceError> {
        let op = self.arena.uniform(spec.entry, op)?;
        let Device::Gpu(device) = self.arena.device() else { return Ok(()) };
        if self.arena.is_estimate() {
            return Ok(());
        }
        let mut all = vec![&self.step, &op];
        all.extend_from_slice(views);
        plan.push(spec.entry, Call::Gpu(device.bind(spec, constants, &all, grid)));
        Ok(())
    }
}
