//! The command line: subcommands, and options for the device.

use clap::{Args, Parser, Subcommand};

use super::{
    ablate_args::AblateArgs,
    args::{DeviceArgs, EmbedArgs, EvalArgs, GradientsArgs, StsArgs, TrainArgs, TransferArgs},
    bench::BenchArgs,
    pretrain::PretrainArgs,
    profile::ProfileArgs,
    reproduce::ReproduceArgs,
    shrink::ShrinkArgs,
    verify::VerifyArgs,
    vocabulary::VocabularyArgs,
};
use crate::device::{DeviceChoice, DeviceOptions};

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
    /// Device to compute on: auto takes a real GPU, and the CPU if there is none.
    #[arg(long, global = true, default_value_t, value_name = "auto|gpu|cpu")]
    pub device: DeviceChoice,
    /// CPU threads [default: one per core]. Results do not depend on it.
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
    /// Pre-train an encoder by masked-language modelling, from random weights or from an existing encoder.
    Pretrain(PretrainArgs),
    /// Make a smaller encoder from some layers, words and positions of a larger one.
    Shrink(ShrinkArgs),
    /// Make a WordPiece vocabulary from a text.
    Vocabulary(VocabularyArgs),
    /// Rerun the paper's comparisons: dropout, no dropout, augmentations; hard negatives or none.
    Ablate(AblateArgs),
    /// Run the paper's main experiment: unsupervised and supervised SimCSE, the STS tasks before and after.
    Reproduce(ReproduceArgs),
    /// Write the loss and every parameter's gradient of one batch, without dropout.
    Gradients(GradientsArgs),
    /// Time the engine: matrix products, encoding, training steps, growth. The same workloads as `cargo xtask bench`.
    Bench(BenchArgs),
    /// Show where time and memory of a training step go: kernels, ceilings of the adapter, buffers.
    Profile(ProfileArgs),
    /// Check what this device computes: kernels, gradients, vectors, reruns. What a bug report attaches.
    Verify(VerifyArgs),
    /// Show which device computes, and its limits.
    Device(DeviceArgs),
}
