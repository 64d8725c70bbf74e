//! Where a training step's time and memory go.

use serde::{Deserialize, Serialize};

use crate::{device::MatmulKind, train::Profile};

/// A profile, with what to read it against.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileReport {
    pub model: String,
    /// How the step computed its matrix products.
    pub matmul: Option<MatmulKind>,
    /// GPU memory that the run was expected to need, in bytes.
    pub expected_bytes: u64,
    pub profile: Profile,
}
