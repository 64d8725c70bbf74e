//! A model's folder: which of its files is what.

use std::collections::BTreeSet;

use serde_json::Value;

use super::container::Container;
use super::layer_weights::LayerWeights;
use super::released::pooler_by_name;
use super::settings::{SIMCSE_FILE, SimcseSettings, object, st_pooling};
use super::{Checkpoint, HEAD_BIAS, HEAD_WEIGHT, POOLER_WEIGHT};
use crate::model::{ModelConfig, ModelError, Pooler};
use crate::said::{Reason, reason};

/// The file name that transformers gives weights.
pub(super) const WEIGHTS_FILE: &str = "model.safetensors";
const CONFIG_FILE: &str = "config.json";
const TOKENIZER_FILES: [&str; 6] = [
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
];
/// Any of these is a vocabulary; vocab.json, RoBERTa's, needs merges.txt too, and the tokenizer says so.
const VOCABULARIES: [&str; 3] = ["tokenizer.json", "vocab.txt", "vocab.json"];

/// A model read from its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDirectory {
    pub checkpoint: Checkpoint,
    /// tokenizer.json, vocab.txt, vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json as far as
    /// they are there, under their bare names.
    pub tokenizer_files: Vec<(String, Vec<u8>)>,
    /// How sentences are to be embedded unless someone says otherwise, see [`load_directory`].
    pub pooler: Pooler,
    /// Tokens of a sentence that simcse.json or sentence-transformers' files ask for.
    pub max_length: Option<usize>,
    /// What was passed over, in sentences for the log and the page.
    pub notes: Vec<String>,
}

/// Reads a model from the files of its folder: pairs of a path and the content, from a dropped folder, a selection of
/// files or a directory. Paths may have folders before the model's own; files that have nothing to do with the model
/// are ignored.
///
/// The default pooler is the one that simcse.json records; else what sentence-transformers' pooling config asks for, with
/// a tanh layer of theirs behind CLS pooling taken as the head; else what the name of a SimCSE checkpoint says, raw or
/// converted: `cls_before_pooler` for unsup-simcse-…, whose head is not to be used, `cls` for sup-simcse-…; else `cls`
/// if the weights have a SimCSE head (`mlp.dense`), which wins over sentence-transformers' pooling too; else `avg`.
///
/// # Errors
/// Names every file that is missing; several models at once, and all that [`ModelConfig::from_json`]
/// and [`Checkpoint::load`] refuse.
pub fn load_directory(files: &[(String, Vec<u8>)]) -> Result<ModelDirectory, ModelError> {
    let files = Files::new(files);
    let folder = files.model_folder()?;
    let in_folder = |name: &str| files.get(&format!("{folder}{name}"));
    let tokenizer_files: Vec<(String, Vec<u8>)> = TOKENIZER_FILES
        .into_iter()
        .filter_map(|name| in_folder(name).map(|(_, bytes)| (name.to_owned(), bytes.to_vec())))
        .collect();

    let weights = files.weights(&folder)?;
    let mut missing = Vec::new();
    let config = in_folder(CONFIG_FILE);
    if config.is_none() {
        missing.push(CONFIG_FILE.into());
    }
    if weights.is_none() {
        missing.push(WEIGHTS_FILE.into());
    }
    if !tokenizer_files.iter().any(|(name, _)| VOCABULARIES.contains(&name.as_str())) {
        missing.push(reason!("folder-tokenizer", "tokenizer.json (or vocab.txt)"));
    }
    let (Some(config), Some(weights), true) = (config, weights, missing.is_empty()) else {
        let found = files.0.iter().map(|(path, _)| path.clone()).collect();
        return Err(ModelError::MissingFiles { missing, found });
    };

    let config = ModelConfig::from_json(config.0, config.1)?;
    let checkpoint = Checkpoint::load_shards(config, weights.name, &weights.shards)?;
    let mut directory = ModelDirectory {
        checkpoint,
        tokenizer_files,
        pooler: Pooler::Avg,
        max_length: None,
        notes: Vec::new(),
    };
    // Old sentence-transformers folders keep the encoder in a sub-folder and the rest beside it.
    let root = folder.strip_suffix("0_Transformer/").unwrap_or(&folder);
    directory.read_st_files(&files, root)?;
    if files.get(&format!("{root}modules.json")).is_none() {
        directory.read_name(root);
    }
    if let Some((path, bytes)) = files.get(&format!("{root}{SIMCSE_FILE}")) {
        let settings = SimcseSettings::parse(path, bytes)?;
        if settings.pooler == Pooler::Cls && !directory.checkpoint.has_head() {
            return Err(ModelError::Files {
                file: path.to_owned(),
                reason: reason!(
                    "folder-no-head",
                    "it asks for the pooler cls, and {weights} has no head {head}",
                    weights = weights.name,
                    head = HEAD_WEIGHT
                ),
            });
        }
        directory.pooler = settings.pooler;
        directory.max_length = settings.max_length.or(directory.max_length);
    }
    Ok(directory)
}

