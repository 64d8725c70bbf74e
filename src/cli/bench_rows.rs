//! Token rows of benchmark cases.

use std::path::PathBuf;

use clap::Args;

use super::{error::CliError, files};
use crate::{
    text::{SentenceTokenizer, StsSet},
    workloads::{Lengths, token_rows},
};

pub const SEED: u64 = 42;
/// Tokens of a training sentence, special tokens included.
pub const TRAINING_LENGTH: usize = 32;

/// Where natural lengths come from.
#[derive(Debug, Args)]
pub struct SentenceArgs {
    /// Sentences for natural lengths: STS-B's table, or a sentence a line.
    #[arg(long, value_name = "FILE", default_value = "www/data/sample-sentences.txt")]
    pub sentences: PathBuf,
    /// What cuts them to tokens.
    #[arg(
        long,
        value_name = "tokenizer.json",
        default_value = "www/generated/models/all-MiniLM-L6-v2/tokenizer.json"
    )]
    pub tokenizer: PathBuf,
}

/// Makes the same token rows each time.
pub type MakeRows = Box<dyn Fn() -> Result<Vec<Vec<u32>>, CliError>>;

impl SentenceArgs {
    /// What makes `count` token rows, as often as it is called; sentences are cut to `longest` tokens.
    pub fn rows(&self, lengths: Lengths, count: usize, longest: usize) -> Result<MakeRows, CliError> {
        Ok(match lengths {
            Lengths::Full(tokens) => Box::new(move || Ok(token_rows(&vec![tokens; count], SEED))),
            Lengths::Natural => {
                let file = ("tokenizer.json".to_owned(), files::read(&self.tokenizer)?);
                let tokenizer = SentenceTokenizer::from_files(&[file])?;
                let sentences = self.take(count)?;
                Box::new(move || Ok(tokenizer.encode(&sentences, longest)?))
            }
        })
    }

    /// `count` sentences, from the first again where the file has fewer.
    fn take(&self, count: usize) -> Result<Vec<String>, CliError> {
        let path = &self.sentences;
        let name = path.display().to_string();
        let all = match StsSet::parse(&name, &files::read(path)?) {
            Ok(set) => set.sentences().into_iter().map(str::to_owned).collect::<Vec<_>>(),
            Err(_) => files::read_sentences(path)?,
        };
        Ok(all.into_iter().cycle().take(count).collect())
    }
}
