//! The kernels: a module for each family, named as its shader (but `linear` is `shaders/matmul.wgsl`), with
//! binding layout, sizes and grid for a GPU in mod.rs and the same computation for the CPU in cpu.rs. Knows no model.
//!
//! A method of [`Kernels`] appends its calls to a [`Plan`]. The head of each shader has formulas, shapes and costs of
//! forward and backward. Matrices are row-major float32, with shapes in brackets, [rows, columns]; "packed" means that
//! the tokens of all rows lie end to end without padding.

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
pub use optimizer::{Optimizer, OptimizerShard};
pub use pool::Pool;
pub use step::{DISTINCT, ITEMS, PAIRS, ROWS, Step, TILE, TILES, TOKENS};

use crate::device::{Arena, Call, Device, DeviceError, Extent, Grid, KernelSpec, MatmulKind, Plan, View};

/// The dropout site that means no dropout.
pub const NO_DROPOUT: u32 = u32::MAX;
/// Floats of a step's metrics, which several kernels write: 0 the loss, 1 the gradient norm before clipping, 2 the clip factor
/// (0: the update was skipped because the norm was not finite), 3 the part of the loss that is masked-language modelling's.
pub const METRICS: usize = 4;
/// Rows (tokens) that one partial sum of a parameter gradient covers.
const CHUNK: u32 = 64;
/// Every binding starts at a multiple of this many floats: 256 bytes, the strictest alignment WebGPU allows.
const ALIGNMENT: usize = 64;
/// Threads of a workgroup in every one-dimensional kernel.
const THREADS: u32 = 64;
/// Lanes of a team, which share a row, and teams of a workgroup; shaders/common/team.wgsl has the same constants.
const TEAM: u32 = 16;
const TEAMS: u32 = THREADS / TEAM;

/// A shader module of common/step.wgsl and the named files of `shaders/`.
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

/// A grid of workgroups with 16 vec4s each: ⌈width / 16⌉ for every `tile` of `extent`.
fn teams_per(extent: Extent, tile: u32, width: u32) -> Grid {
    Grid::new(extent, tile, width.div_ceil(TEAM))
}

/// A grid of whole workgroups with at least `width` threads for each of `extent` rows.
fn threads_per(extent: Extent, width: u32) -> Grid {
    // ⌈extent / 64⌉ · width workgroups of 64 threads are at least extent · width threads.
    Grid::new(extent, THREADS, width)
}

/// Appends kernel calls to plans, all of them over one step uniform.
#[derive(Clone)]
pub struct Kernels {
    arena: Rc<Arena>,
    step: View,
    /// Bound where an entry point writes nothing: WebGPU forbids a buffer that is both read and written in one dispatch.
    unused: View,
    /// Parts of a weight gradient on a GPU, at most.
    max_splits: u32,
    /// Tile size of matrix products on a GPU.
    matmul: MatmulKind,
    /// The packed right operand of a product on the CPU; each product packs its own before it runs.
    packed: Rc<RefCell<Option<View>>>,
}

impl Kernels {
    /// # Errors
    /// Those of [`Arena::storage`].
    pub fn new(arena: Rc<Arena>) -> Result<Self, DeviceError> {
        let step = arena.uniform("step", &Step::default())?;
        let unused = arena.storage("unused", 4)?;
        let matmul = arena.device().matmul().unwrap_or_default();
        // Without splits a small weight has too few tiles to keep a GPU's thousands of lanes busy.
        Ok(Self { arena, step, unused, max_splits: 16, matmul, packed: Rc::default() })
    }

    /// The same with this tile size for matrix products on a GPU.
    pub fn with_matmul(mut self, matmul: MatmulKind) -> Self {
        self.matmul = matmul;
        self
    }

    /// The same with the sum over rows of a weight gradient on a GPU cut into at most this many parts.
    pub fn with_max_splits(mut self, max_splits: u32) -> Self {
        self.max_splits = max_splits.max(1);
        self
    }

    /// The same kernels over another step uniform.
    ///
    /// # Errors
    /// Those of [`Arena::storage`].
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

    /// A buffer for `len` floats of a packed operand, which the next product reuses.
    fn packed(&self, len: usize) -> Result<View, DeviceError> {
        let mut packed = self.packed.borrow_mut();
        match &*packed {
            Some(view) if view.size >= 4 * len as u64 => Ok(view.clone()),
            _ => Ok(packed.insert(self.arena.storage("packed operand", len)?).clone()),
        }
    }

    /// Whether calls are made for the CPU.
    fn on_cpu(&self) -> bool {
        matches!(self.arena.device(), Device::Cpu(_))
    }

    /// Writes the step uniform, for everything submitted from now on.
    pub fn write_step(&self, step: &Step) {
        self.step.write(self.arena.device(), std::slice::from_ref(step));
    }

    /// One call on a GPU: the uniforms `step` and `op` are bindings 0 and 1, `views` the following ones. `constants`
    /// are the shader's `override` constants.
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
