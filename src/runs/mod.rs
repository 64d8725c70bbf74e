//! Records of runs: recipe, curves and outcome of each, their names, their file format and their tables.

mod curve;
mod file;
mod naming;
mod record;
mod table;

pub use curve::{Curve, Point};
pub use file::{RunFileError, read, write};
pub use naming::{Difference, differences};
pub use record::{EvaluationPoint, Outcome, RunRecord, RunSetting};
pub use table::{Chart, csv};
