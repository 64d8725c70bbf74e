//! The words and numbers of the page, in the language of its visitor.

pub mod format;
pub mod i18n;
pub mod language;
pub mod rich;
