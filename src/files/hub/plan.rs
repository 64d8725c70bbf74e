//! Decides which files of a repository to fetch, in which order, for a model that can be loaded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{HubError, HubModel};
use crate::{
    localize::{Localized, messages},
    model::checkpoint::ENCODER_FILES,
};

const CONFIG: &str = "config.json";
const MODULES: &str = "modules.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const PICKLE: &str = "pytorch_model.bin";
/// Optional files of the encoder, asked for of every model.
const OF_ENCODER: [&str; 4] =
    ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
/// Optional files of the whole model.
const OF_MODEL: [&str; 2] = ["config_sentence_transformers.json", "simcse.json"];
/// Vocabularies in order of preference, each with all its files.
const VOCABULARIES: [&[&str]; 3] = [&["tokenizer.json"], &["vocab.txt"], &["vocab.json", "merges.txt"]];

/// Published models have three or four modules.
const MAX_MODULES: usize = 64;

/// A module of modules.json.
#[derive(Debug)]
struct Module {
    /// The last part of its type: `Pooling`.
    kind: String,
    folder: String,
}

/// A file to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub file: String,
    /// Its content decides what to ask for next, so [`FilePlan::answer`] needs it. Such files are small.
    pub read: bool,
    /// Only find out whether it exists; do not download it.
    pub probe: bool,
}

/// Asks for a model's files one by one, since some decide which others are needed. Small ones come first, so that a
/// model that cannot be used is refused before its weights are downloaded.
#[derive(Debug)]
pub struct FilePlan {
    model: HubModel,
    /// `None`: the repository has no such file.
    answers: BTreeMap<String, Option<Vec<u8>>>,
    /// What modules.json says; nothing before it came, and where there is none.
    modules: Result<Vec<Module>, HubError>,
}

impl FilePlan {
    pub fn new(model: HubModel) -> Self {
        Self { model, answers: BTreeMap::new(), modules: Ok(Vec::new()) }
    }

    /// Reports the result for a [`Wanted`] file: `Some` if it exists, with its content if `read` was set (otherwise the
    /// content is ignored), or `None` if the repository has no such file.
    pub fn answer(&mut self, file: &str, content: Option<Vec<u8>>) {
        if file == MODULES {
            self.modules = content.as_deref().map_or_else(|| Ok(Vec::new()), modules);
        }
        self.answers.insert(file.to_owned(), content);
    }

    /// The next file to ask for; `None` when nothing is missing.
    ///
    /// # Errors
    /// The repository lacks a file that a model must have, or a list of files cannot be read.
    pub fn next(&self) -> Result<Option<Wanted>, HubError> {
        if !self.asked(MODULES) {
            return Ok(self.read(MODULES));
        }
        let config = self.of_encoder(CONFIG)?;
        if !self.asked(&config) {
            return Ok(self.read(&config));
        }
        if !self.has(&config) {
            return Err(HubError::NoConfig);
        }
        let beside =
            OF_ENCODER.into_iter().map(|file| self.of_encoder(file)).collect::<Result<Vec<_>, _>>()?;
        let of_model = OF_MODEL.into_iter().map(str::to_owned);
        if let Some(file) = beside.into_iter().chain(of_model).find(|file| !self.asked(file)) {
            return Ok(self.store(&file));
        }
        if let Some(file) = self.settings()? {
            return Ok(self.store(&file));
        }
        if let Some(file) = self.vocabulary()? {
            return Ok(self.store(&file));
        }
        if let Some(file) = self.module_files()?.into_iter().find(|file| !self.asked(file)) {
            return Ok(self.store(&file));
        }
        self.weights()
    }

    /// Bytes of all weights, if an index states them.
    pub fn weight_bytes(&self) -> Option<f64> {
        let index = self.content(&self.of_encoder(INDEX).ok()?)?;
        serde_json::from_slice::<Value>(index).ok()?.pointer("/metadata/total_size")?.as_f64()
    }

    fn asked(&self, file: &str) -> bool {
        self.answers.contains_key(file)
    }

    fn has(&self, file: &str) -> bool {
        self.answers.get(file).is_some_and(Option::is_some)
    }

    fn content(&self, file: &str) -> Option<&[u8]> {
        self.answers.get(file)?.as_deref()
    }

