//! The sum of word, position and type embedding of each token, before LayerNorm. All tokens have type 0.

/// The three tables.
pub struct Tables {
    /// `[vocabulary, hidden]`
    pub word: Vec<f64>,
    /// `[positions, hidden]`
    pub position: Vec<f64>,
    /// `[types, hidden]`
    pub token_type: Vec<f64>,
}

/// Packed ids and row starts → `[tokens, hidden]`. A row's first token has position `first_position`
/// (0 for BERT, 2 for RoBERTa).
pub fn forward(
    tables: &Tables,
    ids: &[u32],
    row_starts: &[usize],
    first_position: usize,
    hidden: usize,
) -> Vec<f64> {
    let mut output = Vec::with_capacity(ids.len() * hidden);
    for (id, position) in ids.iter().zip(positions(row_starts, first_position)) {
        for column in 0..hidden {
            let word = tables.word[*id as usize * hidden + column];
            output.push(word + tables.position[position * hidden + column] + tables.token_type[column]);
        }
    }
    output
}

/// Gradients of the three tables for `grad [tokens, hidden]`, the gradient of [`forward`]'s result; `tables` gives the
/// shapes.
pub fn backward(
    tables: &Tables,
    ids: &[u32],
    row_starts: &[usize],
    first_position: usize,
    grad: &[f64],
    hidden: usize,
) -> Tables {
    let zeros = |table: &[f64]| vec![0.0; table.len()];
    let mut gradients = Tables {
        word: zeros(&tables.word),
        position: zeros(&tables.position),
        token_type: zeros(&tables.token_type),
    };
    let tokens = ids.iter().zip(positions(row_starts, first_position)).zip(grad.chunks_exact(hidden));
    for ((id, position), grad) in tokens {
        for (column, grad) in grad.iter().enumerate() {
            gradients.word[*id as usize * hidden + column] += grad;
            gradients.position[position * hidden + column] += grad;
            gradients.token_type[column] += grad;
        }
    }
    gradients
}

fn positions(row_starts: &[usize], first: usize) -> Vec<usize> {
    row_starts.windows(2).flat_map(|bounds| first..first + bounds[1] - bounds[0]).collect()
}
