//! What the fragment of the page's address says: where one is, and what was shared.

mod address;

pub use address::{Address, LESSONS, Place};
