//! Reads a model's folder: finds its files and the pooler, length and prompt that they state.

use std::collections::BTreeSet;

use serde_json::Value;

use super::module_list::{MODULES_FILE, ModuleList};
use super::pooler_by_name::pooler_by_name;
use super::settings::{MIN_LENGTH, SIMCSE_FILE, SimcseSettings, object};
use super::{Checkpoint, HEAD_WEIGHT, POOLER_WEIGHT};
use crate::localize::{Localized, messages};
use crate::model::{ModelConfig, ModelError, Pooler};
use crate::paths::{base, folder};

/// The file that transformers writes weights to.
pub(super) const WEIGHTS_FILE: &str = "model.safetensors";
const CONFIG_FILE: &str = "config.json";
/// sentence-transformers' file of prompts.
pub(super) const PROMPTS_FILE: &str = "config_sentence_transformers.json";
/// The names under which sentence-transformers looks for an encoder's settings, in its order.
pub const ENCODER_FILES: [&str; 7] = [
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
];
/// The files of a tokenizer.
pub const TOKENIZER_FILES: [&str; 7] = [
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
];
/// One of these must be there. That vocab.json needs merges.txt too is checked by the tokenizer.
const VOCABULARIES: [&str; 3] = ["tokenizer.json", "vocab.txt", "vocab.json"];

/// A model read from its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDirectory {
    pub checkpoint: Checkpoint,
    /// Those of [`TOKENIZER_FILES`] that are there, by name without a folder.
    pub tokenizer_files: Vec<(String, Vec<u8>)>,
    /// The default pooler, see [`load_directory`].
    pub pooler: Pooler,
    /// Whether the folder states the pooler; otherwise it is the mean, for want of a statement.
    pub pooler_stated: bool,
    /// The most tokens of a sentence, as simcse.json, sentence-transformers' files or the tokenizer's state it.
    pub max_length: Option<usize>,
    /// What was ignored or assumed, in sentences for the log and the page.
    pub notes: Vec<String>,
}

/// Reads a model from the files of its folder: pairs of path and content, from a dropped folder, a selection of files
/// or a directory. Paths may have folders before the model's own; files that have nothing to do with the model are
/// ignored.
///
/// The default pooler is the first of these that applies:
/// 1. what simcse.json records;
/// 2. what the modules in sentence-transformers' modules.json amount to; a tanh layer after CLS pooling is the head,
///    and modules that match no pooler of SimCSE give [`Pooler::Own`];
/// 3. by the name of a SimCSE checkpoint, raw or converted: `cls_before_pooler` for unsup-simcse-…, which is evaluated
///    without its head, `cls` for sup-simcse-…;
/// 4. `cls` if the weights have a SimCSE head (`mlp.dense`);
/// 5. `avg`, the default of sentence-transformers.
///
/// # Errors
/// Missing files, all of them named; several models at once; modules of sentence-transformers that this engine does not
/// support; and everything that [`ModelConfig::from_json`] and [`Checkpoint::load`] refuse.
pub fn load_directory(files: &[(String, Vec<u8>)]) -> Result<ModelDirectory, ModelError> {
    let files = Files::new(files);
    let modules = files.module_list()?;
    let folder = match &modules {
        Some((root, modules)) => format!("{root}{}", modules.encoder),
        None => files.model_folder()?,
    };
    // Without modules.json the other files lie beside the encoder.
    let root = modules.as_ref().map_or(&folder, |(root, _)| root);
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
        missing.push(messages::folder_tokenizer());
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
        pooler_stated: false,
        max_length: None,
        notes: Vec::new(),
    };
    directory.read_lengths(&files, &folder)?;
    directory.read_prompt(&files, root)?;
    match &modules {
        Some((root, modules)) => directory.read_modules(&files, root, modules)?,
        None => directory.read_name(&files, root),
    }
    if let Some((path, bytes)) = files.get(&format!("{root}{SIMCSE_FILE}")) {
        let settings = SimcseSettings::parse(path, bytes)?;
        if settings.pooler == Pooler::Cls && !directory.checkpoint.has_head() {
            return Err(ModelError::Files {
                file: path.to_owned(),
                reason: messages::folder_no_head(weights.name, HEAD_WEIGHT),
            });
        }
        directory.pooler = settings.pooler;
        directory.pooler_stated = true;
        directory.max_length = settings.max_length.or(directory.max_length);
    }
    Ok(directory)
}

