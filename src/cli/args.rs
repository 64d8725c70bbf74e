//! Arguments that commands take, exactly as docs/command-line.md lists them. Those of one command alone stand beside it, if it is
//! more than a few.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{
    error::CliError,
    files,
    output::Format,
    recipe_args::{Offer, RecipeArgs},
};
use crate::{
    device::Stored,
    eval::TransferOptions,
    model::Pooler,
    train::{HeadMode, Objective, TrainOption, TrainOptions},
};

#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Directory with config.json, model.safetensors and tokenizer.json or vocab.txt.
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
    /// A pooler of docs/command-line.md; without it, the one stored with the model.
    #[arg(long, value_name = "NAME")]
    pub pooler: Option<Pooler>,
}

/// A model that only encodes.
#[derive(Debug, Args)]
pub struct EncoderArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// How a GPU stores matrices and the word table; halves are computed with as float32.
    #[arg(long, value_enum, default_value_t = WeightsAs::F32)]
    pub weights: WeightsAs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WeightsAs {
    F32,
    F16,
}

impl From<WeightsAs> for Stored {
    fn from(weights: WeightsAs) -> Self {
        match weights {
            WeightsAs::F32 => Self::F32,
            WeightsAs::F16 => Self::F16,
        }
    }
}

#[derive(Debug, Args)]
pub struct DeviceArgs {
    /// Measure what it reaches at best: copies, and each kind of matrix product.
    #[arg(long)]
    pub tune: bool,
}

#[derive(Debug, Args)]
pub struct EmbedArgs {
    #[command(flatten)]
    pub encoder: EncoderArgs,
    /// Text file, a sentence a line.
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// f32 [sentences, hidden], not normalised.
    #[arg(long, value_name = "FILE.npy")]
    pub output: PathBuf,
    /// Tokens of a sentence, special tokens included; without it, as many as the model has positions.
    #[arg(long, value_name = "TOKENS")]
    pub max_length: Option<usize>,
}

#[derive(Debug, Args)]
pub struct EvalArgs {
    #[command(flatten)]
    pub encoder: EncoderArgs,
    /// Sentence pairs with scores: STS-B's layout, SICK's, or sentence TAB sentence TAB score.
    #[arg(long, value_name = "FILE")]
    pub sts: PathBuf,
    #[command(flatten)]
    pub scoring: ScoringArgs,
}

#[derive(Debug, Args)]
pub struct StsArgs {
    #[command(flatten)]
    pub encoder: EncoderArgs,
    /// Tasks: folders of STS.input.NAME.txt with STS.gs.NAME.txt, folders of such folders, or files as for eval.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub scoring: ScoringArgs,
}

