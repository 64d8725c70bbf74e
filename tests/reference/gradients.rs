//! Loss and gradients of one batch through the whole model.

use std::collections::BTreeMap;

use candle_core::{DType, Result, Tensor};

use super::bert::{Bert, Dropout};
use super::loss::{Settings, contrastive};
use super::pooling::{Pooler, pool};

/// Token ids of the views of `n` items: two views (a sentence twice, or a pair) or three (a triplet).
///
/// The encoder's rows are those of the first view, then the second, then the third: rows in dropout masks are numbered
/// in this order.
#[derive(Clone, Debug)]
pub struct Batch {
    pub views: Vec<Vec<Vec<u32>>>,
}

impl Batch {
    /// The unsupervised batch: every sentence is its own positive.
    pub fn twice(sentences: &[Vec<u32>]) -> Self {
        Batch { views: vec![sentences.to_vec(), sentences.to_vec()] }
    }

    fn rows(&self) -> Vec<Vec<u32>> {
        self.views.concat()
    }
}

/// Embeddings of all rows, `[rows, hidden]`.
pub fn embed(model: &Bert, pooler: Pooler, rows: &[Vec<u32>], dropout: Option<Dropout>) -> Result<Tensor> {
    pool(model, pooler, &model.encode_depths(rows, dropout)?)
}

/// The loss of one batch, a scalar.
pub fn loss(
    model: &Bert,
    pooler: Pooler,
    batch: &Batch,
    settings: Settings,
    dropout: Option<Dropout>,
) -> Result<Tensor> {
    let embeddings = embed(model, pooler, &batch.rows(), dropout)?;
    let items = batch.views[0].len();
    let views: Result<Vec<Tensor>> =
        (0..batch.views.len()).map(|view| embeddings.narrow(0, view * items, items)).collect();
    contrastive(&views?, settings)
}

/// The loss, and the gradient of every parameter that it depends on, by name.
pub fn gradients(
    model: &Bert,
    pooler: Pooler,
    batch: &Batch,
    settings: Settings,
    dropout: Option<Dropout>,
) -> Result<(f64, BTreeMap<String, Vec<f64>>)> {
    gradients_of(model, &loss(model, pooler, batch, settings, dropout)?)
}

/// The value of a loss, and the gradient of every parameter that it depends on, by name.
pub fn gradients_of(model: &Bert, loss: &Tensor) -> Result<(f64, BTreeMap<String, Vec<f64>>)> {
    let store = loss.backward()?;
    let mut gradients = BTreeMap::new();
    for (name, parameter) in model.parameters() {
        if let Some(gradient) = store.get(parameter) {
            gradients.insert(name.to_owned(), gradient.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?);
        }
    }
    Ok((loss.to_dtype(DType::F64)?.to_scalar()?, gradients))
}

/// `‖actual − expected‖ / ‖expected‖`, or `‖actual‖` where the expected gradient is zero.
pub fn relative_difference(actual: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let difference = norm(&mut actual.iter().zip(expected).map(|(actual, expected)| actual - expected));
    let size = norm(&mut expected.iter().copied());
    if size > 0.0 { difference / size } else { difference }
}