impl ModelDirectory {
    /// Reads length and lower case from sentence-transformers' file beside the encoder; where that states no length,
    /// the tokenizer's `model_max_length` holds.
    fn read_lengths(&mut self, files: &Files<'_>, folder: &str) -> Result<(), ModelError> {
        let found = ENCODER_FILES.iter().find_map(|name| files.get(&format!("{folder}{name}")));
        if let Some((path, bytes)) = found {
            let config = object(path, bytes)?;
            let length = config.get("max_seq_length").and_then(Value::as_u64);
            // A length beyond usize is no limit.
            let length = length.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
            self.max_length = length.filter(|&length| length >= MIN_LENGTH);
            self.checkpoint.rules.lower_case =
                config.get("do_lower_case").and_then(Value::as_bool).unwrap_or(false);
            for field in ["tokenizer_args", "config_args", "model_args"] {
                let set = config.get(field).and_then(Value::as_object).is_some_and(|args| !args.is_empty());
                if set {
                    self.notes.push(format!("{path}: its {field} are not read"));
                }
            }
        }
        if self.max_length.is_none()
            && let Some((path, bytes)) = files.get(&format!("{folder}tokenizer_config.json"))
        {
            let length = object(path, bytes)?.get("model_max_length").and_then(Value::as_f64);
            // A tokenizer without a length has a number of thirty digits here.
            self.max_length =
                length.filter(|length| (3.0..1e6).contains(length)).map(|length| length as usize);
        }
        Ok(())
    }

    /// Reads the default prompt of config_sentence_transformers.json.
    fn read_prompt(&mut self, files: &Files<'_>, root: &str) -> Result<(), ModelError> {
        let Some((path, bytes)) = files.get(&format!("{root}{PROMPTS_FILE}")) else { return Ok(()) };
        let config = object(path, bytes)?;
        let rules = &mut self.checkpoint.rules;
        rules.file = Some(bytes.to_vec());
        let Some(name) = config.get("default_prompt_name").and_then(Value::as_str) else { return Ok(()) };
        let prompt = config.get("prompts").and_then(|prompts| prompts.get(name)).and_then(Value::as_str);
        let Some(prompt) = prompt else {
            let (field, found) = ("default_prompt_name".into(), format!("{name:?}"));
            let expected = messages::folder_prompt();
            return Err(ModelError::Field { file: path.to_owned(), field, found, expected });
        };
        rules.prompt = Some(prompt.to_owned());
        if !prompt.is_empty() {
            self.notes.push(format!("{prompt:?} stands before every text that is encoded, as {path} asks"));
        }
        Ok(())
    }

    /// Applies the modules after the encoder.
    fn read_modules(
        &mut self,
        files: &Files<'_>,
        root: &str,
        modules: &ModuleList,
    ) -> Result<(), ModelError> {
        let (hidden, layers) = (self.checkpoint.config.hidden_size, self.checkpoint.config.num_hidden_layers);
        let prompted = self.checkpoint.rules.prompt.is_some();
        let behind = modules.behind(files, root, hidden, layers, prompted)?;
        self.pooler = behind.pooler;
        self.pooler_stated = true;
        self.checkpoint.rules.normalize = behind.normalize;
        self.checkpoint.rules.include_prompt = behind.include_prompt;
        self.checkpoint.rules.modules = behind.modules;
        if let Some(head) = behind.head {
            for (name, tensor) in head {
                self.checkpoint.tensors.insert(name.to_owned(), tensor);
                self.checkpoint.report.missing.retain(|missing| missing != name);
            }
        } else if self.checkpoint.has_head() {
            self.notes.push(format!(
                "its SimCSE head (mlp.dense) is not used: {MODULES_FILE} does not ask for it; the pooler cls does"
            ));
        }
        Ok(())
    }

    /// Without modules.json: the pooler by a SimCSE checkpoint's name or head.
    fn read_name(&mut self, files: &Files<'_>, root: &str) {
        if files.get(&format!("{root}1_Pooling/config.json")).is_some() {
            self.notes.push(format!(
                "1_Pooling is not read: without {MODULES_FILE} sentence-transformers takes the mean, as is done here"
            ));
        }
        let own_head = self.checkpoint.has_head();
        let converted_head = self.checkpoint.tensors.contains_key(POOLER_WEIGHT);
        match pooler_by_name(root, &self.checkpoint.config.raw) {
            Some(Pooler::Cls) if !own_head && !converted_head => {}
            Some(pooler) => {
                self.pooler = pooler;
                self.pooler_stated = true;
                self.notes.push(format!(
                    "its name says that it is a SimCSE checkpoint, which is evaluated with the pooler {pooler}"
                ));
            }
            None if own_head => {
                self.pooler = Pooler::Cls;
                self.pooler_stated = true;
                self.notes.push(
                "it has a SimCSE head, so the pooler is cls, as for supervised ones; if it was trained without \
                 supervision, cls_before_pooler is right"
                    .to_owned(),
            );
            }
            None => {}
        }
    }
}

