//! Reads the settings of a tokenizer: tokenizer_config.json, special_tokens_map.json and added_tokens.json.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use tokenizers::{AddedToken, normalizers::BertNormalizer};

use super::{not_json, wrong};
use crate::{
    localize::messages,
    text::{TextError, decode::decode},
};

const CONFIG: &str = "tokenizer_config.json";
const SPECIAL: &str = "special_tokens_map.json";
const ADDED: &str = "added_tokens.json";

/// Fields with one special token each.
const FIELDS: [&str; 7] =
    ["unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "bos_token", "eos_token"];
/// The field with several special tokens.
const MORE: &str = "additional_special_tokens";

/// Classes of [`Class::Bert`].
const BERT: [&str; 6] = [
    "BertTokenizer",
    "DistilBertTokenizer",
    "ElectraTokenizer",
    "MobileBertTokenizer",
    "RetriBertTokenizer",
    "ConvBertTokenizer",
];
/// Classes of [`Class::ByteLevel`].
const BYTE_LEVEL: [&str; 2] = ["RobertaTokenizer", "LongformerTokenizer"];
/// Classes of [`Class::ByFile`].
const BY_FILE: [&str; 4] =
    ["PreTrainedTokenizer", "CamembertTokenizer", "XLMRobertaTokenizer", "HerbertTokenizer"];

/// The tokenizer classes of `transformers`, by how their files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// WordPiece. tokenizer_config.json, or the class's defaults, override the normalizer in tokenizer.json.
    Bert,
    /// Byte-level BPE.
    ByteLevel,
    /// Read from tokenizer.json only.
    ByFile,
}

/// The settings in the files; `None` where the files do not state one.
#[derive(Default)]
pub(super) struct Options {
    pub class: Option<Class>,
    class_name: String,
    lowercase: Option<bool>,
    /// `Some(None)`: stated as null, which means as `lowercase`.
    strip_accents: Option<Option<bool>>,
    chinese_chars: Option<bool>,
    pub add_prefix_space: bool,
    /// Cut long sentences at their beginning.
    pub cut_left: bool,
    special: BTreeMap<String, String>,
    additional: Vec<String>,
    /// By id.
    added: BTreeMap<u32, AddedToken>,
}

fn read(file: &str, bytes: Option<&[u8]>) -> Result<Map<String, Value>, TextError> {
    let Some(bytes) = bytes else { return Ok(Map::new()) };
    let text = decode(file, bytes)?;
    serde_json::from_str(text).map_err(|error| wrong(file, not_json(&error)))
}

/// The text of a token, which is a string, or an object with text and flags.
fn content(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("content")?.as_str())
}

