//! From the last hidden states of each row to its embedding.

use candle_core::{Result, Tensor};

use super::bert::Bert;

/// The poolers, by the names of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooler {
    /// `cls` with its head: `tanh(Linear([CLS]))`, parameters `mlp.dense.{weight,bias}`.
    Head,
    /// `cls_before_pooler`, which is also `cls` without its head.
    Cls,
    /// `avg`: the mean over all tokens, `[CLS]` and `[SEP]` included.
    Average,
}

/// Hidden states per row, each `[length, hidden]` → embeddings `[rows, hidden]`.
pub fn pool(model: &Bert, pooler: Pooler, hidden: &[Tensor]) -> Result<Tensor> {
    let rows: Result<Vec<Tensor>> = hidden
        .iter()
        .map(|row| match pooler {
            Pooler::Average => row.mean_keepdim(0),
            Pooler::Head | Pooler::Cls => row.narrow(0, 0, 1),
        })
        .collect();
    let pooled = Tensor::cat(&rows?, 0)?;
    match pooler {
        Pooler::Head => model.linear(&pooled, "mlp.dense")?.tanh(),
        Pooler::Cls | Pooler::Average => Ok(pooled),
    }
}