impl ModelDirectory {
    /// Pooling, head and length from modules.json, 1_Pooling and sentence_bert_config.json.
    fn read_st_files(&mut self, files: &Files<'_>, root: &str) -> Result<(), ModelError> {
        let own_head = self.checkpoint.has_head();
        if let Some((path, bytes)) = files.get(&format!("{root}sentence_bert_config.json")) {
            let length = object(path, bytes)?.get("max_seq_length").and_then(Value::as_u64);
            self.max_length = length.map(|length| length as usize).filter(|&length| length >= 3);
        }
        let modules = Modules::read(files, root)?;
        if let Some((path, bytes)) = files.get(&format!("{root}{}config.json", modules.pooling)) {
            match st_pooling(&object(path, bytes)?) {
                Ok(pooler) => self.pooler = pooler,
                Err(mode) => {
                    self.notes
                        .push(format!("{path} asks for {mode} pooling, which is not supported; avg is used"));
                }
            }
        }
        if let Some(folder) = modules.layers {
            self.read_layer_weights(files, &format!("{root}{folder}"))?;
        }
        if own_head {
            self.pooler = Pooler::Cls;
        } else if let Some(dense) = modules.dense {
            match self.adopt_dense(files, &format!("{root}{dense}"))? {
                None => self.pooler = Pooler::Cls,
                Some(reason) => {
                    self.notes.push(format!("the layer in {root}{dense} is not applied: {reason}"))
                }
            }
        }
        Ok(())
    }

    /// The pooler of a SimCSE checkpoint, which its files do not tell.
    fn read_name(&mut self, root: &str) {
        let own_head = self.checkpoint.has_head();
        let converted_head = self.checkpoint.tensors.contains_key(POOLER_WEIGHT);
        match pooler_by_name(root, &self.checkpoint.config.raw) {
            Some(Pooler::Cls) if !own_head && !converted_head => {}
            Some(pooler) => {
                self.pooler = pooler;
                self.notes.push(format!("by its name a SimCSE checkpoint that is evaluated with the pooler {pooler}"));
            }
            None if own_head => self.notes.push(
                "it has a SimCSE head, so the pooler is cls, as for supervised ones; if it was trained without \
                 supervision, cls_before_pooler is right"
                    .to_owned(),
            ),
            None => {}
        }
    }

    /// Takes sentence-transformers' weighting of layers if it is that of a pooler, else says so.
    fn read_layer_weights(&mut self, files: &Files<'_>, folder: &str) -> Result<(), ModelError> {
        let layers = self.checkpoint.config.num_hidden_layers;
        let pooler = match files.get(&format!("{folder}{WEIGHTS_FILE}")) {
            Some((path, bytes)) if self.pooler == Pooler::Avg => LayerWeights::pooler(path, bytes, layers)?,
            _ => None,
        };
        match pooler {
            Some(pooler) => self.pooler = pooler,
            None => {
                self.notes.push(format!("the weighting of layers in {folder} is not that of a pooler here"))
            }
        }
        Ok(())
    }

