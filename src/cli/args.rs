//! The command line's words, exactly as docs/command-line.md lists them.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    ablate_args::AblateArgs, bench::BenchArgs, error::CliError, files, output::Format,
    pretrain::PretrainArgs, profile::ProfileArgs, reproduce::ReproduceArgs, shrink::ShrinkArgs,
    verify::VerifyArgs, vocabulary::VocabularyArgs,
};
use crate::{
    device::{DeviceChoice, DeviceOptions, Stored},
    eval::TransferOptions,
    kernels::LossForm,
    model::Pooler,
    text::augment::Augmentation,
    train::{HeadMode, Objective, TrainOptions},
};

/// SimCSE on a GPU or on the CPU's cores, headless: the engine of the page as a command.
#[derive(Debug, Parser)]
#[command(name = "simcse-lab", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub device: DeviceChoiceArgs,
}

#[derive(Debug, Args)]
pub struct DeviceChoiceArgs {
    /// What computes: auto takes a real GPU, and the CPU where there is none.
    #[arg(long, global = true, default_value_t, value_name = "auto|gpu|cpu")]
    pub device: DeviceChoice,
    /// Threads of the CPU; as many as there are cores where it is not said. The results do not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl DeviceChoiceArgs {
    pub fn options(&self) -> DeviceOptions {
        DeviceOptions {
            choice: self.device,
            threads: self.threads.map(usize::from),
            ..DeviceOptions::default()
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the sentence vectors of a text file as .npy.
    Embed(EmbedArgs),
    /// Score a model on sentence pairs with gold scores.
    Eval(EvalArgs),
    /// Score a model on STS tasks with subsets, in the settings all, mean and wmean.
    Sts(StsArgs),
    /// Score a model on SentEval's transfer tasks: logistic regression on its frozen vectors.
    Transfer(TransferArgs),
    /// Evaluate as `eval` does, and add singular values and a histogram of cosines by gold score.
    Analyse(EvalArgs),
    /// Fine-tune a model contrastively.
    Train(TrainArgs),
    /// Pre-train an encoder by masked-language modelling, from nothing or from one that is there.
    Pretrain(PretrainArgs),
    /// Make a smaller encoder of some layers, words and positions of a larger one.
    Shrink(ShrinkArgs),
    /// Make a WordPiece vocabulary of a text.
    Vocabulary(VocabularyArgs),
    /// Rerun the paper's comparisons: dropout, no dropout, augmentations; hard negatives or none.
    Ablate(AblateArgs),
    /// Run the paper's main experiment: unsupervised and supervised SimCSE, the STS tasks before and after.
    Reproduce(ReproduceArgs),
    /// Write the loss and every parameter's gradient of one batch, without dropout.
    Gradients(GradientsArgs),
    /// Time the engine: matrix products, encoding, training steps, growth. The same workloads as `cargo xtask bench`.
    Bench(BenchArgs),
    /// Say where the time and the memory of a training step go: kernels, ceilings of the adapter, buffers.
    Profile(ProfileArgs),
    /// Check what this device computes: kernels, gradients, vectors, reruns. What a bug report attaches.
    Verify(VerifyArgs),
    /// Say what computes and what it can do.
    Device(DeviceArgs),
}

#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Directory with config.json, model.safetensors and tokenizer.json or vocab.txt.
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
    /// cls, cls_before_pooler, avg, avg_top2 or avg_first_last; without it, the one stored with the model.
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
    /// Keep the so many dimensions of the largest variance; without it, all that vary.
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
    pub recipe: RecipeArgs,
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
    /// Save the training state every so many steps as well; it is saved after evaluations, at least every 30 seconds and
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

#[derive(Debug, Args)]
pub struct RecipeArgs {
    /// Items of a batch; each is encoded two or three times.
    #[arg(long, default_value_t = TrainOptions::default().batch_size)]
    pub batch_size: usize,
    /// Peak of the linear schedule.
    #[arg(long, default_value_t = TrainOptions::default().learning_rate)]
    pub learning_rate: f64,
    /// Of the contrastive softmax.
    #[arg(long, default_value_t = TrainOptions::default().temperature)]
    pub temperature: f32,
    #[arg(long, default_value_t = TrainOptions::default().epochs)]
    pub epochs: usize,
    /// Ends after so many steps whatever --epochs says.
    #[arg(long)]
    pub steps: Option<u32>,
    /// Tokens of a training sentence, special tokens included.
    #[arg(long, default_value_t = TrainOptions::default().max_length)]
    pub max_length: usize,
    /// train-only, keep or none; without it, train-only for unsup and keep for sup with the pooler cls, else none.
    #[arg(long)]
    pub head: Option<HeadMode>,
    /// Probability, for hidden states and attention probabilities alike.
    #[arg(long, default_value_t = TrainOptions::default().dropout)]
    pub dropout: f32,
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    pub seed: u32,
    /// Steps between evaluations; 0: only at the end.
    #[arg(long, default_value_t = TrainOptions::default().eval_every)]
    pub eval_every: u32,
    /// Steps of linear growth of the learning rate.
    #[arg(long, default_value_t = TrainOptions::default().warmup)]
    pub warmup: u32,
    #[arg(long, default_value_t = TrainOptions::default().weight_decay)]
    pub weight_decay: f32,
    /// Largest global gradient norm; 0: no clipping.
    #[arg(long, default_value_t = TrainOptions::default().clip)]
    pub clip: f32,
    #[command(flatten)]
    pub loss: LossArgs,
    /// How second views are made: crop:0.1, delete:0.1, delete-one, reorder, synonym, mask:0.15, replace:0.15 or
    /// repeat:0.32. Without it, by dropout alone.
    #[arg(long, value_name = "NAME[:SHARE]")]
    pub augmentation: Option<Augmentation>,
    /// Synonyms for --augmentation synonym: word TAB synonym TAB …, as `cargo xtask setup` makes them of WordNet.
    #[arg(long, value_name = "FILE", default_value = super::files::DICTIONARY)]
    pub dictionary: PathBuf,
    /// The ablation: both views get the same dropout masks.
    #[arg(long)]
    pub fixed_mask: bool,
}

/// What the loss is made of.
#[derive(Debug, Args)]
pub struct LossArgs {
    /// ln α of the paper's eq. 8.
    #[arg(long, default_value_t = TrainOptions::default().hard_negative_weight, allow_negative_numbers = true)]
    pub hard_negative_weight: f32,
    /// one-way (the paper's), symmetric or nt-xent.
    #[arg(long, default_value = TrainOptions::default().loss.name())]
    pub loss: LossForm,
    /// Leave out negatives whose cosine is above this; 0: none.
    #[arg(long, default_value_t = TrainOptions::default().false_negative_threshold)]
    pub false_negative_threshold: f32,
    /// Widths to train on in turn, such as 384,128,64.
    #[arg(long, value_delimiter = ',', value_name = "WIDTH,…")]
    pub matryoshka: Vec<usize>,
    /// Share of masked-language modelling in the loss; 0: none.
    #[arg(long, default_value_t = TrainOptions::default().mlm_weight)]
    pub mlm_weight: f32,
    /// Items encoded at a time; 0: the whole batch. Saves memory (GradCache).
    #[arg(long, default_value_t = TrainOptions::default().micro_batch_size)]
    pub micro_batch_size: usize,
}

impl LossArgs {
    /// `options` with these.
    pub fn apply(&self, options: TrainOptions) -> TrainOptions {
        TrainOptions {
            hard_negative_weight: self.hard_negative_weight,
            loss: self.loss,
            false_negative_threshold: self.false_negative_threshold,
            matryoshka: self.matryoshka.clone(),
            mlm_weight: self.mlm_weight,
            micro_batch_size: self.micro_batch_size,
            ..options
        }
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
    #[arg(long, default_value_t = TrainOptions::default().temperature)]
    pub temperature: f32,
    /// none: without the head even where the checkpoint has one; keep or train-only: with it.
    #[arg(long)]
    pub head: Option<HeadMode>,
    #[arg(long, default_value_t = TrainOptions::default().max_length)]
    pub max_length: usize,
    #[command(flatten)]
    pub loss: LossArgs,
    /// Of the corrupted tokens, with --mlm-weight.
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    pub seed: u32,
    /// Tensor `loss` and every parameter's gradient under the checkpoint's own names.
    #[arg(long, value_name = "FILE.safetensors")]
    pub output: PathBuf,
}

impl TrainArgs {
    /// The recipe with this pooler.
    pub fn options(&self, pooler: Pooler) -> TrainOptions {
        let recipe = &self.recipe;
        let head = recipe.head.unwrap_or(HeadMode::usual(pooler, self.objective));
        recipe.loss.apply(TrainOptions {
            objective: self.objective,
            batch_size: recipe.batch_size,
            learning_rate: recipe.learning_rate,
            temperature: recipe.temperature,
            epochs: recipe.epochs,
            steps: recipe.steps,
            max_length: recipe.max_length,
            pooler,
            head,
            dropout: recipe.dropout,
            seed: recipe.seed,
            eval_every: recipe.eval_every,
            warmup: recipe.warmup,
            weight_decay: recipe.weight_decay,
            clip: recipe.clip,
            augmentation: recipe.augmentation,
            fixed_mask: recipe.fixed_mask,
            ..TrainOptions::default()
        })
    }
}