impl Options {
    /// `find` gives a file's bytes by its name.
    ///
    /// # Errors
    /// Not JSON; an unsupported tokenizer class or setting.
    pub fn read<'a>(find: impl Fn(&str) -> Option<&'a [u8]>) -> Result<Self, TextError> {
        let config = read(CONFIG, find(CONFIG))?;
        let map = read(SPECIAL, find(SPECIAL))?;
        let boolean = |field: &str| config.get(field).and_then(Value::as_bool);
        let mut options = Options {
            lowercase: boolean("do_lower_case"),
            strip_accents: config.get("strip_accents").map(Value::as_bool),
            chinese_chars: boolean("tokenize_chinese_chars"),
            add_prefix_space: boolean("add_prefix_space").unwrap_or(false),
            cut_left: config.get("truncation_side").and_then(Value::as_str) == Some("left"),
            ..Options::default()
        };
        options.read_class(&config)?;
        let listed = config.get("added_tokens_decoder").and_then(Value::as_object);
        // Newer configs list every added token; older ones have them in separate files, which win.
        let maps = if listed.is_some() { vec![&config] } else { vec![&config, &map] };
        for map in maps {
            for field in FIELDS {
                if let Some(token) = map.get(field).and_then(content) {
                    options.special.insert(field.to_owned(), token.to_owned());
                }
            }
            let more = map.get(MORE).and_then(Value::as_array);
            options.additional.extend(more.into_iter().flatten().filter_map(content).map(str::to_owned));
        }
        match listed {
            Some(listed) => options.read_decoder(listed)?,
            None => options.read_added(&read(ADDED, find(ADDED))?)?,
        }
        Ok(options)
    }

    fn read_class(&mut self, config: &Map<String, Value>) -> Result<(), TextError> {
        let custom = config.get("auto_map").is_some_and(|map| map.get("AutoTokenizer").is_some());
        let Some(name) = config.get("tokenizer_class").and_then(Value::as_str) else { return Ok(()) };
        let plain = name.strip_suffix("Fast").unwrap_or(name);
        self.class_name = name.to_owned();
        let known = |names: &[&str]| names.contains(&plain);
        self.class = Some(match plain {
            _ if custom => return Err(self.unsupported()),
            _ if known(&BERT) => Class::Bert,
            _ if known(&BYTE_LEVEL) => Class::ByteLevel,
            _ if known(&BY_FILE) => Class::ByFile,
            _ => return Err(self.unsupported()),
        });
        // With this setting the slow class in Python does not split at punctuation, but the fast one, used here, does.
        if config.get("do_basic_tokenize").and_then(Value::as_bool) == Some(false) {
            return Err(wrong(CONFIG, messages::tokenizer_basic()));
        }
        Ok(())
    }

    /// The error that the class is not supported.
    pub fn unsupported(&self) -> TextError {
        let class = &self.class_name;
        wrong(CONFIG, messages::tokenizer_class(class, [&BERT[..], &BYTE_LEVEL].concat().join(", ")))
    }

    fn read_decoder(&mut self, listed: &Map<String, Value>) -> Result<(), TextError> {
        for (id, token) in listed {
            let flag = |field: &str| token.get(field).and_then(Value::as_bool).unwrap_or(false);
            let (Ok(id), Some(text)) = (id.parse(), content(token)) else {
                return Err(wrong(CONFIG, messages::tokenizer_added(token.to_string())));
            };
            let added = AddedToken::from(text, flag("special"))
                .single_word(flag("single_word"))
                .lstrip(flag("lstrip"))
                .rstrip(flag("rstrip"))
                .normalized(flag("normalized"));
            self.added.insert(id, added);
        }
        Ok(())
    }

    fn read_added(&mut self, added: &Map<String, Value>) -> Result<(), TextError> {
        let special: HashSet<&str> = self.all_special().collect();
        let mut listed = Vec::with_capacity(added.len());
        for (text, id) in added {
            let Some(id) = id.as_u64().and_then(|id| u32::try_from(id).ok()) else {
                return Err(wrong(ADDED, messages::tokenizer_added_id(text)));
            };
            listed.push((id, AddedToken::from(text.clone(), special.contains(text.as_str()))));
        }
        self.added.extend(listed);
        Ok(())
    }

    /// The special token in a field such as `cls_token`, if it is stated.
    pub fn stated(&self, field: &str) -> Option<&str> {
        self.special.get(field).map(String::as_str)
    }

    pub fn special(&self, field: &str, default: &str) -> String {
        self.stated(field).unwrap_or(default).to_owned()
    }

    /// All tokens in the fields of special tokens.
    pub fn all_special(&self) -> impl Iterator<Item = &str> {
        self.special.values().chain(&self.additional).map(String::as_str)
    }

    /// Added tokens by id, then additional special tokens without an id.
    pub fn added(&self) -> Vec<(Option<u32>, AddedToken)> {
        let with_ids = self.added.iter().map(|(id, token)| (Some(*id), token.clone()));
        let listed: HashSet<&str> = self.added.values().map(|token| token.content.as_str()).collect();
        let more = self.additional.iter().filter(|text| !listed.contains(text.as_str()));
        with_ids.chain(more.map(|text| (None, AddedToken::from(text.clone(), true)))).collect()
    }

    /// Overrides a normalizer as `transformers` does: the arguments of a BERT class override tokenizer.json, also by
    /// their defaults; a class of [`Class::ByFile`] changes nothing.
    pub fn apply(&self, normalizer: &mut BertNormalizer) {
        if self.class == Some(Class::ByFile) {
            return;
        }
        normalizer.lowercase = self.lowercase.unwrap_or(true);
        normalizer.strip_accents = self.strip_accents.unwrap_or(None);
        normalizer.handle_chinese_chars = self.chinese_chars.unwrap_or(true);
    }
}
