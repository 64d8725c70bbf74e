//! Kernel calls on the CPU: functions over slices, compiled once for each instruction set that the machine may have.

use pulp::{Simd, WithSimd};

use super::{Kernels, Step};
use crate::device::{Call, Chunk, CpuCall, DeviceError, Plan, Split, View};

/// A kernel on the CPU, with its fixed sizes as fields: `I` tensors are read, `O` written.
pub(super) trait CpuKernel<const I: usize, const O: usize>: Send + Sync + 'static {
    /// Computes the rows of one chunk, given all of the inputs and only these rows of the outputs. It and everything it
    /// calls must be `#[inline(always)]`, or it is not compiled for the machine's vector instructions.
    fn run(&self, step: &Step, chunk: Chunk, inputs: [&[f32]; I], outputs: [&mut [f32]; O]);
}

impl Kernels {
    /// One call on the CPU. Each output comes with the number of floats of one of its rows.
    pub(super) fn call_cpu<const I: usize, const O: usize>(
        &self,
        plan: &mut Plan,
        label: &'static str,
        split: &Split,
        inputs: [&View; I],
        outputs: [(&View, usize); O],
        kernel: impl CpuKernel<I, O>,
    ) -> Result<(), DeviceError> {
        if self.arena().is_estimate() {
            return Ok(());
        }
        let run = move |uniform: &[f32], chunk: Chunk, inputs: [&[f32]; I], outputs: [&mut [f32]; O]| {
            let step: &Step = bytemuck::from_bytes(&bytemuck::cast_slice(uniform)[..size_of::<Step>()]);
            vectorised(Run { kernel: &kernel, step, chunk, inputs, outputs });
        };
        plan.push(label, Call::Cpu(CpuCall::new(split, self.step(), inputs, outputs, run)?));
        Ok(())
    }
}

struct Run<'a, K, const I: usize, const O: usize> {
    kernel: &'a K,
    step: &'a Step,
    chunk: Chunk,
    inputs: [&'a [f32]; I],
    outputs: [&'a mut [f32]; O],
}

impl<K: CpuKernel<I, O>, const I: usize, const O: usize> WithSimd for Run<'_, K, I, O> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.kernel.run(self.step, self.chunk, self.inputs, self.outputs);
    }
}

/// Runs the version for the machine's widest vectors.
#[cfg(not(target_arch = "wasm32"))]
fn vectorised(run: impl WithSimd<Output = ()>) {
    pulp::Arch::new().dispatch(run);
}

/// The whole WebAssembly module is compiled with `simd128`, so there is one version.
#[cfg(target_arch = "wasm32")]
fn vectorised(run: impl WithSimd<Output = ()>) {
    run.with_simd(pulp::Scalar::new());
}

/// A buffer's words as integers.
#[inline(always)]
pub(super) fn words(floats: &[f32]) -> &[u32] {
    bytemuck::cast_slice(floats)
}

/// A buffer's words as integers, in groups of four.
#[inline(always)]
pub(super) fn fours(floats: &[f32]) -> &[[u32; 4]] {
    bytemuck::cast_slice(&floats[..floats.len() / 4 * 4])
}
