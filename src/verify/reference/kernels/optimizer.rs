//! Clipping by the global gradient norm, and AdamW (arXiv 1711.05101, as PyTorch computes it).

/// The Euclidean norm of all gradients together.
pub fn global_norm<'a>(gradients: impl IntoIterator<Item = &'a [f64]>) -> f64 {
    gradients.into_iter().flatten().map(|value| value * value).sum::<f64>().sqrt()
}

/// The factor that brings the norm of gradients to at most `maximum`, as `torch.nn.utils.clip_grad_norm_` computes it,
/// which adds 1e-6 to the norm.
pub fn clip_factor(norm: f64, maximum: f64) -> f64 {
    (maximum / (norm + 1e-6)).min(1.0)
}

/// The settings of AdamW that do not change between steps.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    pub beta1: f64,
    pub beta2: f64,
    pub epsilon: f64,
    pub weight_decay: f64,
}

impl Default for AdamW {
    fn default() -> Self {
        AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// First and second moment of one parameter tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

impl Moments {
    pub fn zero(length: usize) -> Self {
        Moments { first: vec![0.0; length], second: vec![0.0; length] }
    }
}

impl AdamW {
    /// Step `step` (1 is the first) in place, with decoupled decay and bias correction.
    pub fn step(
        &self,
        weights: &mut [f64],
        gradients: &[f64],
        moments: &mut Moments,
        learning_rate: f64,
        step: usize,
    ) {
        let first_correction = 1.0 - self.beta1.powi(step as i32);
        let second_correction = 1.0 - self.beta2.powi(step as i32);
        for (i, gradient) in gradients.iter().enumerate() {
            moments.first[i] = self.beta1 * moments.first[i] + (1.0 - self.beta1) * gradient;
            moments.second[i] = self.beta2 * moments.second[i] + (1.0 - self.beta2) * gradient * gradient;
            let first = moments.first[i] / first_correction;
            let second = moments.second[i] / second_correction;
            weights[i] -= learning_rate * self.weight_decay * weights[i];
            weights[i] -= learning_rate * first / (second.sqrt() + self.epsilon);
        }
    }
}
