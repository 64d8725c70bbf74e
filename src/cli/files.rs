//! Files and model directories.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::error::CliError;
use crate::{
    model::{Checkpoint, HostTensor, ModelConfig, Pooler},
    text::SentenceTokenizer,
    train::TrainOptions,
};

pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|reason| CliError::Read { path: path.to_owned(), reason })
}

pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|reason| CliError::Write { path: path.to_owned(), reason })
}

pub struct Model {
    pub checkpoint: Checkpoint,
    pub tokenizer: SentenceTokenizer,
    pub pooler: Pooler,
}

pub fn load_model(dir: &Path) -> Result<Model, CliError> {
    let config = ModelConfig::from_json("config.json", &read(&dir.join("config.json"))?)?;
    let checkpoint = Checkpoint::load(config, "model.safetensors", &read(&dir.join("model.safetensors"))?)?;
    let files: Vec<(String, Vec<u8>)> = ["tokenizer.json", "vocab.txt", "tokenizer_config.json"]
        .iter()
        .filter_map(|n| Some((n.to_string(), read(&dir.join(n)).ok()?)))
        .collect();
    let tokenizer = SentenceTokenizer::from_files(&files)?;
    tokenizer.check_vocab(checkpoint.config.vocab_size)?;
    Ok(Model { checkpoint, tokenizer, pooler: Pooler::Avg })
}

pub fn read_lines(path: &PathBuf) -> Result<Vec<String>, CliError> {
    Ok(String::from_utf8_lossy(&read(path)?).lines().map(str::to_owned).collect())
}

pub fn max_length(asked: Option<usize>, model: &Model) -> Result<usize, CliError> {
    let positions = model.checkpoint.config.max_position_embeddings;
    match asked {
        Some(asked) if asked > positions || asked < 3 => Err(CliError::Usage(format!(
            "the maximum length is {asked}; expected 3 to {positions}, the model's positions"
        ))),
        _ => Ok(asked.unwrap_or(positions)),
    }
}

pub fn export(
    model: &Model,
    weights: BTreeMap<String, HostTensor>,
    _: &TrainOptions,
) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    Ok(vec![
        ("model.safetensors".into(), model.checkpoint.save_safetensors(&weights)?),
        ("config.json".into(), model.checkpoint.config.to_json()),
    ])
}