    /// Takes sentence-transformers' Dense module for the SimCSE head if it is one, else says why not.
    fn adopt_dense(&mut self, files: &Files<'_>, folder: &str) -> Result<Option<String>, ModelError> {
        if self.pooler != Pooler::ClsBeforePooler {
            return Ok(Some("only CLS pooling has a head here".to_owned()));
        }
        let (Some((config_path, config)), Some((path, bytes))) =
            (files.get(&format!("{folder}config.json")), files.get(&format!("{folder}{WEIGHTS_FILE}")))
        else {
            return Ok(Some(format!("it needs config.json and {WEIGHTS_FILE}")));
        };
        let config = object(config_path, config)?;
        let activation = config.get("activation_function").and_then(Value::as_str).unwrap_or_default();
        if !activation.ends_with(".Tanh") {
            return Ok(Some(format!("its activation is {activation:?}, not a tanh")));
        }
        let hidden = self.checkpoint.config.hidden_size;
        let container = Container::parse(path, bytes)?;
        let weight = container.read("linear.weight", &[hidden, hidden])?;
        let bias = container.read("linear.bias", &[hidden])?;
        let (Some((weight, _)), Some((bias, _))) = (weight, bias) else {
            return Ok(Some(format!("{path} lacks linear.weight or linear.bias")));
        };
        for (name, tensor) in [(HEAD_WEIGHT, weight), (HEAD_BIAS, bias)] {
            self.checkpoint.tensors.insert(name.to_owned(), tensor);
            self.checkpoint.report.missing.retain(|missing| missing != name);
        }
        Ok(None)
    }
}

/// Where sentence-transformers keeps its modules, as sub-folders with a slash.
struct Modules {
    pooling: String,
    dense: Option<String>,
    /// Of a weighting of layers before the pooling.
    layers: Option<String>,
}

impl Modules {
    fn read(files: &Files<'_>, root: &str) -> Result<Self, ModelError> {
        let mut modules = Modules { pooling: "1_Pooling/".to_owned(), dense: None, layers: None };
        let Some((path, bytes)) = files.get(&format!("{root}modules.json")) else { return Ok(modules) };
        let listed: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| ModelError::NotJson {
            file: path.to_owned(),
            reason: error.to_string().into(),
        })?;
        for module in &listed {
            let text = |field: &str| module.get(field).and_then(Value::as_str).unwrap_or_default();
            let folder = format!("{}/", text("path").trim_end_matches('/'));
            match text("type").rsplit('.').next() {
                Some("Pooling") => modules.pooling = folder,
                Some("Dense") => modules.dense = Some(folder),
                Some("WeightedLayerPooling") => modules.layers = Some(folder),
                _ => {}
            }
        }
        Ok(modules)
    }
}

/// Files by path, with `/` between folders and no `./` before them.
struct Files<'a>(Vec<(String, &'a [u8])>);

impl<'a> Files<'a> {
    fn new(files: &'a [(String, Vec<u8>)]) -> Self {
        let normal = |path: &str| path.replace('\\', "/").trim_start_matches("./").to_owned();
        Files(files.iter().map(|(path, bytes)| (normal(path), bytes.as_slice())).collect())
    }

    fn get(&self, path: &str) -> Option<(&str, &'a [u8])> {
        self.0.iter().find(|(own, _)| own == path).map(|(own, bytes)| (own.as_str(), *bytes))
    }

    /// The folder of the encoder, with a slash at its end: where the config.json lies that speaks of an encoder.
    /// Without one it is where the other files are, so that the error can name what is missing.
    fn model_folder(&self) -> Result<String, ModelError> {
        let mut folders: Vec<&str> = self
            .0
            .iter()
            .filter(|(path, bytes)| is_encoder_config(path, bytes))
            .map(|(path, _)| folder(path))
            .collect();
        let depth = |folder: &str| folder.matches('/').count();
        let Some(shallowest) = folders.iter().map(|folder| depth(folder)).min() else {
            let likely = |path: &str| path.ends_with(".safetensors") || TOKENIZER_FILES.contains(&base(path));
            let paths = self.0.iter().map(|(path, _)| path.as_str()).filter(|path| likely(path));
            return Ok(paths.map(folder).min_by_key(|folder| depth(folder)).unwrap_or_default().to_owned());
        };
        folders.retain(|folder| depth(folder) == shallowest);
        match folders[..] {
            [folder] => Ok(folder.to_owned()),
            _ => Err(ModelError::Files {
                file: CONFIG_FILE.to_owned(),
                reason: reason!(
                    "folder-several-models",
                    "there are several, in {folders}; choose the folder of one model",
                    folders = Reason::all(folders.iter().map(|folder| (*folder).to_owned().into()))
                ),
            }),
        }
    }

