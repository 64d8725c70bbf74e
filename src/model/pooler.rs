//! The poolers by name: which layers and tokens each one reads.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumCount, EnumString, IntoStaticStr};
use thiserror::Error;

/// How token states h_0 (embeddings) … h_L (last layer) become one sentence vector, under the names of
/// `--pooler_type` in princeton-nlp/SimCSE (`simcse/models.py`, `Pooler`).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    Display,
    EnumCount,
    EnumString,
)]
#[strum(serialize_all = "snake_case", parse_err_ty = UnknownPooler, parse_err_fn = UnknownPooler::of)]
#[serde(rename_all = "snake_case")]
pub enum Pooler {
    /// h_L of `[CLS]` through the MLP head (Linear(h, h), then tanh).
    Cls,
    /// h_L of `[CLS]` without the head: how unsupervised SimCSE is evaluated.
    ClsBeforePooler,
    /// The mean of h_L over all tokens, `[CLS]` and `[SEP]` included.
    Avg,
    /// The mean over all tokens of (h_L + h_{L−1}) / 2.
    AvgTop2,
    /// The mean over all tokens of (h_1 + h_L) / 2, where h_1 is the output of the first layer.
    AvgFirstLast,
    /// The model's own sentence-transformers modules over h_L, where no other variant does the same; see
    /// [`SentenceModules`](super::SentenceModules). Can be used, but not trained.
    Own,
}

impl Pooler {
    /// Every pooler but the model's own, in the order in which they are offered.
    pub const ALL: [Pooler; Pooler::COUNT - 1] =
        [Pooler::Cls, Pooler::ClsBeforePooler, Pooler::Avg, Pooler::AvgTop2, Pooler::AvgFirstLast];

    /// The name on the command line, in simcse.json and in the page.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// This pooler, or for [`Pooler::Own`] the one to train with: sentence-transformers' default, the mean.
    pub fn trainable(self) -> Self {
        if self == Pooler::Own { Pooler::Avg } else { self }
    }

    /// Whether it is the mean over a sentence's tokens, rather than its first.
    pub fn is_mean(self) -> bool {
        match self {
            Pooler::Avg | Pooler::AvgTop2 | Pooler::AvgFirstLast => true,
            Pooler::Cls | Pooler::ClsBeforePooler | Pooler::Own => false,
        }
    }

    /// The depths whose states it averages in an encoder of `layers` layers: 0 is the embeddings, k the output of layer k.
    /// Ascending, each once, and the last is `layers`: the backward pass begins there.
    pub fn depths(self, layers: usize) -> Vec<usize> {
        match self {
            Pooler::Cls | Pooler::ClsBeforePooler | Pooler::Avg | Pooler::Own => vec![layers],
            Pooler::AvgTop2 => vec![layers - 1, layers],
            Pooler::AvgFirstLast if layers == 1 => vec![1],
            Pooler::AvgFirstLast => vec![1, layers],
        }
    }
}

/// A name that no pooler has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown pooler \"{name}\"; known are {}", Pooler::ALL.map(Pooler::name).join(", "))]
pub struct UnknownPooler {
    pub name: String,
}

impl UnknownPooler {
    fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_agrees_with_serde() {
        for pooler in Pooler::ALL.into_iter().chain([Pooler::Own]) {
            assert_eq!(pooler.to_string().parse(), Ok(pooler));
            assert_eq!(serde_json::to_value(pooler).unwrap(), pooler.name());
        }
    }

    #[test]
    fn poolers_over_two_layers_name_them_in_order() {
        assert_eq!(Pooler::AvgTop2.depths(12), [11, 12]);
        assert_eq!(Pooler::AvgFirstLast.depths(12), [1, 12]);
        assert_eq!(Pooler::AvgTop2.depths(1), [0, 1]);
        assert_eq!(Pooler::AvgFirstLast.depths(1), [1], "first and last are one");
        assert_eq!(Pooler::Avg.depths(6), [6]);
    }

    #[test]
    fn depths_ascend_to_the_last_layer() {
        for pooler in Pooler::ALL {
            for layers in 1..4 {
                let depths = pooler.depths(layers);
                assert!(
                    depths.is_sorted_by(|a, b| a < b) && depths.last() == Some(&layers),
                    "{pooler}, {layers} layers"
                );
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let message = "max".parse::<Pooler>().unwrap_err().to_string();
        assert!(message.starts_with("unknown pooler \"max\"; known are cls, "), "{message}");
        assert!(Pooler::ALL.iter().all(|pooler| message.contains(pooler.name())), "{message}");
    }
}
