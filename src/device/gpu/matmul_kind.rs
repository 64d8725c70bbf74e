//! Tile sizes of matrix products on a GPU.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Size of the tile of a matrix product that a GPU's workgroup computes. Results are the same up to the order of sums.
/// Which is fastest depends on the device: large tiles read less memory, small ones occupy more of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatmulKind {
    /// 32×32 elements, 4×4 a thread.
    Small,
    /// 64×64 elements, 4×4 a thread. The default where nothing was measured.
    #[default]
    Medium,
    /// 128×128 elements, 8×8 a thread.
    Large,
}

impl MatmulKind {
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// Name on the command line, on the page and where the choice is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

impl fmt::Display for MatmulKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that is not a kind of matrix product.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown kind of matrix product \"{0}\"; known are small, medium, large")]
pub struct UnknownMatmulKind(pub String);

impl FromStr for MatmulKind {
    type Err = UnknownMatmulKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |kind: &Self| kind.name() == name;
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownMatmulKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_are_kept_and_old_ones_are_none() {
        for kind in MatmulKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for old in ["direct", "shared", "quad"] {
            assert!(serde_json::from_str::<MatmulKind>(&format!("\"{old}\"")).is_err(), "{old}");
            assert_eq!(old.parse::<MatmulKind>(), Err(UnknownMatmulKind(old.to_owned())));
        }
    }
}
