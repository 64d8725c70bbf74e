//! Models from the hub, and archives and file names for downloads.

mod archive;
mod file_name;
pub mod hub;

pub use archive::{ArchiveError, zip};
use file_name::is_plain_name;
pub use file_name::plain_name;