    fn read(&self, file: &str) -> Option<Wanted> {
        Some(Wanted { file: file.to_owned(), read: true, probe: false })
    }

    fn store(&self, file: &str) -> Option<Wanted> {
        Some(Wanted { file: file.to_owned(), read: false, probe: false })
    }

    /// Whether this is the encoder's config.json.
    pub fn is_config(&self, file: &str) -> bool {
        self.of_encoder(CONFIG).is_ok_and(|config| config == file)
    }

    /// Whether this file has weights of the encoder.
    pub fn has_encoder_weights(&self, file: &str) -> bool {
        let folder = self.of_encoder("").unwrap_or_default();
        file.strip_prefix(&folder).is_some_and(|name| name.ends_with(".safetensors") && !name.contains('/'))
    }

    /// A file of the encoder: at the root, or in the folder that modules.json says, as `0_Transformer` in repositories of
    /// sentence-transformers before version 2.
    fn of_encoder(&self, file: &str) -> Result<String, HubError> {
        let modules = self.modules.as_ref().map_err(Clone::clone)?;
        let encoder = modules.iter().find(|module| module.kind == "Transformer");
        let folder = encoder.map(|encoder| encoder.folder.as_str()).filter(|folder| !folder.is_empty());
        let Some(folder) = folder else { return Ok(file.to_owned()) };
        inside(MODULES, vec![folder.to_owned()])?;
        Ok(format!("{folder}/{file}"))
    }

    /// The encoder's settings for sentence-transformers, under the first of their names that the repository has.
    fn settings(&self) -> Result<Option<String>, HubError> {
        // Only repositories of sentence-transformers have other names than the first.
        let known = if self.has(MODULES) { ENCODER_FILES.len() } else { 1 };
        for name in &ENCODER_FILES[..known] {
            let file = self.of_encoder(name)?;
            match (self.asked(&file), self.has(&file)) {
                (false, _) => return Ok(Some(file)),
                (true, true) => return Ok(None),
                (true, false) => {}
            }
        }
        Ok(None)
    }

    /// The next file of the first vocabulary that may be complete.
    fn vocabulary(&self) -> Result<Option<String>, HubError> {
        for parts in VOCABULARIES {
            let parts = parts.iter().map(|part| self.of_encoder(part)).collect::<Result<Vec<_>, _>>()?;
            if let Some(part) = parts.iter().find(|part| !self.asked(part)) {
                return Ok(Some(part.clone()));
            }
            if parts.iter().all(|part| self.has(part)) {
                return Ok(None);
            }
        }
        Err(HubError::NoTokenizer)
    }

    /// The files of the modules after the encoder in sentence-transformers' modules.json, as far as the loader reads
    /// them.
    fn module_files(&self) -> Result<Vec<String>, HubError> {
        let mut files = Vec::new();
        for Module { kind, folder } in self.modules.as_ref().map_err(Clone::clone)? {
            let parts: &[&str] = match kind.as_str() {
                "Pooling" => &[CONFIG],
                "Dense" | "LayerNorm" | "WeightedLayerPooling" => &[CONFIG, WEIGHTS],
                _ => continue,
            };
            files.extend(parts.iter().map(|part| format!("{folder}/{part}")));
        }
        inside(MODULES, files)
    }

    fn weights(&self) -> Result<Option<Wanted>, HubError> {
        let [weights, index_file, pickle] = [WEIGHTS, INDEX, PICKLE].map(|file| self.of_encoder(file));
        let (weights, index_file, pickle) = (weights?, index_file?, pickle?);
        if !self.asked(&weights) {
            return Ok(self.store(&weights));
        }
        if self.has(&weights) {
            return Ok(None);
        }
        if !self.asked(&index_file) {
            return Ok(self.read(&index_file));
        }
        if let Some(index) = self.content(&index_file) {
            let index: Value = parse(INDEX, index)?;
            let map = index.get("weight_map").and_then(Value::as_object);
            let mut shards: Vec<String> = map
                .into_iter()
                .flat_map(|map| map.values())
                .filter_map(Value::as_str)
                .map(|shard| self.of_encoder(shard))
                .collect::<Result<_, _>>()?;
            shards.sort();
            shards.dedup();
            if shards.is_empty() {
                return Err(wrong(INDEX, messages::hub_no_weight_map()));
            }
            let shards = inside(INDEX, shards)?;
            if let Some(absent) = shards.iter().find(|shard| self.asked(shard) && !self.has(shard)) {
                return Err(wrong(INDEX, messages::hub_absent(absent)));
            }
            return Ok(shards.iter().find(|shard| !self.asked(shard)).and_then(|shard| self.store(shard)));
        }
        match self.answers.get(&pickle) {
            None => Ok(Some(Wanted { file: pickle, read: false, probe: true })),
            Some(None) => Err(HubError::NoWeights),
            Some(Some(_)) => Err(HubError::Pickled { id: self.model.id.clone() }),
        }
    }
}

