//! What `ablate` takes.

use std::path::PathBuf;

use clap::Args;

use super::{
    args::ModelArgs,
    recipe_args::{Offer, RecipeArgs},
};
use crate::train::{TrainOption, TrainOptions};

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
    /// --seed is the first one.
    #[command(flatten)]
    pub recipe: RecipeArgs<Ablating>,
    /// Synonyms, as for `train`.
    #[arg(long, value_name = "FILE", default_value = super::files::DICTIONARY)]
    pub dictionary: PathBuf,
}

/// What `ablate` takes of the recipe that its rows differ from.
#[derive(Debug, Clone)]
pub struct Ablating;

impl Offer for Ablating {
    fn taken() -> Vec<TrainOption> {
        vec![
            TrainOption::Seed,
            TrainOption::Steps,
            TrainOption::BatchSize,
            TrainOption::LearningRate,
            TrainOption::Temperature,
            TrainOption::Dropout,
            TrainOption::MaxLength,
        ]
    }

    fn defaults() -> TrainOptions {
        TrainOptions { steps: Some(60), batch_size: 32, eval_every: 0, ..TrainOptions::default() }
    }
}
