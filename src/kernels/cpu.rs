//! How a kernel runs on the CPU: over slices, compiled for each of the instruction sets that the machine may have.

use pulp::{Simd, WithSimd};

use super::{Kernels, Step};
use crate::device::{Call, Chunk, CpuCall, DeviceError, Plan, Split, View};

/// The CPU's side of a kernel, with its fixed sizes: `I` tensors read, `O` written.
pub(super) trait CpuKernel<const I: usize, const O: usize>: Send + Sync + 'static {
    /// Does the rows of one chunk. Of outputs it gets these rows alone, of inputs everything. To be marked
    /// `#[inline(always)]`, and all that it calls as well: only so is it compiled for the machine's vectors.
    fn run(&self, step: &Step, chunk: Chunk, inputs: [&[f32]; I], outputs: [&mut [f32]; O]);
}

impl Kernels {
    /// One call on the CPU: `outputs` stand with the floats of one of their rows.
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

/// Runs the version for the widest vectors that the machine has.
#[cfg(not(target_arch = "wasm32"))]
fn vectorised(run: impl WithSimd<Output = ()>) {
    pulp::Arch::new().dispatch(run);
}

/// WebAssembly is compiled for its vectors as a whole.
#[cfg(target_arch = "wasm32")]
fn vectorised(run: impl WithSimd<Output = ()>) {
    run.with_simd(pulp::Scalar::new());
}

/// Integers that lie in a buffer of floats.
#[inline(always)]
pub(super) fn words(floats: &[f32]) -> &[u32] {
    bytemuck::cast_slice(floats)
}

/// The same in fours.
#[inline(always)]
pub(super) fn fours(floats: &[f32]) -> &[[u32; 4]] {
    bytemuck::cast_slice(&floats[..floats.len() / 4 * 4])
}
