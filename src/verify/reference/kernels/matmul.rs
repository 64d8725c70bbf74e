//! Matrix products in the three forms that a linear layer's forward and backward passes need, and the layer.

/// `a [m, k] · b [k, n]` → `[m, n]`.
pub fn nn(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
    assert_eq!((a.len(), b.len()), (m * k, k * n));
    product(m, k, n, |row, i| a[row * k + i], |i, column| b[i * n + column])
}

/// `a [m, k] · bᵀ`, `b [n, k]` → `[m, n]`.
pub fn nt(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
    assert_eq!((a.len(), b.len()), (m * k, n * k));
    product(m, k, n, |row, i| a[row * k + i], |i, column| b[column * k + i])
}

/// `aᵀ · b`, `a [k, m]`, `b [k, n]` → `[m, n]`.
pub fn tn(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
    assert_eq!((a.len(), b.len()), (k * m, k * n));
    product(m, k, n, |row, i| a[i * m + row], |i, column| b[i * n + column])
}

fn product(
    m: usize,
    k: usize,
    n: usize,
    a: impl Fn(usize, usize) -> f64,
    b: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let mut output = Vec::with_capacity(m * n);
    for row in 0..m {
        for column in 0..n {
            output.push((0..k).map(|i| a(row, i) * b(i, column)).sum());
        }
    }
    output
}

/// `x [rows, inputs] · weightᵀ + bias` → `[rows, outputs]`, `weight [outputs, inputs]`, `bias [outputs]`.
pub fn linear(x: &[f64], weight: &[f64], bias: &[f64], rows: usize, inputs: usize) -> Vec<f64> {
    let mut output = nt(x, weight, rows, inputs, bias.len());
    for row in output.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
    }
    output
}

/// Gradients of [`linear`] for a given gradient of its output.
pub struct LinearGradients {
    /// `[rows, inputs]`
    pub x: Vec<f64>,
    /// `[outputs, inputs]`
    pub weight: Vec<f64>,
    /// `[outputs]`
    pub bias: Vec<f64>,
}

/// Backward of [`linear`]: `grad [rows, outputs]`.
pub fn linear_backward(
    x: &[f64],
    weight: &[f64],
    grad: &[f64],
    rows: usize,
    inputs: usize,
    outputs: usize,
) -> LinearGradients {
    LinearGradients {
        x: nn(grad, weight, rows, outputs, inputs),
        weight: tn(grad, x, outputs, rows, inputs),
        bias: column_sums(grad, outputs),
    }
}

/// `[rows, columns]` → `[columns]`: the gradient of a bias.
pub fn column_sums(matrix: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).map(|column| matrix.iter().skip(column).step_by(columns).sum()).collect()
}
