//! Errors of text files and tokenizers.

use thiserror::Error;

use crate::localize::{Localize, Localized, display_localized, messages};

/// Why a text file or tokenizer cannot be used. `file` is the display name that the caller gave; lines count from 1.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TextError {
    Empty {
        file: String,
    },

    /// Only white space.
    Blank {
        file: String,
        lines: usize,
    },

    Binary {
        file: String,
        line: usize,
    },

    NotUtf8 {
        file: String,
        line: usize,
        advice: Localized,
    },

    /// A line that does not fit the format; `reason` says what was found and what was expected.
    Line {
        file: String,
        line: usize,
        reason: Localized,
    },

    /// The file as a whole cannot be used.
    Format {
        file: String,
        reason: Localized,
    },

    /// A tokenizer that cannot be read, or cannot be used with BERT or RoBERTa.
    Tokenizer {
        file: String,
        reason: Localized,
    },

    /// A tokenizer and a model that do not belong together.
    Vocabulary {
        file: String,
        reason: Localized,
    },

    MaxLength {
        found: usize,
    },
}

impl Localize for TextError {
    fn localized(&self) -> Localized {
        match self {
            Self::Empty { file } => messages::text_empty(file),
            Self::Blank { file, lines } => messages::text_blank(file, lines),
            Self::Binary { file, line } => messages::text_binary(file, line),
            Self::NotUtf8 { file, line, advice } => messages::text_not_utf8(file, line, advice),
            Self::Line { file, line, reason } => messages::text_line(file, line, reason),
            Self::Format { file, reason } => messages::text_format(file, reason),
            Self::Tokenizer { file, reason } => messages::text_tokenizer(file, reason),
            Self::Vocabulary { file, reason } => messages::text_vocabulary(file, reason),
            Self::MaxLength { found } => messages::text_max_length(found),
        }
    }
}

display_localized!(TextError);
