//! The workload of one matrix product, as in the forward pass of a linear layer.

use crate::device::Recorder;
use std::rc::Rc;

use super::{BenchError, MatmulCase};
use crate::{
    device::{Arena, Device, Extent, Plan, View},
    kernels::{Kernels, Linear, Step},
};

/// The engine's rows consist of whole vec4s.
const LANES: usize = 4;

/// A matrix product with its matrices on the device.
pub struct Matmul {
    device: Device,
    case: MatmulCase,
    product: Plan,
    y: View,
}

impl Matmul {
    /// `a` is [m, k] and `b` [k, n], row-major. Widths are padded with zeros to a multiple of 4, and the padded
    /// product is the one that is timed.
    pub async fn new(device: &Device, case: MatmulCase, a: &[f32], b: &[f32]) -> Result<Self, BenchError> {
        let MatmulCase { m, k, n } = case;
        if a.len() != m * k || b.len() != k * n {
            return Err(BenchError::Input(format!("the matrices of {case} have another size")));
        }
        let (inputs, outputs) = (k.next_multiple_of(LANES), n.next_multiple_of(LANES));
        let mut x = vec![0.0; m * inputs];
        for (to, from) in x.chunks_exact_mut(inputs).zip(a.chunks_exact(k)) {
            to[..k].copy_from_slice(from);
        }
        let mut weight = vec![0.0_f32; outputs * inputs];
        for (row, values) in b.chunks_exact(n).enumerate() {
            for (column, value) in values.iter().enumerate() {
                weight[column * inputs + row] = *value;
            }
        }
        let arena = Rc::new(Arena::new(device));
        let kernels = Kernels::new(arena.clone())?;
        let x = arena.upload("x", &x)?;
        let weight = arena.upload("weight", &weight)?;
        let bias = arena.storage("bias", outputs)?;
        let y = arena.storage("y", m * outputs)?;
        let layer = Linear {
            rows: Extent::Fixed(m as u32),
            inputs: inputs as u32,
            outputs: outputs as u32,
            weight: &weight,
            bias: &bias,
        };
        let mut product = Plan::default();
        kernels.linear(&mut product, &layer, &x, &y)?;
        device.ready().await?;
        kernels.write_step(&Step::default());
        Ok(Self { device: device.clone(), case, product, y })
    }

    /// Submits `repetitions` products at once and waits for the last one.
    pub async fn run(&self, repetitions: usize) -> Result<(), BenchError> {
        let mut plan = Plan::default();
        (0..repetitions).for_each(|_| plan.append(&self.product));
        Recorder::new(&self.device).plan(&plan, &Step::default().sizes());
        self.y.slice(0, LANES).read::<f32>(&self.device).await?;
        Ok(())
    }

    /// The product of the last run, [m, n].
    pub async fn result(&self) -> Result<Vec<f32>, BenchError> {
        let outputs = self.case.n.next_multiple_of(LANES);
        let mut values = self.y.read::<f32>(&self.device).await?;
        values.truncate(self.case.m * outputs);
        Ok(values.chunks_exact(outputs).flat_map(|row| &row[..self.case.n]).copied().collect())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{device::DeviceOptions, workloads::matrix};

    #[pollster::test]
    async fn widths_that_are_not_multiples_of_4_are_padded_without_changing_the_result() {
        let device =
            Device::open(DeviceOptions { baseline: true, ..DeviceOptions::default() }).await.unwrap();
        let case = MatmulCase { m: 5, k: 6, n: 7 };
        let (a, b) = (matrix(5, 6, 1), matrix(6, 7, 2));
        let product = Matmul::new(&device, case, &a, &b).await.unwrap();
        product.run(3).await.unwrap();
        let result = product.result().await.unwrap();
        assert_eq!(result.len(), 5 * 7);
        for (index, value) in result.iter().enumerate() {
            let (row, column) = (index / 7, index % 7);
            let expected: f32 = (0..6).map(|k| a[row * 6 + k] * b[k * 7 + column]).sum();
            // Six products of numbers below 1, rounded at 2⁻²⁴ each.
            assert!((value - expected).abs() < 1e-6, "{row}, {column}: {value} is not {expected}");
        }
        assert!(Matmul::new(&device, case, &a[1..], &b).await.is_err());
    }
}
