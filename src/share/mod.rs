//! What the fragment of the page's address says: where one is, and what was shared.

mod address;
mod settings;

pub use address::{Address, Place};
pub use settings::{Part, Problems, Settings};
