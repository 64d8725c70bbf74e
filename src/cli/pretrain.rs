//! `pretrain`: masked-language modelling alone, of an encoder from nothing or of one that is there, with the engine that
//! fine-tunes.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use serde_json::json;

use super::{
    args::RunArgs,
    device::open_device,
    error::CliError,
    files,
    recipe_args::{Offer, RecipeArgs},
    train::fit,
};
use crate::{
    device::{Device, DeviceOptions},
    model::{Checkpoint, ModelConfig, Pooler, checkpoint::write_safetensors_f16},
    text::SentenceTokenizer,
    train::{HeadMode, TrainOption, TrainOptions, Trainer, dataset},
};

#[derive(Debug, Args)]
// What stands behind a recipe takes the place of what stands in it.
#[command(args_override_self = true)]
pub struct PretrainArgs {
    /// Text file, a sentence a line.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// An encoder to go on with; its shape and its tokenizer take the place of --tokenizer, --layers, --hidden, --heads
    /// and --positions.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Of BERT's kind; see `vocabulary`.
    #[arg(long, value_name = "tokenizer.json", required_unless_present = "model", conflicts_with = "model")]
    tokenizer: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
    #[arg(long, default_value_t = 4)]
    layers: usize,
    #[arg(long, default_value_t = 128)]
    hidden: usize,
    #[arg(long, default_value_t = 4)]
    heads: usize,
    /// Positions that the encoder has.
    #[arg(long, default_value_t = 128)]
    positions: usize,
    #[command(flatten)]
    recipe: RecipeArgs<Pretraining>,
}

/// What `pretrain` takes of a recipe.
#[derive(Debug, Clone)]
struct Pretraining;

impl Offer for Pretraining {
    const REQUIRED: &'static [TrainOption] = &[TrainOption::Steps];

    fn taken() -> Vec<TrainOption> {
        vec![
            TrainOption::BatchSize,
            TrainOption::Steps,
            TrainOption::LearningRate,
            TrainOption::Warmup,
            TrainOption::WeightDecay,
            TrainOption::Dropout,
            TrainOption::MaxLength,
            TrainOption::Seed,
        ]
    }
    fn defaults() -> TrainOptions {
        TrainOptions {
            contrastive: false,
            mlm_weight: 1.0,
            batch_size: 128,
            learning_rate: 1e-3,
            weight_decay: 0.01,
            max_length: 48,
            pooler: Pooler::Avg,
            head: HeadMode::None,
            eval_every: 0,
            ..TrainOptions::default()
        }
    }
}

impl PretrainArgs {
    /// The encoder to begin with, its tokenizer, and that one's tokenizer.json.
    fn start(&self, options: &TrainOptions) -> Result<(Checkpoint, SentenceTokenizer, Vec<u8>), CliError> {
        let path = match (&self.model, &self.tokenizer) {
            (Some(directory), _) => directory.join("tokenizer.json"),
            (None, Some(path)) => path.clone(),
            (None, None) => return Err(CliError::Usage("expected --model or --tokenizer".to_owned())),
        };
        let json = files::read(&path)?;
        if let Some(directory) = &self.model {
            let model = files::load_model(directory)?;
            files::max_length(Some(options.max_length), &model)?;
            return Ok((model.checkpoint, model.tokenizer, json));
        }
        let tokenizer = SentenceTokenizer::from_files(&[("tokenizer.json".to_owned(), json.clone())])?;
        let vocabulary = tokenizer.size();
        tokenizer.check_vocab(vocabulary)?;
        let checkpoint =
            Checkpoint::init_random(self.config(vocabulary, options.dropout)?, u64::from(options.seed));
        Ok((checkpoint, tokenizer, json))
    }

    /// BERT's config.json.
    fn config(&self, vocabulary: usize, dropout: f32) -> Result<ModelConfig, CliError> {
        let config = json!({
            "model_type": "bert",
            "architectures": ["BertForMaskedLM"],
            "vocab_size": vocabulary,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": 4 * self.hidden,
            "max_position_embeddings": self.positions,
            "type_vocab_size": 2,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-12,
            "hidden_dropout_prob": dropout,
            "attention_probs_dropout_prob": dropout,
            "initializer_range": 0.02,
            "pad_token_id": 0,
        });
        Ok(ModelConfig::from_json("config.json", config.to_string().as_bytes())?)
    }
}

/// JSON lines of metrics on stdout; config.json, model.safetensors in F16 with the head of masked-language modelling,
/// tokenizer.json and the training state in the output directory.
pub async fn run(args: &PretrainArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let options = args.recipe.options();
    options.validate()?;
    let (checkpoint, tokenizer, tokenizer_json) = args.start(&options)?;
    let corpus = files::corpus(&args.data)?;
    let rows = tokenizer.encode_plain(corpus.data.sentences(), options.max_length)?;
    let data = dataset(&corpus.data, rows, &tokenizer, None, &options)?;
    args.run.make_output(args.model.as_deref())?;

    let device = open_device(device_options).await?;
    let begin = async |device: &Device| {
        Ok(Trainer::new(device, &checkpoint, data.clone(), None, options.clone()).await?)
    };
    fit((device, device_options), begin, &args.run, async |trainer, _| {
        let weights = trainer.weights().await?;
        let named: BTreeMap<&str, _> =
            weights.iter().map(|(name, tensor)| (checkpoint.naming.in_file(name), tensor)).collect();
        let output = |name: &str, bytes: &[u8]| files::write(&args.run.output.join(name), bytes);
        output("config.json", &checkpoint.config.to_json())?;
        output("model.safetensors", &write_safetensors_f16(&named)?)?;
        if let Some(config) = tokenizer.config() {
            output("tokenizer_config.json", format!("{config:#}\n").as_bytes())?;
        }
        output("tokenizer.json", &tokenizer_json)
    })
    .await
}
