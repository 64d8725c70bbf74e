//! `profile`: where the time and the memory of a training step go.

use crate::device::DeviceOptions;
use clap::Args;

use super::{
    bench_rows::{SEED, SentenceArgs, TRAINING_LENGTH},
    device::open_device,
    error::CliError,
    files,
    terminal::{print_json, print_text},
};
use crate::{
    device::MatmulKind,
    kernels::Ceilings,
    model::Checkpoint,
    workloads::{self, Recipe, TrainCase, TrainingRun},
};

#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Layers, hidden size, items and tokens of each, or natural.
    #[arg(value_name = "LxH:BATCHx2xTOKENS", default_value = "4x256:64x2x32")]
    pub case: TrainCase,
    /// A model's directory, in place of random weights of the size given.
    #[arg(long, value_name = "DIR")]
    pub model: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub sentences: SentenceArgs,
    /// Tiles of matrix products on a GPU: small, medium or large; without it, medium.
    #[arg(long, value_name = "KIND", conflicts_with = "tune")]
    pub matmul: Option<MatmulKind>,
    /// Measure first which kind of matrix product is the fastest here, and use that.
    #[arg(long)]
    pub tune: bool,
    /// Print JSON instead of Markdown.
    #[arg(long)]
    pub json: bool,
}

pub async fn run(args: &ProfileArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let device = open_device(device_options).await?;
    if let Some(kind) = args.matmul {
        device.set_matmul(kind);
    }
    if args.tune {
        Ceilings::tune(&device).await?;
    }
    let checkpoint = match &args.model {
        Some(directory) => files::load_model(directory)?.checkpoint,
        None => Checkpoint::init_random(workloads::config(args.case.model)?, SEED),
    };
    let rows = args.sentences.rows(args.case.lengths, args.case.batch, TRAINING_LENGTH)?()?;
    let run = TrainingRun::new(&device, &checkpoint, rows, Recipe::default()).await?;
    let profile = run.profile().await?;
    if args.json { print_json(&profile) } else { print_text(&profile.to_markdown()) }
}
