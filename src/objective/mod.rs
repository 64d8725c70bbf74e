//! The losses that training minimises: contrastive, and optionally masked-language modelling.

mod contrastive;
mod mlm;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use thiserror::Error;

pub use contrastive::ContrastiveLoss;
pub use mlm::{MLM_PROBABILITY, MaskedLanguageModel, MaskedTokens};

/// Where the positive pairs come from (arXiv 2104.08821, sections 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, Display, EnumString)]
#[strum(serialize_all = "lowercase", parse_err_ty = UnknownObjective, parse_err_fn = UnknownObjective::of)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Each sentence is encoded twice with different dropout masks; the other sentences of the batch are negatives.
    Unsup,
    /// Pairs from the data, or triplets whose third sentence is a hard negative.
    Sup,
}

/// A name that is not an objective's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown objective \"{0}\"; known are unsup, sup")]
pub struct UnknownObjective(pub String);

impl UnknownObjective {
    fn of(name: &str) -> Self {
        Self(name.to_owned())
    }
}
