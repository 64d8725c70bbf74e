//! Exact GELU, by the error function, and the gradient of the head's tanh.

use std::f64::consts::{PI, SQRT_2};

/// `x Φ(x)` with the standard normal distribution function `Φ` (Hendrycks and Gimpel, arXiv 1606.08415).
pub fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + libm::erf(x / SQRT_2))
}

/// Its derivative, `Φ(x) + x φ(x)`.
pub fn gelu_derivative(x: f64) -> f64 {
    0.5 * (1.0 + libm::erf(x / SQRT_2)) + x * libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

/// Gradient of `tanh` from its output.
pub fn tanh_backward(output: &[f64], grad: &[f64]) -> Vec<f64> {
    output.iter().zip(grad).map(|(output, grad)| grad * (1.0 - output * output)).collect()
}
