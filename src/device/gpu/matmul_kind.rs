use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the matrix products are computed; all give the same numbers up to the order of their sums. Which is fastest is a
/// matter of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatmulKind {
    /// 8×8 elements a thread, operands straight from the buffers.
    Direct,
    /// 4×4 elements a thread, operands through workgroup memory. What is taken where nothing was measured.
    #[default]
    Shared,
}

impl MatmulKind {
    pub const ALL: [Self; 2] = [Self::Direct, Self::Shared];
}

impl fmt::Display for MatmulKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Direct => "direct",
            Self::Shared => "shared",
        })
    }
}

/// A name that no kind of matrix product has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown kind of matrix product \"{0}\"; known are direct, shared")]
pub struct UnknownMatmulKind(pub String);

impl FromStr for MatmulKind {
    type Err = UnknownMatmulKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |kind: &Self| kind.to_string() == name;
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownMatmulKind(name.to_owned()))
    }
}
