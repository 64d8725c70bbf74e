//! The tanh of the head, forward and backward, as calls for a GPU; cpu.rs has the CPU's. Formulas, shapes and costs:
//! shaders/tanh.wgsl. The gradient needs only the output: tanh′ = 1 − tanh².

mod cpu;

use bytemuck::{Pod, Zeroable};

use super::{Kernels, ROWS, shader, threads_per};
use crate::device::{
    Binding::{Read, ReadWrite, Uniform},
    DeviceError, KernelSpec, Plan, ShaderSource, View, Work,
};

static SOURCE: ShaderSource = shader!("common/activation.wgsl", "tanh.wgsl");

static FORWARD: KernelSpec = SOURCE.kernel("tanh_forward", &[Uniform, Uniform, Read, ReadWrite]);
static BACKWARD: KernelSpec = SOURCE.kernel("tanh_backward", &[Uniform, Uniform, Read, Read, ReadWrite]);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Op {
    width: u32,
    pad: [u32; 3],
}

impl Kernels {
    /// `z = tanh(a)` over [rows, hidden].
    pub fn tanh(&self, plan: &mut Plan, hidden: u32, a: &View, z: &View) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::forward(self, plan, hidden, a, z)?;
        } else {
            let op = Op { width: hidden / 4, pad: [0; 3] };
            self.call(plan, &FORWARD, &[], &op, &[a, z], threads_per(ROWS, op.width))?;
        }
        plan.note(Work::moving(ROWS, 2 * hidden));
        Ok(())
    }

    /// `da = dz · (1 − z²)` over [rows, hidden].
    pub fn tanh_backward(
        &self,
        plan: &mut Plan,
        hidden: u32,
        z: &View,
        dz: &View,
        da: &View,
    ) -> Result<(), DeviceError> {
        if self.on_cpu() {
            cpu::backward(self, plan, hidden, z, dz, da)?;
        } else {
            let op = Op { width: hidden / 4, pad: [0; 3] };
            self.call(plan, &BACKWARD, &[], &op, &[z, dz, da], threads_per(ROWS, op.width))?;
        }
        plan.note(Work::moving(ROWS, 3 * hidden));
        Ok(())
    }
}
