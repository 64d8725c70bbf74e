//! shaders/tanh.wgsl on the CPU; the formulas are at its head.

use crate::{
    device::{Chunk, DeviceError, Plan, Split, View},
    kernels::{Kernels, ROWS, Step, cpu::CpuKernel, vector},
};

const SPLIT: Split = Split::rows(ROWS, 16);

struct Forward {
    hidden: usize,
}

pub(super) fn forward(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    a: &View,
    z: &View,
) -> Result<(), DeviceError> {
    let hidden = hidden as usize;
    kernels.call_cpu(plan, "tanh_forward", &SPLIT, [a], [(z, hidden)], Forward { hidden })
}

impl CpuKernel<1, 1> for Forward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [a]: [&[f32]; 1], [z]: [&mut [f32]; 1]) {
        for (z, a) in z.iter_mut().zip(&a[chunk.rows.start * self.hidden..]) {
            *z = vector::tanh(*a);
        }
    }
}

struct Backward {
    hidden: usize,
}

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    hidden: u32,
    z: &View,
    dz: &View,
    da: &View,
) -> Result<(), DeviceError> {
    let hidden = hidden as usize;
    kernels.call_cpu(plan, "tanh_backward", &SPLIT, [z, dz], [(da, hidden)], Backward { hidden })
}

impl CpuKernel<2, 1> for Backward {
    #[inline(always)]
    fn run(&self, _: &Step, chunk: Chunk, [z, dz]: [&[f32]; 2], [da]: [&mut [f32]; 1]) {
        let begin = chunk.rows.start * self.hidden;
        for ((da, z), dz) in da.iter_mut().zip(&z[begin..]).zip(&dz[begin..]) {
            *da = dz * (1.0 - z * z);
        }
    }
}
