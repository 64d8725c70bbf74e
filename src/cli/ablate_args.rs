//! What `ablate` takes.

use std::path::PathBuf;

use clap::Args;

use super::args::ModelArgs;
use crate::train::TrainOptions;

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
    /// Only these: dropout, augmentation, temperature, pooler, batch-size, hard-negatives; without it, all that there
    /// are texts for.
    #[arg(long, value_delimiter = ',', value_name = "ABLATION,…")]
    pub ablations: Vec<String>,
    /// Only these rows of them: dropout:0, fixed-mask, crop:0.1 …
    #[arg(long, value_delimiter = ',', value_name = "ROW,…")]
    pub only: Vec<String>,
    /// Write all scores, and what they are of, as JSON.
    #[arg(long, value_name = "FILE.json")]
    pub record: Option<PathBuf>,
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
    #[arg(long, value_name = "FILE", default_value = super::files::DICTIONARY)]
    pub dictionary: PathBuf,
}
