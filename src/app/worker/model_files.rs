//! A model from the files of a folder, and the files of a model.

use std::{collections::BTreeMap, rc::Rc};

use super::{error::WorkerError, files::NamedBytes, inputs::Input, outbox::post_unknown};
use crate::{
    app::protocol::{ExportFormat, ModelReport, Source},
    files::{plain_name, zip},
    localize::messages,
    model::{Checkpoint, HostTensor, Pooler, checkpoint::load_directory},
    text::SentenceTokenizer,
    train::{TrainOptions, export_trained},
};

/// A model in host memory with all that came along.
pub struct LoadedModel {
    pub name: String,
    pub checkpoint: Checkpoint,
    /// Shared with whoever tokenises while the session is at something else.
    pub tokenizer: Rc<SentenceTokenizer>,
    /// Passed on as they came when the model is downloaded.
    tokenizer_files: Vec<(String, Vec<u8>)>,
    pub pooler: Pooler,
    /// Tokens of a sentence: what its files say, or all its positions.
    pub max_length: usize,
    /// What it was loaded from.
    pub input: Input,
    notes: Vec<String>,
}

/// A sentence of common characters, by which a vocabulary is told to have them.
const CHINESE: &str = "请把牛奶放回冰箱里，明天早上再喝。";

impl LoadedModel {
    /// Token rows of sentences; posts which share of their tokens is unknown.
    pub fn encode<R: AsRef<str>>(&self, sentences: &[R]) -> Result<Vec<Vec<u32>>, WorkerError> {
        let rows = self.tokenizer.encode(sentences, self.max_length)?;
        post_unknown(self.tokenizer.unknown_share(&rows));
        Ok(rows)
    }

    /// # Errors
    /// All that [`load_directory`] refuses, and a tokenizer that is broken or knows tokens that the model does not.
    pub fn from_files(source: Source, files: Vec<NamedBytes>) -> Result<Self, WorkerError> {
        let name = name_of(&files);
        let input = Input::of_files(source, &files);
        let files: Vec<(String, Vec<u8>)> = files.into_iter().map(|file| (file.path, file.bytes)).collect();
        let mut loaded = load_directory(&files)?;
        let tokenizer = SentenceTokenizer::of_model(&mut loaded)?;
        let positions = loaded.checkpoint.config.max_tokens();
        Ok(Self {
            name,
            checkpoint: loaded.checkpoint,
            tokenizer: Rc::new(tokenizer),
            tokenizer_files: loaded.tokenizer_files,
            pooler: loaded.pooler,
            max_length: loaded.max_length.map_or(positions, |own| own.min(positions)),
            input,
            notes: loaded.notes,
        })
    }

    /// Numbers of a vector that this pooler makes.
    pub fn width(&self, pooler: Pooler) -> usize {
        let hidden = self.checkpoint.config.hidden_size;
        match (&self.checkpoint.rules.modules, pooler) {
            (Some(modules), Pooler::Own) => modules.width(hidden),
            _ => hidden,
        }
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
            max_positions: config.max_tokens(),
            dtype: self.checkpoint.report.dtype.clone(),
            missing: self.checkpoint.report.missing.clone(),
            unused: self.checkpoint.report.unused.clone(),
            pooler: self.pooler,
            notes: self.notes.clone(),
            has_head: self.checkpoint.has_head(),
            knows_chinese: self.tokenizer.knows(CHINESE),
        }
    }

    /// The same model with other weights; tensors that these lack stay as they were.
    pub fn with_weights(&self, weights: BTreeMap<String, HostTensor>) -> Checkpoint {
        let tensors = &self.checkpoint.tensors;
        let mut all = weights;
        for (name, tensor) in tensors {
            all.entry(name.clone()).or_insert_with(|| tensor.clone());
        }
        // The tensors, which are most of it, are not copied twice.
        self.checkpoint.with_tensors(all)
    }
}

/// The folder that was dropped or picked; files picked one by one have none.
fn name_of(files: &[NamedBytes]) -> String {
    let folder = files.iter().find_map(|file| file.path.split_once('/')).map(|(folder, _)| folder);
    folder.unwrap_or("model").to_owned()
}

/// File name and bytes of what a run made at `step`.
pub fn exported(
    model: &LoadedModel,
    weights: &BTreeMap<String, HostTensor>,
    options: &TrainOptions,
    step: u32,
    format: ExportFormat,
) -> Result<(String, Vec<u8>), WorkerError> {
    let stem = format!("{}-simcse-step-{step}", plain_name(&model.name));
    match format {
        ExportFormat::Safetensors => {
            Ok((format!("{stem}.safetensors"), model.checkpoint.save_safetensors(weights)?))
        }
        ExportFormat::HuggingFaceZip => {
            let files = export_trained(&model.checkpoint, weights, &model.tokenizer_files, options)?;
            let bytes = zip(&stem, &files)
                .map_err(|error| WorkerError::Browser(messages::worker_folder(&stem, error.to_string())))?;
            Ok((format!("{stem}.zip"), bytes))
        }
    }
}
