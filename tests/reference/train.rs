//! Training steps with the reference: gradients, clipping, AdamW (arXiv 1711.05101), linear schedule.

use std::collections::BTreeMap;

use candle_core::{DType, Result};

use super::bert::{Bert, Config, Element, Weights, WideWeights, widen_weights};
use super::gradients::{Batch, gradients};
use super::kernels::optimizer::{AdamW, Moments, clip_factor, global_norm};
use super::loss::Settings;
use super::pooling::Pooler;

/// The recipe.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub pooler: Pooler,
    pub loss: Settings,
    /// Peak of the schedule.
    pub learning_rate: f64,
    pub warm_up: usize,
    /// Step at which the schedule reaches zero.
    pub total_steps: usize,
    /// Maximum of the global gradient norm.
    pub clip: f64,
    pub optimizer: AdamW,
}

/// The report of one step.
#[derive(Clone, Copy, Debug)]
pub struct StepReport {
    pub loss: f64,
    /// Global norm before clipping.
    pub gradient_norm: f64,
    pub learning_rate: f64,
}

/// Dropout factors by step (from 0) and element.
pub type DropoutBySteps<'a> = &'a dyn Fn(usize, Element) -> f64;

/// Runs one step per batch. Returns the reports and the final weights, all in `f64`.
pub fn train_steps(
    weights: &Weights,
    config: Config,
    batches: &[Batch],
    recipe: &Recipe,
    dropout: Option<DropoutBySteps>,
) -> Result<(Vec<StepReport>, WideWeights)> {
    let mut weights = widen_weights(weights);
    let mut moments: BTreeMap<String, Moments> =
        weights.iter().map(|(name, (_, values))| (name.clone(), Moments::zero(values.len()))).collect();
    let mut reports = Vec::new();
    for (step, batch) in batches.iter().enumerate() {
        let model = Bert::from_f64(&weights, config, DType::F64)?;
        let masks = dropout.map(|dropout| move |element: Element| dropout(step, element));
        let masks = masks.as_ref().map(|masks| masks as &dyn Fn(Element) -> f64);
        let (loss, mut gradients) = gradients(&model, recipe.pooler, batch, recipe.loss, masks)?;
        let gradient_norm = global_norm(gradients.values().map(Vec::as_slice));
        let factor = clip_factor(gradient_norm, recipe.clip);
        let learning_rate = recipe.learning_rate * linear_schedule(step, recipe.warm_up, recipe.total_steps);
        for (name, gradient) in &mut gradients {
            gradient.iter_mut().for_each(|value| *value *= factor);
            let mut optimizer = recipe.optimizer;
            if is_without_decay(name) {
                optimizer.weight_decay = 0.0;
            }
            if let (Some((_, values)), Some(moments)) = (weights.get_mut(name), moments.get_mut(name)) {
                optimizer.step(values, gradient, moments, learning_rate, step + 1);
            }
        }
        reports.push(StepReport { loss, gradient_norm, learning_rate });
    }
    Ok((reports, weights))
}

/// Whether the parameter of this name has no weight decay.
pub fn is_without_decay(name: &str) -> bool {
    name.contains("bias") || name.contains("LayerNorm.weight")
}

/// The factor of the learning rate in step `step` (0 is the first): up from 0 over `warm_up` steps, then down to 0 at
/// `total`, as huggingface/transformers' `get_linear_schedule_with_warmup`.
pub fn linear_schedule(step: usize, warm_up: usize, total: usize) -> f64 {
    if step < warm_up {
        step as f64 / warm_up as f64
    } else {
        total.saturating_sub(step) as f64 / total.saturating_sub(warm_up).max(1) as f64
    }
}