/// How vectors are made and scored, and how the scores are written.
#[derive(Debug, Args)]
pub struct ScoringArgs {
    /// Tokens of a sentence, special tokens included; without it, as many as the model has positions.
    #[arg(long, value_name = "TOKENS")]
    pub max_length: Option<usize>,
    #[command(flatten)]
    pub whitening: WhiteningArgs,
    /// json: an object a line; csv: a header and rows.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct WhiteningArgs {
    /// Whiten the vectors before they are scored (Su et al. 2021), fitted to each task's own sentences.
    #[arg(long)]
    pub whitening: bool,
    /// Keep this many dimensions, those of the largest variance [default: all that vary].
    #[arg(long, value_name = "DIMENSIONS", requires = "whitening")]
    pub whitening_dims: Option<usize>,
    /// Text file, a sentence a line, to fit the whitening to instead.
    #[arg(long, value_name = "FILE", requires = "whitening")]
    pub whitening_data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct TransferArgs {
    #[command(flatten)]
    pub encoder: EncoderArgs,
    /// Folders of MR, CR, SUBJ, MPQA, SST, TREC or MRPC with SentEval's file names, or folders of such folders.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// Tokens of a sentence, special tokens included; without it, as many as the model has positions.
    #[arg(long, value_name = "TOKENS")]
    pub max_length: Option<usize>,
    /// Of the cross-validations.
    #[arg(long, default_value_t = TransferOptions::default().folds)]
    pub folds: usize,
    /// Of folds, first weights and shuffles.
    #[arg(long, default_value_t = TransferOptions::default().seed)]
    pub seed: u32,
    /// json: an object a line; csv: a header and rows.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// unsup: a text file, a sentence a line; sup: a CSV or TSV of pairs or triplets.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// unsup or sup.
    #[arg(long)]
    pub objective: Objective,
    /// Sentence pairs with scores to evaluate on; the best weights by Spearman are kept.
    #[arg(long, value_name = "FILE")]
    pub eval: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub recipe: RecipeArgs<Training>,
    /// Synonyms for --augmentation synonym: word TAB synonym TAB …, as `cargo xtask setup` makes them of WordNet.
    #[arg(long, value_name = "FILE", default_value = super::files::DICTIONARY)]
    pub dictionary: PathBuf,
    /// Refuse a run that needs more GPU memory than this.
    #[arg(long, value_name = "MIB")]
    pub memory_limit: Option<u64>,
    /// Print what GPU memory the run would need, in bytes, and end.
    #[arg(long)]
    pub estimate_memory: bool,
}

/// Where a run goes, and how it goes on later.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Where the model and the training state go.
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Go on from the training state in the output directory.
    #[arg(long)]
    pub resume: bool,
    /// Replace a model that is in the output directory already.
    #[arg(long)]
    pub overwrite: bool,
    /// Also save the training state every STEPS steps; it is saved after evaluations, at least every 30 seconds and
    /// at the end.
    #[arg(long, value_name = "STEPS", default_value_t = 0)]
    pub checkpoint_every: u32,
    /// Stop after this step, state saved, to be resumed later; the schedule is still that of the whole run.
    #[arg(long, value_name = "STEP")]
    pub stop_after: Option<u32>,
}

impl RunArgs {
    /// Makes the output directory, so that one that cannot be written is found out before the run and not after it.
    ///
    /// # Errors
    /// It cannot be made or written to; it is that of the model that is trained; there is a model in it already, and nobody
    /// said `--overwrite` or `--resume`.
    pub fn make_output(&self, model: Option<&Path>) -> Result<(), CliError> {
        files::make_output(&self.output, model, self.overwrite || self.resume)
    }
}

/// What `train` takes of a recipe: every option that people set. Objective and pooler come with the text and the model.
#[derive(Debug, Clone)]
pub struct Training;

impl Offer for Training {
    fn taken() -> Vec<TrainOption> {
        let elsewhere = [TrainOption::Objective, TrainOption::Pooler];
        let offered = TrainOption::ALL.iter().filter(|option| option.spec().offered);
        offered.filter(|option| !elsewhere.contains(option)).copied().collect()
    }
}

/// What the loss of one batch depends on.
#[derive(Debug, Clone)]
pub struct OneBatch;

impl Offer for OneBatch {
    fn taken() -> Vec<TrainOption> {
        vec![
            TrainOption::Temperature,
            TrainOption::Head,
            TrainOption::MaxLength,
            TrainOption::Seed,
            TrainOption::Loss,
            TrainOption::HardNegativeWeight,
            TrainOption::FalseNegativeThreshold,
            TrainOption::Matryoshka,
            TrainOption::MlmWeight,
            TrainOption::MicroBatchSize,
        ]
    }
}

#[derive(Debug, Args)]
pub struct GradientsArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// One batch, in the formats of `train`.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// unsup or sup.
    #[arg(long)]
    pub objective: Objective,
    /// Without --head, a head takes part that the checkpoint has.
    #[command(flatten)]
    pub recipe: RecipeArgs<OneBatch>,
    /// Tensor `loss` and every parameter's gradient under the checkpoint's own names.
    #[arg(long, value_name = "FILE.safetensors")]
    pub output: PathBuf,
}

impl TrainArgs {
    /// The recipe with this pooler.
    pub fn options(&self, pooler: Pooler) -> TrainOptions {
        let head = HeadMode::usual(pooler, self.objective);
        self.recipe.apply(TrainOptions { objective: self.objective, pooler, head, ..TrainOptions::default() })
    }
}
