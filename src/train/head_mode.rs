//! The MLP head that SimCSE trains behind `[CLS]`.

use serde::{Deserialize, Serialize};

use super::Objective;
use crate::model::Pooler;

/// What happens to the MLP head behind the pooler `cls`: unsupervised SimCSE drops it after training, supervised SimCSE
/// keeps it (arXiv 2104.08821, section 6.3, table 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadMode {
    /// Trained with, evaluated and exported without.
    TrainOnly,
    /// Trained, evaluated and exported with.
    Keep,
    None,
}

impl HeadMode {
    /// The paper's choice for `cls`; other poolers have no head.
    pub fn usual(pooler: Pooler, objective: Objective) -> Self {
        match (pooler, objective) {
            (Pooler::Cls, Objective::Unsup) => Self::TrainOnly,
            (Pooler::Cls, Objective::Sup) => Self::Keep,
            _ => Self::None,
        }
    }
}
