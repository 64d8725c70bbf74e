//! What `ablate` takes.

use std::path::PathBuf;

use clap::Args;

use super::args::ModelArgs;
use crate::{
    model::Pooler,
    train::{HeadMode, TrainOptions},
};

#[derive(Debug, Args)]
pub struct AblateArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// A sentence a line, for the unsupervised recipes.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Triplets (CSV or TSV: sent0, sent1, hard_neg), for the supervised ones; without it these are left out.
    #[arg(long, value_name = "FILE")]
    pub triplets: Option<PathBuf>,
    /// Sentence pairs with scores.
    #[arg(long, value_name = "FILE")]
    pub eval: PathBuf,
    /// Take the encoder's first so many layers only, for an answer within minutes.
    #[arg(long)]
    pub layers: Option<usize>,
    /// Only these rows of the tables, besides the first of each: no-dropout, fixed-mask, crop:0.1 …
    #[arg(long, value_delimiter = ',', value_name = "ROW,…")]
    pub only: Vec<String>,
    /// Runs of each recipe.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub seeds: u32,
    /// The first seed.
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    pub seed: u32,
    #[arg(long, default_value_t = 60)]
    pub steps: u32,
    #[arg(long, default_value_t = 32)]
    pub batch_size: usize,
    #[arg(long, default_value_t = TrainOptions::default().learning_rate)]
    pub learning_rate: f64,
    #[arg(long, default_value_t = TrainOptions::default().temperature)]
    pub temperature: f32,
    #[arg(long, default_value_t = TrainOptions::default().dropout)]
    pub dropout: f32,
    #[arg(long, default_value_t = TrainOptions::default().max_length)]
    pub max_length: usize,
    /// Synonyms, as for `train`.
    #[arg(long, value_name = "FILE", default_value = "www/generated/dictionary/synonyms.tsv")]
    pub dictionary: PathBuf,
}

impl AblateArgs {
    /// The recipe that the others differ from, with the pooler asked for or the model's own.
    pub fn options(&self, stored: Pooler) -> TrainOptions {
        let pooler = self.model.pooler.unwrap_or(stored);
        TrainOptions {
            pooler,
            head: if pooler == Pooler::Cls { HeadMode::TrainOnly } else { HeadMode::None },
            seed: self.seed,
            steps: Some(self.steps),
            batch_size: self.batch_size,
            learning_rate: self.learning_rate,
            temperature: self.temperature,
            dropout: self.dropout,
            max_length: self.max_length,
            eval_every: 0,
            ..TrainOptions::default()
        }
    }
}
