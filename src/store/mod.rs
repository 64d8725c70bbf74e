//! Where models are kept and how they leave the page.

mod archive;

pub use archive::{ArchiveError, zip};
