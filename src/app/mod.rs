//! The page: the engine in a Web Worker, and the interface around it.

pub mod protocol;
pub mod ui;