    /// The files that an index lists, all of which must be there.
    fn shards(&self, path: &str, index: &[u8], model: &str) -> Result<WeightFiles<'_>, ModelError> {
        let index = object(path, index)?;
        let map = index.get("weight_map").and_then(Value::as_object);
        let names: BTreeSet<&str> =
            map.into_iter().flat_map(|map| map.values()).filter_map(Value::as_str).collect();
        let mut weights =
            WeightFiles { name: self.get(path).map_or(WEIGHTS_FILE, |(name, _)| name), shards: Vec::new() };
        let mut missing = Vec::new();
        for name in &names {
            match self.get(&format!("{model}{name}")) {
                Some(found) => weights.shards.push(found),
                None => missing.push((*name).to_owned().into()),
            }
        }
        if names.is_empty() {
            let reason =
                reason!("folder-no-weight-map", "it names no files: \"weight_map\" is missing or empty");
            return Err(ModelError::Files { file: path.to_owned(), reason });
        }
        if !missing.is_empty() {
            let found = self.0.iter().map(|(path, _)| path.clone()).collect();
            return Err(ModelError::MissingFiles { missing, found });
        }
        Ok(weights)
    }

    /// The weights in a folder: model.safetensors, or the files that an index names, or else the one safetensors file.
    fn weights(&self, model: &str) -> Result<Option<WeightFiles<'_>>, ModelError> {
        if let Some((name, bytes)) = self.get(&format!("{model}{WEIGHTS_FILE}")) {
            return Ok(Some(WeightFiles { name, shards: vec![(name, bytes)] }));
        }
        let here: Vec<&(String, &[u8])> = self.0.iter().filter(|(path, _)| folder(path) == model).collect();
        let refuse = |file: &str, reason: Reason| Err(ModelError::Files { file: file.to_owned(), reason });
        if let Some((path, bytes)) = here.iter().find(|(path, _)| path.ends_with(".safetensors.index.json")) {
            return self.shards(path, bytes, model).map(Some);
        }
        let candidates: Vec<_> = here.iter().filter(|(path, _)| path.ends_with(".safetensors")).collect();
        match candidates[..] {
            [(path, bytes)] => Ok(Some(WeightFiles { name: path, shards: vec![(path, *bytes)] })),
            [] => match here.iter().find(|(path, _)| base(path) == "pytorch_model.bin") {
                Some((path, _)) => {
                    let reason = reason!(
                        "folder-pickled",
                        "pickled weights are not read, since they can run code; in Python, \
                         model.save_pretrained(folder) writes model.safetensors"
                    );
                    refuse(path, reason)
                }
                None => Ok(None),
            },
            _ => {
                let names: Vec<&str> = candidates.iter().map(|(path, _)| path.as_str()).collect();
                let reason = reason!(
                    "folder-several-weights",
                    "there are several safetensors files ({names}); choose one",
                    names = names.join(", ")
                );
                refuse(WEIGHTS_FILE, reason)
            }
        }
    }
}

/// Where a model's weights are: one safetensors file, or several under an index.
struct WeightFiles<'a> {
    /// Of the file, or of the index.
    name: &'a str,
    shards: Vec<(&'a str, &'a [u8])>,
}

/// Modules of sentence-transformers have a config.json too. One that cannot be read is left to `ModelConfig` to judge.
fn is_encoder_config(path: &str, bytes: &[u8]) -> bool {
    const OF_MODULES: [&str; 5] = [
        "pooling_mode",
        "pooling_mode_cls_token",
        "pooling_mode_mean_tokens",
        "activation_function",
        "layer_start",
    ];
    base(path) == CONFIG_FILE
        && !object(path, bytes).is_ok_and(|config| OF_MODULES.iter().any(|field| config.contains_key(*field)))
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    &path[..path.len() - base(path).len()]
}
