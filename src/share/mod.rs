//! What the fragment of the page's address says: where one is, and what was shared.

mod address;
mod settings;
mod trail;

pub use address::{Address, Lesson, Place};
pub use settings::{LONGEST, Part, Problems, Settings};
pub use trail::Trail;
