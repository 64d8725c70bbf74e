use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::GpuInfo;

/// How the matrix products are computed; all give the same numbers up to the order of their sums. Which is fastest is a
/// matter of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatmulKind {
    /// 8×8 elements a thread, operands straight from the buffers: software adapters.
    Direct,
    /// 16×8 elements a thread, loads shared by the four threads of a quad: software adapters with subgroups.
    Quad,
    /// 4×4 elements a thread, operands through workgroup memory: real GPUs.
    Shared,
}

impl MatmulKind {
    pub const ALL: [Self; 3] = [Self::Direct, Self::Quad, Self::Shared];

    /// Whether the device has what it needs.
    pub fn runs_on(self, info: &GpuInfo) -> bool {
        self != Self::Quad || info.subgroups
    }

    /// The best one known for this kind of device without trying; `bench/LOG.md` has the measurements.
    pub fn default_for(info: &GpuInfo) -> Self {
        match (info.software, info.subgroups) {
            (false, _) => Self::Shared,
            (true, true) => Self::Quad,
            (true, false) => Self::Direct,
        }
    }
}

impl fmt::Display for MatmulKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Direct => "direct",
            Self::Quad => "quad",
            Self::Shared => "shared",
        })
    }
}

/// A name that no kind of matrix product has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown kind of matrix product \"{0}\"; known are direct, quad, shared")]
pub struct UnknownMatmulKind(pub String);

impl FromStr for MatmulKind {
    type Err = UnknownMatmulKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |kind: &Self| kind.to_string() == name;
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownMatmulKind(name.to_owned()))
    }
}
