//! Poolers, forward and backward, as calls for a GPU; cpu.rs has the CPU's. Formulas, shapes and costs:
//! shaders/pool.wgsl. Source: princeton-nlp/SimCSE `simcse/models.py`, `Pooler`.

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, ROWS, TOKENS, shader, threads_per};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, KernelSpec, Plan, ShaderSource, View, Work,
};

static SOURCE: ShaderSource = shader!("pool.wgsl");
static FORWARD: KernelSpec = SOURCE.kernel("pool", &[Uniform, Uniform, Read, Read, ReadWrite]);
static BACKWARD: KernelSpec = SOURCE.kernel("pool_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    mean: u32,
    accumulate: u32,
    factor: f32,
}

/// One vector per row from its tokens' states: the first token's, or their mean.
#[derive(Clone, Copy)]
pub struct Pool<'a> {
    pub hidden: u32,
    pub mean: bool,
    /// Multiplies pooled vectors and gradients: a layer's share in a pooler over several.
    pub factor: f32,
    /// Add to what is there instead of overwriting it.
    pub accumulate: bool,
    /// [rows + 1] u32
    pub row_starts: &'a View,
    /// [tokens, 4] u32: dropout key, first token of the row, end of the row, row.
    pub spans: &'a View,
}

impl Pool<'_> {
    fn op(&self) -> Op {
        Op {
            width: self.hidden / 4,
            mean: u32::from(self.mean),
            accumulate: u32::from(self.accumulate),
            factor: self.factor,
        }
    }
}

impl Kernels {
    /// `pooled[rows, hidden] (+)= factor · pool(states[tokens, hidden])`.
    pub fn pool(
        &self,
        plan: &mut Plan,
        layer: &Pool,
        states: &View,
        pooled: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::forward(self, plan, layer, states, pooled)?;
        } else {
            let views = [layer.row_starts, states, pooled];
            self.call(plan, &FORWARD, &[], &layer.op(), &views, threads_per(ROWS, layer.hidden / 4))?;
        }
        // Of a mean, the vectors written are left out: few beside the tokens read.
        plan.note(if layer.mean {
            Work::moving(TOKENS, layer.hidden)
        } else {
            Work::moving(ROWS, 2 * layer.hidden)
        });
        Ok(())
    }

    /// The gradient of [`Kernels::pool`]: `d_states[tokens, hidden] (+)= …` from `d_pooled[rows, hidden]`; every
    /// element is written.
    pub fn pool_backward(
        &self,
        plan: &mut Plan,
        layer: &Pool,
        d_pooled: &View,
        d_states: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::backward(self, plan, layer, d_pooled, d_states)?;
        } else {
            let views = [layer.spans, d_pooled, d_states];
            self.call(plan, &BACKWARD, &[], &layer.op(), &views, threads_per(TOKENS, layer.hidden / 4))?;
        }
        plan.note(Work::moving(TOKENS, layer.hidden));
        Ok(())
    }
}
