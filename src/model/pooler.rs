//! How token states become one sentence vector.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The pooling of token states h_0 (embeddings) … h_L (last layer), under the names of SimCSE's `--pooler_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooler {
    /// h_L of `[CLS]`, through the MLP head (Linear(h, h) and tanh).
    Cls,
    /// h_L of `[CLS]` as it is: what unsupervised SimCSE evaluates with.
    ClsBeforePooler,
    /// The mean of h_L over all tokens, `[CLS]` and `[SEP]` included.
    Avg,
    /// The mean over all tokens of (h_L + h_{L−1}) / 2.
    AvgTop2,
    /// The mean over all tokens of (h_1 + h_L) / 2, where h_1 is what the first layer puts out.
    AvgFirstLast,
    /// What the model's own sentence-transformers modules make of h_L, where none of the others does; see
    /// [`SentenceModules`](super::SentenceModules). Can be used, and not trained.
    Own,
}

impl Pooler {
    /// Every pooler of SimCSE's, in the order in which they are offered.
    pub const ALL: [Pooler; 5] =
        [Pooler::Cls, Pooler::ClsBeforePooler, Pooler::Avg, Pooler::AvgTop2, Pooler::AvgFirstLast];

    /// The name on the command line, in simcse.json and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Pooler::Cls => "cls",
            Pooler::ClsBeforePooler => "cls_before_pooler",
            Pooler::Avg => "avg",
            Pooler::AvgTop2 => "avg_top2",
            Pooler::AvgFirstLast => "avg_first_last",
            Pooler::Own => "own",
        }
    }

    /// This one, or what stands for it in training: sentence-transformers' own default.
    pub fn trainable(self) -> Self {
        if self == Pooler::Own { Pooler::Avg } else { self }
    }

    /// Whether it takes the mean over a sentence's tokens, not the first one alone.
    pub fn is_mean(self) -> bool {
        !matches!(self, Pooler::Cls | Pooler::ClsBeforePooler | Pooler::Own)
    }

    /// Whose states it averages in an encoder of `layers` layers, ascending: 0 means the embeddings, k what layer k
    /// puts out.
    pub fn depths(self, layers: usize) -> Vec<usize> {
        match self {
            Pooler::Cls | Pooler::ClsBeforePooler | Pooler::Avg | Pooler::Own => vec![layers],
            Pooler::AvgTop2 => vec![layers - 1, layers],
            Pooler::AvgFirstLast if layers == 1 => vec![1],
            Pooler::AvgFirstLast => vec![1, layers],
        }
    }
}

impl fmt::Display for Pooler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A pooler's name that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown pooler \"{name}\"; known are {}", Pooler::ALL.map(Pooler::name).join(", "))]
pub struct UnknownPooler {
    pub name: String,
}

impl FromStr for Pooler {
    type Err = UnknownPooler;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Pooler::ALL
            .into_iter()
            .chain([Pooler::Own])
            .find(|pooler| pooler.name() == name)
            .ok_or_else(|| UnknownPooler { name: name.to_owned() })
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
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let message = "max".parse::<Pooler>().unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown pooler \"max\"; known are cls, cls_before_pooler, avg, avg_top2, avg_first_last"
        );
    }
}
