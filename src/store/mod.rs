//! Where models are kept, where they come from and how they leave the page.

mod archive;
pub mod hub;

pub use archive::{ArchiveError, zip};
