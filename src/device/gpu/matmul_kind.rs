//! Tile sizes of matrix products on a GPU.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use thiserror::Error;

/// Size of the tile of a matrix product that a GPU's workgroup computes. Results are the same up to the order of sums.
/// Which is fastest depends on the device: large tiles read less memory, small ones occupy more of the device.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    IntoStaticStr,
    Display,
    EnumString,
)]
#[strum(serialize_all = "lowercase", parse_err_ty = UnknownMatmulKind, parse_err_fn = UnknownMatmulKind::of)]
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
        self.into()
    }
}

/// A name that is not a kind of matrix product.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown kind of matrix product \"{0}\"; known are small, medium, large")]
pub struct UnknownMatmulKind(pub String);

impl UnknownMatmulKind {
    fn of(name: &str) -> Self {
        Self(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_those_of_earlier_versions_are_refused() {
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
