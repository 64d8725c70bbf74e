//! Reads tokenizers, training corpora and scored sentence pairs from bytes in memory with a display name, and writes
//! tables. The callers read the files.

pub mod augment;
mod corpus;
mod csv_text;
mod decode;
mod error;
mod groups;
mod items;
mod json_lines;
mod senteval;
mod sts;
mod table;
mod tasks;
mod tokenizer;
mod transfer;

pub use corpus::{Corpus, CorpusReport, TrainingData};
pub use csv_text::{csv_text, number_cell, single_cell};
pub use decode::decode;
pub use error::TextError;
pub use groups::Groups;
pub use sts::{StsPair, StsSet};
pub use tasks::{StsTask, StsTasks, is_senteval_file};
pub use tokenizer::{MAX_UNKNOWN, SentenceTokenizer, with_pieces};
pub use transfer::{LabelledSet, TransferKind, TransferTask};
