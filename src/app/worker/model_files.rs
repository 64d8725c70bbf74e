//! A model from the files of a folder, and the files of a model.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use super::{error::WorkerError, files::NamedBytes};
use crate::{
    app::protocol::{ExportFormat, ModelReport},
    model::{Checkpoint, HostTensor, ModelConfig, Pooler},
    text::SentenceTokenizer,
    train::TrainOptions,
};

/// A model in host memory with all that came along.
pub struct LoadedModel {
    pub name: String,
    pub checkpoint: Checkpoint,
    pub tokenizer: SentenceTokenizer,
    pub pooler: Option<Pooler>,
}

impl LoadedModel {
    pub fn from_files(files: Vec<NamedBytes>) -> Result<Self, WorkerError> {
        let name = files[0].path.split('/').next().unwrap_or("model").to_owned();
        let files: Vec<(String, Vec<u8>)> = files.into_iter().map(|f| (f.path, f.bytes)).collect();
        let find = |name: &str| &files.iter().find(|file| file.0.ends_with(name)).unwrap().1;
        let config = ModelConfig::from_json("config.json", find("config.json"))?;
        let checkpoint = Checkpoint::load(config, "model.safetensors", find("model.safetensors"))?;
        let tokenizer = SentenceTokenizer::from_files(&files)?;
        Ok(Self { name, checkpoint, tokenizer, pooler: Some(Pooler::Avg) })
    }

    pub fn report(&self) -> ModelReport {
        let config = &self.checkpoint.config;
        ModelReport {
            name: self.name.clone(),
            parameters: self.checkpoint.tensors.values().map(|tensor| tensor.data.len()).sum(),
            layers: config.num_hidden_layers,
            hidden_size: config.hidden_size,
            attention_heads: config.num_attention_heads,
            vocabulary: config.vocab_size,
            max_positions: config.max_position_embeddings,
            dtype: self.checkpoint.report.dtype.clone(),
            missing: self.checkpoint.report.missing.clone(),
            unused: self.checkpoint.report.unused.clone(),
            pooler: self.pooler,
            has_head: self.checkpoint.has_head(),
        }
    }

    /// The same model with other weights; tensors that these lack stay as they were.
    pub fn with_weights(&self, weights: BTreeMap<String, HostTensor>) -> Checkpoint {
        let Checkpoint { config, tensors, naming, report } = &self.checkpoint;
        let mut all = weights;
        for (name, tensor) in tensors {
            all.entry(name.clone()).or_insert_with(|| tensor.clone());
        }
        Checkpoint { config: config.clone(), tensors: all, naming: naming.clone(), report: report.clone() }
    }
}

/// File name and bytes of what a run made at `step`.
pub fn exported(
    model: &LoadedModel,
    weights: &BTreeMap<String, HostTensor>,
    _options: &TrainOptions,
    step: u32,
    format: ExportFormat,
) -> Result<(String, Vec<u8>), WorkerError> {
    let stem = format!("{}-simcse-step-{step}", model.name);
    let bytes = model.checkpoint.save_safetensors(weights)?;
    match format {
        ExportFormat::Safetensors => Ok((format!("{stem}.safetensors"), bytes)),
        ExportFormat::HuggingFaceZip => {
            let files = vec![("model.safetensors".to_owned(), bytes)];
            Ok((format!("{stem}.zip"), zipped(&stem, &files)?))
        }
    }
}

/// One folder of files, stored: weights do not compress.
fn zipped(folder: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, WorkerError> {
    let failed = |error: &dyn std::fmt::Display| {
        WorkerError::Browser(format!("the zip could not be written: {error}"))
    };
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(format!("{folder}/{name}"), options).map_err(|error| failed(&error))?;
        archive.write_all(bytes).map_err(|error| failed(&error))?;
    }
    Ok(archive.finish().map_err(|error| failed(&error))?.into_inner())
}
