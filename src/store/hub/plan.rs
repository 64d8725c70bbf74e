//! Which files of a repository make a model that can be loaded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{HubError, HubModel};
use crate::said::{Reason, reason};

const CONFIG: &str = "config.json";
const MODULES: &str = "modules.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const PICKLE: &str = "pytorch_model.bin";
/// Asked for of every model, there or not.
const BESIDE: [&str; 8] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    MODULES,
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "simcse.json",
];
/// Vocabularies in the order of preference, each with what belongs to it.
const VOCABULARIES: [&[&str]; 3] = [&["tokenizer.json"], &["vocab.txt"], &["vocab.json", "merges.txt"]];

/// A file to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub file: String,
    /// Small, and its content decides what is asked next: [`FilePlan::answer`] wants it.
    pub read: bool,
    /// Only whether it is there matters; it is not to be downloaded.
    pub probe: bool,
}

/// Asks for a model's files in the order in which one decides about the next: small ones first, so that a model that
/// cannot be used is refused before its weights are downloaded.
#[derive(Debug)]
pub struct FilePlan {
    model: HubModel,
    /// `None`: the repository has no such file.
    answers: BTreeMap<String, Option<Vec<u8>>>,
}

impl FilePlan {
    pub fn new(model: HubModel) -> Self {
        Self { model, answers: BTreeMap::new() }
    }

    /// Notes what came of a [`Wanted`] file: its content where that was to be read (else anything), or that the
    /// repository has no such file.
    pub fn answer(&mut self, file: &str, content: Option<Vec<u8>>) {
        self.answers.insert(file.to_owned(), content);
    }

    /// The next file to ask for; `None` when all are there.
    ///
    /// # Errors
    /// The repository lacks something that a model must have, or a list of files cannot be read.
    pub fn next(&self) -> Result<Option<Wanted>, HubError> {
        if !self.asked(CONFIG) {
            return Ok(self.read(CONFIG));
        }
        if !self.has(CONFIG) {
            return Err(HubError::NoConfig);
        }
        if let Some(file) = BESIDE.into_iter().find(|file| !self.asked(file)) {
            return Ok(if file == MODULES { self.read(file) } else { self.store(file) });
        }
        if let Some(file) = self.vocabulary()? {
            return Ok(self.store(file));
        }
        if let Some(file) = self.module_files()?.into_iter().find(|file| !self.asked(file)) {
            return Ok(self.store(&file));
        }
        self.weights()
    }

    /// Bytes of all weights, where an index says so.
    pub fn weight_bytes(&self) -> Option<f64> {
        let index = self.content(INDEX)?;
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

    /// The next part of the first vocabulary that may be there.
    fn vocabulary(&self) -> Result<Option<&'static str>, HubError> {
        for parts in VOCABULARIES {
            if let Some(part) = parts.iter().find(|part| !self.asked(part)) {
                return Ok(Some(part));
            }
            if parts.iter().all(|part| self.has(part)) {
                return Ok(None);
            }
        }
        Err(HubError::NoTokenizer)
    }

    /// What sentence-transformers' modules.json lists behind the encoder, as far as the loader reads it.
    fn module_files(&self) -> Result<Vec<String>, HubError> {
        let Some(modules) = self.content(MODULES) else { return Ok(Vec::new()) };
        let modules: Vec<Value> = parse(MODULES, modules)?;
        let text = |module: &Value, field: &str| module.get(field).and_then(Value::as_str).map(str::to_owned);
        let mut files = Vec::new();
        for module in &modules {
            let kind = text(module, "type").unwrap_or_default();
            let parts: &[&str] = match kind.rsplit('.').next() {
                Some("Pooling") => &[CONFIG],
                Some("Dense" | "LayerNorm" | "WeightedLayerPooling") => &[CONFIG, WEIGHTS],
                _ => continue,
            };
            let folder = text(module, "path").unwrap_or_default();
            let folder = folder.trim_end_matches('/');
            files.extend(parts.iter().map(|part| format!("{folder}/{part}")));
        }
        inside(MODULES, files)
    }

    fn weights(&self) -> Result<Option<Wanted>, HubError> {
        if !self.asked(WEIGHTS) {
            return Ok(self.store(WEIGHTS));
        }
        if self.has(WEIGHTS) {
            return Ok(None);
        }
        if !self.asked(INDEX) {
            return Ok(self.read(INDEX));
        }
        if let Some(index) = self.content(INDEX) {
            let index: Value = parse(INDEX, index)?;
            let map = index.get("weight_map").and_then(Value::as_object);
            let mut shards: Vec<String> = map
                .into_iter()
                .flat_map(|map| map.values())
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            shards.sort();
            shards.dedup();
            if shards.is_empty() {
                let reason = reason!("hub-no-weight-map", "\"weight_map\" is missing or empty");
                return Err(wrong(INDEX, reason));
            }
            let shards = inside(INDEX, shards)?;
            if let Some(absent) = shards.iter().find(|shard| self.asked(shard) && !self.has(shard)) {
                let reason =
                    reason!("hub-absent", "it names {absent}, which the repository does not have", absent);
                return Err(wrong(INDEX, reason));
            }
            return Ok(shards.iter().find(|shard| !self.asked(shard)).and_then(|shard| self.store(shard)));
        }
        match self.answers.get(PICKLE) {
            None => Ok(Some(Wanted { file: PICKLE.to_owned(), read: false, probe: true })),
            Some(None) => Err(HubError::NoWeights),
            Some(Some(_)) => Err(HubError::Pickled { id: self.model.id.clone() }),
        }
    }
}

fn wrong(file: &str, reason: Reason) -> HubError {
    HubError::File { file: file.to_owned(), reason }
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, HubError> {
    serde_json::from_slice(bytes).map_err(|error| {
        wrong(
            file,
            reason!("hub-unreadable", "it is not what it should be: {error}", error = error.to_string()),
        )
    })
}

/// The files, if each is one of this repository's own: a list must not lead elsewhere.
fn inside(list: &str, files: Vec<String>) -> Result<Vec<String>, HubError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let outside = |file: &&String| {
        !file.bytes().all(plain) || file.split('/').any(|part| part.is_empty() || part == ".." || part == ".")
    };
    match files.iter().find(outside) {
        Some(file) => {
            Err(wrong(list, reason!("hub-path", "it names the file {file:?}, which is no plain path", file)))
        }
        None => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks a repository for all that the plan wants: the files it has and was asked for, or why not.
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
    fn a_plain_bert_is_its_config_tokenizer_and_weights() {
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
    fn modules_of_sentence_transformers_come_along() {
        let modules = r#"[
            {"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"path": "2_Dense", "type": "sentence_transformers.models.Dense"},
            {"path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]"#;
        let files = [
            ("config.json", "{}"),
            ("tokenizer.json", ""),
            ("modules.json", modules),
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
    fn what_cannot_become_a_model_is_refused_with_what_is_lacking() {
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
    fn lists_of_files_do_not_lead_out_of_the_repository() {
        fn files(modules: &str) -> [(&str, &str); 4] {
            [("config.json", "{}"), ("vocab.txt", ""), ("modules.json", modules), (WEIGHTS, "")]
        }
        for path in ["../../other", "https://elsewhere", "a?b", "/a"] {
            let modules = format!(r#"[{{"path": "{path}", "type": "Pooling"}}]"#);
            assert!(gather(&files(&modules)).unwrap_err().to_string().contains("no plain path"), "{path}");
        }
        assert!(gather(&files("{")).unwrap_err().to_string().starts_with("modules.json cannot be used"));
    }
}
