//! `shrink`: a smaller encoder out of a larger one, for a page to bring along.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{error::CliError, files, terminal};
use crate::{
    model::checkpoint::{write_safetensors, write_safetensors_f16, write_safetensors_i8},
    text::with_pieces,
};

#[derive(Debug, Args)]
pub struct ShrinkArgs {
    /// A BERT with a tokenizer.json of word pieces.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Which layers stay, from 0 on, in this order; all where it is not said.
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    layers: Vec<usize>,
    /// How many word pieces stay: special tokens, single letters, and the most frequent ones of --data.
    #[arg(long, requires = "data")]
    words: Option<usize>,
    /// Text files, a sentence a line, that say how frequent a piece is.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    data: Vec<PathBuf>,
    /// Positions that stay; all where it is not said.
    #[arg(long)]
    positions: Option<usize>,
    /// How the weights are written: i8 is bytes with a scale for each row of a matrix.
    #[arg(long, default_value = "f32")]
    dtype: StoredAs,
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StoredAs {
    F32,
    F16,
    I8,
}

/// Writes config.json, model.safetensors and tokenizer.json, and prints what they hold.
pub fn run(args: &ShrinkArgs) -> Result<(), CliError> {
    let model = files::load_model(&args.model)?;
    let mut json = files::read(&args.model.join("tokenizer.json"))?;
    let mut checkpoint = model.checkpoint;
    let layers = checkpoint.config.num_hidden_layers;
    if let Some(layer) = args.layers.iter().find(|layer| **layer >= layers) {
        return Err(CliError::Usage(format!("--layers names {layer}; the model has 0 to {}", layers - 1)));
    }
    if !args.layers.is_empty() {
        checkpoint = checkpoint.with_layers(&args.layers);
    }
    if let Some(positions) = args.positions {
        checkpoint = checkpoint.with_positions(positions);
    }
    if let Some(size) = args.words {
        let mut sentences = Vec::new();
        for path in &args.data {
            sentences.extend(files::read_sentences(path)?);
        }
        let kept = model.tokenizer.most_used(&sentences, size, is_latin)?;
        let pad = kept.iter().position(|id| *id as usize == checkpoint.config.pad_token_id).unwrap_or(0);
        json = with_pieces(&json, &kept)?;
        checkpoint = checkpoint.with_words(&kept, pad);
    }
    let named: BTreeMap<&str, _> =
        checkpoint.tensors.iter().map(|(name, tensor)| (checkpoint.naming.in_file(name), tensor)).collect();
    files::make_output(&args.output, Some(&args.model), true)?;
    let output = |name: &str, bytes: &[u8]| files::write(&args.output.join(name), bytes);
    output("config.json", &checkpoint.config.to_json())?;
    let weights = match args.dtype {
        StoredAs::F32 => write_safetensors(&named)?,
        StoredAs::F16 => write_safetensors_f16(&named)?,
        StoredAs::I8 => write_safetensors_i8(&named)?,
    };
    output("model.safetensors", &weights)?;
    output("tokenizer.json", &json)?;
    if let Some(config) = model.tokenizer.config() {
        output("tokenizer_config.json", format!("{config:#}\n").as_bytes())?;
    }
    let config = &checkpoint.config;
    terminal::print_json(&json!({
        "layers": config.num_hidden_layers,
        "words": config.vocab_size,
        "positions": config.max_position_embeddings,
        "parameters": config.parameter_count(),
    }))
}

/// Letters of the Latin script, digits and marks.
fn is_latin(letter: char) -> bool {
    letter < '\u{250}' || ('\u{2010}'..'\u{2030}').contains(&letter)
}
