//! Pooling of packed token vectors to one vector per row.

/// How a row's token vectors are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The first token, `[CLS]`.
    First,
    /// The mean of all tokens, `[CLS]` and `[SEP]` included.
    Mean,
}

/// `[tokens, hidden]` → `[rows, hidden]`.
pub fn forward(pooling: Pooling, tokens: &[f64], row_starts: &[usize], hidden: usize) -> Vec<f64> {
    let mut output = Vec::new();
    for bounds in row_starts.windows(2) {
        let row = &tokens[bounds[0] * hidden..bounds[1] * hidden];
        match pooling {
            Pooling::First => output.extend_from_slice(&row[..hidden]),
            Pooling::Mean => output.extend((0..hidden).map(|column| {
                row.iter().skip(column).step_by(hidden).sum::<f64>() / (bounds[1] - bounds[0]) as f64
            })),
        }
    }
    output
}

/// `grad [rows, hidden]` → `[tokens, hidden]`.
pub fn backward(pooling: Pooling, grad: &[f64], row_starts: &[usize], hidden: usize) -> Vec<f64> {
    let mut output = Vec::new();
    for (bounds, grad) in row_starts.windows(2).zip(grad.chunks_exact(hidden)) {
        let length = bounds[1] - bounds[0];
        for position in 0..length {
            output.extend(grad.iter().map(|grad| match pooling {
                Pooling::First if position == 0 => *grad,
                Pooling::First => 0.0,
                Pooling::Mean => grad / length as f64,
            }));
        }
    }
    output
}
