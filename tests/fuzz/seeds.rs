//! Small valid files of every kind, as programs write them, from which inputs are made.

mod folders;
mod texts;
mod tokenizers;

pub use folders::{head_folder, model_folders, repositories, states, weights};
pub use texts::{dictionaries, graded_pairs, links, names, runs, training_texts, transfer_tasks};
pub use tokenizers::tokenizers;

use crate::case::Files;

/// A file with its path.
fn file(path: &str, bytes: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (path.to_owned(), bytes.into())
}

/// Inputs of one file each.
fn each(files: &[(&str, &str)]) -> Vec<Files> {
    files.iter().map(|(path, text)| vec![file(path, *text)]).collect()
}
