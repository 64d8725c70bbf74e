//! Errors of text files and tokenizers.

use thiserror::Error;

use crate::said::{Reason, Said, Say, said};

/// Why a text file or tokenizer cannot be used. `file` is the display name that the caller gave; lines count from 1.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TextError {
    #[error("{file}: the file is empty")]
    Empty { file: String },

    /// Only white space.
    #[error("{file}: all of its {lines} lines are blank")]
    Blank { file: String, lines: usize },

    #[error("{file}: this is a binary file (line {line} has a NUL byte), not text")]
    Binary { file: String, line: usize },

    #[error("{file}: the text is not UTF-8 (line {line}); {advice}")]
    NotUtf8 { file: String, line: usize, advice: Reason },

    /// A line that does not fit the format; `reason` says what was found and what was expected.
    #[error("{file}, line {line}: {reason}")]
    Line { file: String, line: usize, reason: Reason },

    /// The file as a whole cannot be used.
    #[error("{file}: {reason}")]
    Format { file: String, reason: Reason },

    /// A tokenizer that cannot be read, or cannot be used with BERT or RoBERTa.
    #[error("{file}: {reason}")]
    Tokenizer { file: String, reason: Reason },

    /// A tokenizer and a model that do not belong together.
    #[error("{file}: this is another model's tokenizer: {reason}")]
    Vocabulary { file: String, reason: Reason },

    #[error(
        "a maximum length of {found} tokens leaves no room: [CLS] and [SEP] are two of them, so it must be 3 or more"
    )]
    MaxLength { found: usize },
}

impl Say for TextError {
    fn said(&self) -> Option<Said> {
        Some(match self {
            Self::Empty { file } => said!("text-empty", file),
            Self::Blank { file, lines } => said!("text-blank", file, lines),
            Self::Binary { file, line } => said!("text-binary", file, line),
            Self::NotUtf8 { file, line, advice } => said!("text-not-utf8", file, line, advice),
            Self::Line { file, line, reason } => said!("text-line", file, line, reason),
            Self::Format { file, reason } => said!("text-format", file, reason),
            Self::Tokenizer { file, reason } => said!("text-tokenizer", file, reason),
            Self::Vocabulary { file, reason } => said!("text-vocabulary", file, reason),
            Self::MaxLength { found } => said!("text-max-length", found),
        })
    }
}
