//! LayerNorm over the last dimension with biased variance: `y = (x − mean) / √(variance + epsilon) · weight + bias`.

/// What [`forward`] returns.
pub struct LayerNorm {
    /// `[rows, hidden]`
    pub output: Vec<f64>,
    /// `[rows]`
    pub mean: Vec<f64>,
    /// `1/√(variance + epsilon)`, `[rows]`
    pub inverse_deviation: Vec<f64>,
}

/// `x [rows, hidden]`, `weight [hidden]`, `bias [hidden]`.
pub fn forward(x: &[f64], weight: &[f64], bias: &[f64], epsilon: f64) -> LayerNorm {
    let hidden = weight.len();
    let mut result =
        LayerNorm { output: Vec::with_capacity(x.len()), mean: Vec::new(), inverse_deviation: Vec::new() };
    for row in x.chunks_exact(hidden) {
        let mean = row.iter().sum::<f64>() / hidden as f64;
        let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / hidden as f64;
        let inverse_deviation = 1.0 / (variance + epsilon).sqrt();
        for ((value, weight), bias) in row.iter().zip(weight).zip(bias) {
            result.output.push((value - mean) * inverse_deviation * weight + bias);
        }
        result.mean.push(mean);
        result.inverse_deviation.push(inverse_deviation);
    }
    result
}

/// What [`backward`] returns.
pub struct LayerNormGradients {
    /// `[rows, hidden]`
    pub x: Vec<f64>,
    /// `[hidden]`
    pub weight: Vec<f64>,
    /// `[hidden]`
    pub bias: Vec<f64>,
}

/// `grad [rows, hidden]` is the gradient of the output. With `n = (x − mean) · inverse_deviation` and
/// `g = grad · weight`: `dx = inverse_deviation · (g − mean(g) − n · mean(g·n))`.
pub fn backward(x: &[f64], weight: &[f64], grad: &[f64], epsilon: f64) -> LayerNormGradients {
    let hidden = weight.len();
    let ones = vec![1.0; hidden];
    let zeros = vec![0.0; hidden];
    let plain = forward(x, &ones, &zeros, epsilon);
    let mut gradients =
        LayerNormGradients { x: Vec::with_capacity(x.len()), weight: zeros.clone(), bias: zeros.clone() };
    let rows = plain.output.chunks_exact(hidden).zip(grad.chunks_exact(hidden)).zip(&plain.inverse_deviation);
    for ((normalized, grad), inverse_deviation) in rows {
        let scaled: Vec<f64> = grad.iter().zip(weight).map(|(grad, weight)| grad * weight).collect();
        let mean = scaled.iter().sum::<f64>() / hidden as f64;
        let projection = scaled.iter().zip(normalized).map(|(g, n)| g * n).sum::<f64>() / hidden as f64;
        for i in 0..hidden {
            gradients.x.push(inverse_deviation * (scaled[i] - mean - normalized[i] * projection));
            gradients.weight[i] += grad[i] * normalized[i];
            gradients.bias[i] += grad[i];
        }
    }
    gradients
}
