//! What can be wrong with a text file or a tokenizer.

use thiserror::Error;

/// Why a text file or tokenizer cannot be used. `file` is the display name that the caller gave, lines count
/// from 1 as editors do.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TextError {
    #[error("{file}: the file is empty")]
    Empty { file: String },

    /// Nothing but white space.
    #[error("{file}: all of its {lines} lines are blank")]
    Blank { file: String, lines: usize },

    #[error("{file}: this is a binary file (line {line} has a NUL byte), not text")]
    Binary { file: String, line: usize },

    #[error("{file}: the text is not UTF-8 (line {line}); {advice}")]
    NotUtf8 { file: String, line: usize, advice: &'static str },

    /// A line that does not fit the format; `reason` says what was found and what was expected.
    #[error("{file}, line {line}: {reason}")]
    Line { file: String, line: usize, reason: String },

    /// The file as a whole is in no known format.
    #[error("{file}: {reason}")]
    Format { file: String, reason: String },

    /// A tokenizer that cannot be read, or not be used with a BERT.
    #[error("{file}: {reason}")]
    Tokenizer { file: String, reason: String },

    /// A tokenizer and a model that do not belong together.
    #[error("{file}: this is another model's tokenizer: {reason}")]
    Vocabulary { file: String, reason: String },

    #[error(
        "a maximum length of {found} tokens leaves no room: [CLS] and [SEP] are two of them, so it must be 3 or more"
    )]
    MaxLength { found: usize },
}