/// The modules of sentence-transformers' modules.json.
fn modules(file: &[u8]) -> Result<Vec<Module>, HubError> {
    let modules: Vec<Value> = parse(MODULES, file)?;
    if modules.len() > MAX_MODULES {
        let found = modules.len();
        let most = MAX_MODULES;
        return Err(wrong(MODULES, messages::hub_modules(found, most)));
    }
    let text = |module: &Value, field: &str| module.get(field).and_then(Value::as_str).map(str::to_owned);
    let module = |module: &Value| Module {
        kind: text(module, "type")
            .and_then(|kind| kind.rsplit('.').next().map(str::to_owned))
            .unwrap_or_default(),
        folder: text(module, "path").unwrap_or_default().trim_end_matches('/').to_owned(),
    };
    Ok(modules.iter().map(module).collect())
}

fn wrong(file: &str, reason: Localized) -> HubError {
    HubError::File { file: file.to_owned(), reason }
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, HubError> {
    serde_json::from_slice(bytes).map_err(|error| wrong(file, messages::hub_unreadable(error.to_string())))
}

/// The files, if all of them are inside the repository.
fn inside(list: &str, files: Vec<String>) -> Result<Vec<String>, HubError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let outside = |file: &&String| {
        !file.bytes().all(plain) || file.split('/').any(|part| part.is_empty() || part == ".." || part == ".")
    };
    match files.iter().find(outside) {
        Some(file) => Err(wrong(list, messages::hub_path(file))),
        None => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows the plan with a repository of these files; returns those that were downloaded, in order.
    fn gather(repository: &[(&str, &str)]) -> Result<Vec<String>, HubError> {
        let mut plan = FilePlan::new("a/b".parse().unwrap());
        let mut got = Vec::new();
        while let Some(wanted) = plan.next()? {
            let found = repository.iter().find(|(file, _)| *file == wanted.file);
            if found.is_some() && !wanted.probe {
                got.push(wanted.file.clone());
            }
            let content =
                found.map(|(_, content)| if wanted.read { content.as_bytes().to_vec() } else { Vec::new() });
            plan.answer(&wanted.file, content);
        }
        Ok(got)
    }

    #[test]
    fn a_plain_model_is_fetched_as_config_tokenizer_and_weights() {
        let files =
            [("config.json", "{}"), ("vocab.txt", ""), (WEIGHTS, ""), (PICKLE, ""), ("README.md", "")];
        assert_eq!(gather(&files).unwrap(), ["config.json", "vocab.txt", WEIGHTS]);
        let roberta = [("config.json", "{}"), ("vocab.json", ""), ("merges.txt", ""), (WEIGHTS, "")];
        assert_eq!(gather(&roberta).unwrap(), ["config.json", "vocab.json", "merges.txt", WEIGHTS]);
        let both = [("config.json", "{}"), ("vocab.txt", ""), ("tokenizer.json", ""), (WEIGHTS, "")];
        assert_eq!(
            gather(&both).unwrap(),
            ["config.json", "tokenizer.json", WEIGHTS],
            "one vocabulary is enough"
        );
    }

    #[test]
    fn modules_of_sentence_transformers_are_fetched_too() {
        let modules = r#"[
            {"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"path": "2_Dense", "type": "sentence_transformers.models.Dense"},
            {"path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]"#;
        let files = [
            ("modules.json", modules),
            ("config.json", "{}"),
            ("tokenizer.json", ""),
            ("sentence_roberta_config.json", "{}"),
            ("1_Pooling/config.json", ""),
            ("2_Dense/config.json", ""),
            ("2_Dense/model.safetensors", ""),
            ("3_Normalize/config.json", ""),
            (WEIGHTS, ""),
        ];
        let wanted: Vec<&str> =
            files.iter().map(|(file, _)| *file).filter(|file| !file.starts_with("3_")).collect();
        assert_eq!(gather(&files).unwrap(), wanted);
    }

    #[test]
    fn an_encoder_in_a_folder_of_its_own_is_fetched_from_there() {
        let modules = r#"[
            {"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"#;
        let files = [
            ("modules.json", modules),
            ("0_Transformer/config.json", "{}"),
            ("0_Transformer/special_tokens_map.json", ""),
            ("0_Transformer/sentence_bert_config.json", "{}"),
            ("0_Transformer/vocab.txt", ""),
            ("1_Pooling/config.json", ""),
            ("0_Transformer/model.safetensors", ""),
        ];
        let wanted: Vec<&str> = files.iter().map(|(file, _)| *file).collect();
        let root = [files.as_slice(), &[("config.json", r#"{"__version__": "0.3.2"}"#)]].concat();
        assert_eq!(gather(&root).unwrap(), wanted);
        assert_eq!(gather(&files[..1]), Err(HubError::NoConfig));
        let mut plan = FilePlan::new("a/b".parse().unwrap());
        plan.answer(MODULES, Some(modules.into()));
        assert!(plan.is_config("0_Transformer/config.json") && !plan.is_config("config.json"));
        assert!(plan.has_encoder_weights("0_Transformer/model.safetensors"));
        assert!(!plan.has_encoder_weights("2_Dense/model.safetensors"));
    }

    #[test]
    fn weights_in_several_files_are_asked_for_by_their_index() {
        let index = r#"{"metadata": {"total_size": 12}, "weight_map": {"a": "m-2.safetensors", "b": "m-1.safetensors", "c": "m-2.safetensors"}}"#;
        let mut files = vec![
            ("config.json", "{}"),
            ("vocab.txt", ""),
            (INDEX, index),
            ("m-1.safetensors", ""),
            ("m-2.safetensors", ""),
        ];
        assert_eq!(
            gather(&files).unwrap(),
            ["config.json", "vocab.txt", INDEX, "m-1.safetensors", "m-2.safetensors"]
        );
        files.pop();
        assert!(gather(&files).unwrap_err().to_string().contains("names m-2.safetensors"));
        let mut plan = FilePlan::new("a/b".parse().unwrap());
        assert_eq!(plan.weight_bytes(), None);
        plan.answer(INDEX, Some(index.into()));
        assert_eq!(plan.weight_bytes(), Some(12.0));
    }

    #[test]
    fn an_incomplete_repository_is_refused_with_what_is_missing() {
        let config = ("config.json", "{}");
        assert_eq!(gather(&[]), Err(HubError::NoConfig));
        assert_eq!(gather(&[config, (WEIGHTS, "")]), Err(HubError::NoTokenizer));
        assert_eq!(gather(&[config, ("vocab.json", ""), (WEIGHTS, "")]), Err(HubError::NoTokenizer));
        assert_eq!(gather(&[config, ("vocab.txt", "")]), Err(HubError::NoWeights));
        let pickled = gather(&[config, ("vocab.txt", ""), (PICKLE, "")]).unwrap_err();
        assert!(
            pickled.to_string().contains("AutoModel.from_pretrained(\"a/b\").save_pretrained"),
            "{pickled}"
        );
    }

    #[test]
    fn paths_out_of_the_repository_are_refused() {
        fn files(modules: &str) -> [(&str, &str); 4] {
            [("config.json", "{}"), ("vocab.txt", ""), ("modules.json", modules), (WEIGHTS, "")]
        }
        for path in ["../../other", "https://elsewhere", "a?b", "/a"] {
            let modules = format!(r#"[{{"path": "{path}", "type": "Pooling"}}]"#);
            assert!(gather(&files(&modules)).unwrap_err().to_string().contains("no plain path"), "{path}");
        }
        assert!(gather(&files("{")).unwrap_err().to_string().starts_with("modules.json cannot be used"));
        let many = format!("[{}]", vec![r#"{"path": "1", "type": "Dense"}"#; 65].join(","));
        assert!(
            gather(&files(&many))
                .unwrap_err()
                .to_string()
                .contains("it lists 65 modules; expected at most 64")
        );
    }
}
