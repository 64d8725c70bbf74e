//! Reproducibility: the same training run twice gives the same weights bit for bit.

use std::collections::BTreeMap;

use super::{check::Checks, small};
use crate::{
    device::Device,
    model::HostTensor,
    train::{TrainError, TrainOptions, Trainer},
};

const STEPS: u32 = 5;

/// Trains a small model twice with the same seed.
///
/// # Errors
/// The device's; a run that diverges.
pub async fn bit_for_bit(checks: &Checks) -> Result<(), TrainError> {
    let device = checks.device();
    let (first_losses, first) = train(device).await?;
    let (second_losses, second) = train(device).await?;
    let case = format!("{STEPS} steps of {} triplets", small::ITEMS);
    let pairs = first_losses.iter().zip(&second_losses).enumerate();
    let differing = pairs.filter(|(_, (first, second))| first.to_bits() != second.to_bits());
    let named = |(step, (first, second))| format!("step {} has {first:e}, then {second:e}", step + 1);
    checks.none("losses", &case, differing.map(named));
    checks.none("weights", &case, differences(&first, &second));
    Ok(())
}

/// Losses of all steps, and the final weights.
async fn train(device: &Device) -> Result<(Vec<f32>, BTreeMap<String, HostTensor>), TrainError> {
    let options = TrainOptions { steps: Some(STEPS), ..small::options() };
    let mut trainer = Trainer::new(device, &small::checkpoint()?, small::data(), None, options).await?;
    let mut losses = Vec::new();
    while !trainer.finished() {
        losses.extend(trainer.step().await?.map(|report| report.loss));
    }
    while let Some(report) = trainer.next_report().await? {
        losses.push(report.loss);
    }
    Ok((losses, trainer.weights().await?))
}

/// Every number whose bits differ.
fn differences<'a>(
    first: &'a BTreeMap<String, HostTensor>,
    second: &'a BTreeMap<String, HostTensor>,
) -> impl Iterator<Item = String> + 'a {
    // Both come from networks of the same shape, so the names are the same.
    first.iter().zip(second.values()).flat_map(|((name, first), second)| {
        let pairs = first.data.iter().zip(&second.data).enumerate();
        let differing = pairs.filter(|(_, (first, second))| first.to_bits() != second.to_bits());
        differing.map(move |(i, (first, second))| format!("{name}, number {i}: {first:e}, then {second:e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_is_a_difference() {
        let tensors = |values: [f32; 3]| {
            let tensor = HostTensor { shape: vec![3], data: values.to_vec() };
            BTreeMap::from([("bias".to_owned(), tensor)])
        };
        let first = tensors([1.0, 0.0, 2.0]);
        assert_eq!(differences(&first, &first).count(), 0);
        let second = tensors([1.0, -0.0, f32::from_bits(2.0_f32.to_bits() + 1)]);
        let named: Vec<String> = differences(&first, &second).collect();
        assert_eq!(named.len(), 2);
        assert_eq!(named[0], "bias, number 1: 0e0, then -0e0");
    }
}