/// Files by path, with `/` as separator and without a leading `./`.
pub(super) struct Files<'a>(Vec<(String, &'a [u8])>);

impl<'a> Files<'a> {
    fn new(files: &'a [(String, Vec<u8>)]) -> Self {
        let normal = |path: &str| path.replace('\\', "/").trim_start_matches("./").to_owned();
        Files(files.iter().map(|(path, bytes)| (normal(path), bytes.as_slice())).collect())
    }

    pub fn get(&self, path: &str) -> Option<(&str, &'a [u8])> {
        self.0.iter().find(|(own, _)| own == path).map(|(own, bytes)| (own.as_str(), *bytes))
    }

    /// The least nested modules.json, with its folder.
    fn module_list(&self) -> Result<Option<(String, ModuleList)>, ModelError> {
        let lists = self.0.iter().filter(|(path, _)| base(path) == MODULES_FILE);
        let depth = |path: &str| path.matches('/').count();
        let mut lists: Vec<_> = lists.collect();
        let Some(highest) = lists.iter().map(|(path, _)| depth(path)).min() else { return Ok(None) };
        // A modules.json in a folder below the model's own belongs to another model.
        let encoders = self.0.iter().filter(|(path, bytes)| is_encoder_config(path, bytes));
        if encoders.map(|(path, _)| depth(path)).min().is_some_and(|encoder| encoder < highest) {
            return Ok(None);
        }
        lists.retain(|(path, _)| depth(path) == highest);
        match lists[..] {
            [(path, bytes)] => {
                let root = folder(path).to_owned();
                Ok(Some((root, ModuleList::read(path, bytes)?)))
            }
            _ => Err(several(&lists.iter().map(|(path, _)| folder(path)).collect::<Vec<_>>())),
        }
    }

    /// The encoder's folder, ending in a slash: that of the least nested config.json of an encoder. Without one, the
    /// folder of the weights or the tokenizer, so that the error can name what is missing.
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
            _ => Err(several(&folders)),
        }
    }

    /// The weight files that an index lists, all of which must be there.
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
            return Err(ModelError::Files {
                file: path.to_owned(),
                reason: messages::folder_no_weight_map(),
            });
        }
        if !missing.is_empty() {
            let found = self.0.iter().map(|(path, _)| path.clone()).collect();
            return Err(ModelError::MissingFiles { missing, found });
        }
        Ok(weights)
    }

    /// The weights in a folder: model.safetensors, else the files that an index names, else the only safetensors file.
    fn weights(&self, model: &str) -> Result<Option<WeightFiles<'_>>, ModelError> {
        if let Some((name, bytes)) = self.get(&format!("{model}{WEIGHTS_FILE}")) {
            return Ok(Some(WeightFiles { name, shards: vec![(name, bytes)] }));
        }
        let here: Vec<&(String, &[u8])> = self.0.iter().filter(|(path, _)| folder(path) == model).collect();
        let refuse = |file: &str, reason: Localized| Err(ModelError::Files { file: file.to_owned(), reason });
        if let Some((path, bytes)) = here.iter().find(|(path, _)| path.ends_with(".safetensors.index.json")) {
            return self.shards(path, bytes, model).map(Some);
        }
        let candidates: Vec<_> = here.iter().filter(|(path, _)| path.ends_with(".safetensors")).collect();
        match candidates[..] {
            [(path, bytes)] => Ok(Some(WeightFiles { name: path, shards: vec![(path, *bytes)] })),
            [] => match here.iter().find(|(path, _)| base(path) == "pytorch_model.bin") {
                Some((path, _)) => refuse(path, pickled()),
                None => Ok(None),
            },
            _ => {
                let names: Vec<&str> = candidates.iter().map(|(path, _)| path.as_str()).collect();
                refuse(WEIGHTS_FILE, messages::folder_several_weights(names.join(", ")))
            }
        }
    }
}

/// Why weights in PyTorch's pickle format are refused.
pub(super) fn pickled() -> Localized {
    messages::folder_pickled()
}

fn several(folders: &[&str]) -> ModelError {
    ModelError::Files {
        file: CONFIG_FILE.to_owned(),
        reason: messages::folder_several_models(Localized::all(
            folders.iter().map(|folder| (*folder).to_owned().into()),
        )),
    }
}

/// A model's weights: one safetensors file, or several with an index.
struct WeightFiles<'a> {
    /// Path of the file, or of the index.
    name: &'a str,
    shards: Vec<(&'a str, &'a [u8])>,
}

/// Modules of sentence-transformers have a config.json too. One that does not parse counts as an encoder's, so that
/// `ModelConfig` reports it.
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
