//! Global gradient norm, clipping and AdamW, as calls for a GPU; cpu.rs has the CPU's. Formulas, shapes and costs:
//! shaders/optimizer.wgsl. Sources: AdamW (arXiv 1711.05101, algorithm 2), `torch.nn.utils.clip_grad_norm_`.

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{
    Kernels, THREADS, shader,
    step::{BETA1, BETA2},
};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, Extent, Grid, KernelSpec, Plan, ShaderSource, View, Work,
};

static SOURCE: ShaderSource = shader!("common/team.wgsl", "optimizer.wgsl");

static SUM_SQUARES: KernelSpec = SOURCE.kernel("sum_squares", &[Uniform, Uniform, Read, ReadWrite]);
static CLIP_FACTOR: KernelSpec = SOURCE.kernel("clip_factor", &[Uniform, Uniform, Read, ReadWrite]);
static ADAMW: KernelSpec =
    SOURCE.kernel("adamw", &[Uniform, Uniform, Read, Read, ReadWrite, ReadWrite, ReadWrite]);

/// Vec4s that a thread squares at least.
const SQUARES: u32 = 4;
/// Workgroups that share the squares of a shard at most.
const MAX_PARTIALS: u32 = 1024;
/// Vec4s that a thread updates; shaders/optimizer.wgsl has the same constant.
const UPDATES: u32 = 8;
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    length: u32,
    decay_end: u32,
    first_partial: u32,
    partials: u32,
}

/// Parameters in one flat buffer, with their gradients and moments in buffers of the same layout.
#[derive(Clone)]
pub struct OptimizerShard {
    /// Floats; a multiple of 4.
    pub len: usize,
    /// Floats before this one have weight decay; a multiple of 4.
    pub decay_len: usize,
    pub parameters: View,
    pub gradients: View,
    pub first_moments: View,
    pub second_moments: View,
}

/// Global gradient norm, clipping and AdamW over all shards.
pub struct Optimizer<'a> {
    pub shards: &'a [OptimizerShard],
    /// [`METRICS`] floats.
    pub metrics: &'a View,
}

impl Kernels {
    /// Writes gradient norm and clip factor to `metrics[1]` and `metrics[2]`.
    pub fn gradient_norm(&self, plan: &mut Plan, optimizer: &Optimizer) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::gradient_norm(self, plan, optimizer);
        }
        let length = |shard: &OptimizerShard| (shard.len / 4) as u32;
        let partials_of = |shard| length(shard).div_ceil(THREADS * SQUARES).clamp(1, MAX_PARTIALS);
        let all: u32 = optimizer.shards.iter().map(partials_of).sum();
        let partials = self.arena().storage("squares of gradients", all as usize)?;
        let mut first_partial = 0;
        for shard in optimizer.shards {
            let count = partials_of(shard);
            let op = Op { length: length(shard), decay_end: 0, first_partial, partials: count };
            let grid = Grid::new(Extent::Fixed(count), 1, 1);
            self.call(plan, &SUM_SQUARES, &[], &op, &[&shard.gradients, &partials], grid)?;
            plan.note(Work::moving(Extent::Fixed(shard.len as u32), 1));
            first_partial += count;
        }
        let one = Grid::new(Extent::Fixed(1), 1, 1);
        let op = Op { length: 0, decay_end: 0, first_partial: 0, partials: all };
        self.call(plan, &CLIP_FACTOR, &[], &op, &[&partials, optimizer.metrics], one)
    }

    /// The update, after [`Kernels::gradient_norm`].
    pub fn adamw(&self, plan: &mut Plan, optimizer: &Optimizer) -> Result<(), DeviceError> {
        if self.on_cpu() {
            return cpu::adamw(self, plan, optimizer);
        }
        let constants = [("beta1", BETA1), ("beta2", BETA2), ("rest1", 1.0 - BETA1), ("rest2", 1.0 - BETA2)];
        for shard in optimizer.shards {
            let (length, decay_end) = ((shard.len / 4) as u32, (shard.decay_len / 4) as u32);
            let op = Op { length, decay_end, first_partial: 0, partials: 0 };
            let views = [
                &shard.gradients,
                optimizer.metrics,
                &shard.parameters,
                &shard.first_moments,
                &shard.second_moments,
            ];
            self.call(
                plan,
                &ADAMW,
                &constants,
                &op,
                &views,
                Grid::new(Extent::Fixed(length), THREADS * UPDATES, 1),
            )?;
            // Gradient, two moments and the parameter are read, all but the gradient written.
            plan.note(Work::moving(Extent::Fixed(shard.len as u32), 7));
        }
        Ok(())
    }
}
