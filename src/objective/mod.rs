//! The losses that training minimises: contrastive, and optionally masked-language modelling.

mod contrastive;
mod mlm;

use serde::{Deserialize, Serialize};

pub use contrastive::ContrastiveLoss;
pub use mlm::{MLM_PROBABILITY, MaskedLanguageModel, MaskedTokens};

/// Where the positive pairs come from (arXiv 2104.08821, sections 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Each sentence is encoded twice with different dropout masks; the other sentences of the batch are negatives.
    Unsup,
    /// Pairs from the data, or triplets whose third sentence is a hard negative.
    Sup,
}

impl std::str::FromStr for Objective {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "unsup" => Ok(Self::Unsup),
            "sup" => Ok(Self::Sup),
            other => Err(format!("unknown objective \"{other}\"; known are unsup, sup")),
        }
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Unsup => "unsup",
            Self::Sup => "sup",
        })
    }
}
