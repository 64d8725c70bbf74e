//! SimCSE's poolers as tensor expressions (princeton-nlp/SimCSE `simcse/models.py`, `Pooler`).

use candle_core::{Result, Tensor};
use strum::EnumCount;

use super::bert::Bert;

/// The poolers, with their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount)]
pub enum Pooler {
    /// `cls` with its head: `tanh(Linear([CLS]))`, parameters `mlp.dense.{weight,bias}`.
    Head,
    /// `cls_before_pooler`, which is also `cls` without its head.
    Cls,
    /// `avg`: the mean over all tokens, `[CLS]` and `[SEP]` included.
    Average,
    /// `avg_top2`: the mean over all tokens of the last two layers' mean.
    TopTwo,
    /// `avg_first_last`: the mean over all tokens of the first and the last layer's mean.
    FirstLast,
}

impl Pooler {
    pub const ALL: [Self; Self::COUNT] =
        [Self::Head, Self::Cls, Self::Average, Self::TopTwo, Self::FirstLast];
}

/// Hidden states per depth and row, each `[length, hidden]`, embeddings first → embeddings `[rows, hidden]`.
pub fn pool(model: &Bert, pooler: Pooler, depths: &[Vec<Tensor>]) -> Result<Tensor> {
    let last = depths.len() - 1;
    let rows: Result<Vec<Tensor>> = (0..depths[last].len())
        .map(|row| match pooler {
            Pooler::Average => depths[last][row].mean_keepdim(0),
            Pooler::TopTwo => ((&depths[last][row] + &depths[last - 1][row])? / 2.0)?.mean_keepdim(0),
            Pooler::FirstLast => ((&depths[last][row] + &depths[1][row])? / 2.0)?.mean_keepdim(0),
            Pooler::Head | Pooler::Cls => depths[last][row].narrow(0, 0, 1),
        })
        .collect();
    let pooled = Tensor::cat(&rows?, 0)?;
    match pooler {
        Pooler::Head => model.linear(&pooled, "mlp.dense")?.tanh(),
        _ => Ok(pooled),
    }
}
