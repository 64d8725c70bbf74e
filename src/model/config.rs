//! Reads, checks and writes config.json of a Hugging Face BERT or RoBERTa.

use serde_json::{Map, Value};

use super::ModelError;
use crate::localize::{Localized, messages};
use crate::wrong_file::stand_in;

/// The largest dimension head that the attention shaders tile for.
pub const MAX_HEAD_DIM: usize = 128;

/// No published encoder has a tenth of this. Without a limit, the list of tensors that a damaged file asks for could
/// fill the memory before the weights are read.
const MAX_LAYERS: u64 = 1000;

/// More parameters than this cannot be held by a tab: 4 bytes each, in a 4 GiB address space.
const MAX_PARAMETERS: u128 = 1_000_000_000;

/// BERT and RoBERTa differ in tensor names, in the first position and in their tokenizers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    Bert,
    Roberta,
}

impl Architecture {
    const ALL: [Architecture; 2] = [Architecture::Bert, Architecture::Roberta];

    fn model_type(self) -> &'static str {
        match self {
            Self::Bert => "bert",
            Self::Roberta => "roberta",
        }
    }

    /// The `transformers` class of the bare encoder.
    fn class(self) -> &'static str {
        match self {
            Self::Bert => "BertModel",
            Self::Roberta => "RobertaModel",
        }
    }
}

/// An encoder's hyperparameters, under the names of config.json.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    pub architecture: Architecture,
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    /// Position of a sentence's first token: 0 in BERT, `pad_token_id + 1` (usually 2) in RoBERTa.
    pub first_position: usize,
    pub type_vocab_size: usize,
    pub layer_norm_eps: f64,
    pub hidden_dropout_prob: f32,
    pub attention_probs_dropout_prob: f32,
    /// Standard deviation of newly initialised weights (a new head, a random model).
    pub initializer_range: f32,
    pub pad_token_id: usize,
    /// The whole file, so that an export keeps the fields that this engine does not read.
    pub raw: Map<String, Value>,
}

impl ModelConfig {
    /// Reads config.json; `name` is what errors call the file.
    ///
    /// Fields that every BERT's config.json has had since 2018 are required; the others default as in
    /// `transformers.BertConfig`.
    ///
    /// # Errors
    /// Not JSON, a missing field, an architecture other than BERT or RoBERTa, or sizes that contradict each other or
    /// that the shaders cannot run.
    pub fn from_json(name: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        if let Some(reason) = stand_in(bytes) {
            return Err(ModelError::Files { file: name.to_owned(), reason });
        }
        let value: Value = serde_json::from_slice(strip_bom(bytes)).map_err(|error| ModelError::NotJson {
            file: name.to_owned(),
            reason: error.to_string().into(),
        })?;
        let Value::Object(raw) = value else {
            return Err(ModelError::NotJson { file: name.to_owned(), reason: messages::config_no_object() });
        };
        let fields = Fields { file: name, raw: &raw };
        let architecture = fields.architecture()?;
        fields.check_variant()?;
        let (pad_token_id, first_position) = match architecture {
            Architecture::Bert => (fields.pad_token_id(0)?, 0),
            Architecture::Roberta => {
                let pad = fields.pad_token_id(1)?;
                (pad, pad + 1)
            }
        };
        let config = ModelConfig {
            architecture,
            first_position,
            vocab_size: fields.size("vocab_size")?,
            hidden_size: fields.size("hidden_size")?,
            num_hidden_layers: fields.size_up_to("num_hidden_layers", MAX_LAYERS)?,
            num_attention_heads: fields.size("num_attention_heads")?,
            intermediate_size: fields.size("intermediate_size")?,
            max_position_embeddings: fields.size("max_position_embeddings")?,
            type_vocab_size: fields.size_or("type_vocab_size", 2)?,
            layer_norm_eps: fields.number_or(
                "layer_norm_eps",
                1e-12,
                |eps| eps as f32 > 0.0 && eps < 1.0,
                messages::config_open_unit(),
            )?,
            hidden_dropout_prob: fields.probability_or("hidden_dropout_prob", 0.1)?,
            attention_probs_dropout_prob: fields.probability_or("attention_probs_dropout_prob", 0.1)?,
            initializer_range: fields.number_or(
                "initializer_range",
                0.02,
                |std| std as f32 > 0.0 && std < 10.0,
                messages::config_open_ten(),
            )? as f32,
            pad_token_id,
            raw: raw.clone(),
        };
        config.check_sizes(&fields)?;
        Ok(config)
    }

    /// Whether positions start after `pad_token_id` and padding tokens are not counted (RoBERTa).
    pub fn counts_from_padding(&self) -> bool {
        self.architecture == Architecture::Roberta
    }

    /// config.json for exported weights: every field of the original, and what `transformers.AutoModel` needs to pick
    /// the class.
    pub fn to_json(&self) -> Vec<u8> {
        let mut raw = self.raw.clone();
        raw.insert("model_type".to_owned(), self.architecture.model_type().into());
        raw.insert("architectures".to_owned(), Value::from(vec![self.architecture.class()]));
        let mut text = format!("{:#}", Value::Object(raw)).into_bytes();
        text.push(b'\n');
        text
    }

    /// The same, with config.json telling transformers to return every layer's states.
    pub fn with_all_layers(&self) -> Self {
        let mut config = self.clone();
        config.raw.insert("output_hidden_states".to_owned(), true.into());
        config
    }

    pub(super) fn set_layers(&mut self, layers: usize) {
        self.num_hidden_layers = layers;
        self.set("num_hidden_layers", layers);
    }

    pub(super) fn set_words(&mut self, words: usize, pad: usize) {
        (self.vocab_size, self.pad_token_id) = (words, pad);
        self.set("vocab_size", words);
        self.set("pad_token_id", pad);
    }

    pub(super) fn set_positions(&mut self, positions: usize) {
        self.max_position_embeddings = positions;
        self.set("max_position_embeddings", positions);
    }

    /// Sets a field of the config.json that is exported.
    fn set(&mut self, field: &str, value: usize) {
        self.raw.insert(field.to_owned(), value.into());
    }

    /// The most tokens that a sentence may have, special tokens included.
    pub fn max_tokens(&self) -> usize {
        self.max_position_embeddings - self.first_position
    }

    /// Width of one attention head.
    pub fn head_dim(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Scalars in the encoder, without a pooler or head.
    pub fn parameter_count(&self) -> usize {
        // `from_json` has checked that this is at most MAX_PARAMETERS.
        self.wide_parameter_count() as usize
    }

    fn wide_parameter_count(&self) -> u128 {
        let [vocab, hidden, layers, intermediate, positions, types] = [
            self.vocab_size,
            self.hidden_size,
            self.num_hidden_layers,
            self.intermediate_size,
            self.max_position_embeddings,
            self.type_vocab_size,
        ]
        .map(|size| size as u128);
        let layer_norm = 2 * hidden;
        let attention = 4 * (hidden * hidden + hidden) + layer_norm;
        let feed_forward = 2 * hidden * intermediate + intermediate + hidden + layer_norm;
        (vocab + positions + types) * hidden + layer_norm + layers * (attention + feed_forward)
    }

    fn check_sizes(&self, fields: &Fields<'_>) -> Result<(), ModelError> {
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            let expected = messages::config_heads(self.num_attention_heads);
            return Err(fields.wrong("hidden_size", expected));
        }
        for (field, size) in
            [("hidden_size", self.hidden_size), ("intermediate_size", self.intermediate_size)]
        {
            if !size.is_multiple_of(4) {
                let expected = messages::config_fours();
                return Err(fields.wrong(field, expected));
            }
        }
        if self.max_position_embeddings < self.first_position + 3 {
            let expected = messages::at_least(self.first_position + 3);
            return Err(fields.wrong("max_position_embeddings", expected));
        }
        if self.head_dim() > MAX_HEAD_DIM {
            let expected = messages::config_head_width(
                self.hidden_size.div_ceil(MAX_HEAD_DIM),
                self.hidden_size,
                MAX_HEAD_DIM,
            );
            return Err(fields.wrong("num_attention_heads", expected));
        }
        if self.wide_parameter_count() > MAX_PARAMETERS {
            return Err(ModelError::Field {
                file: fields.file.to_owned(),
                field: messages::config_parameters(),
                found: self.wide_parameter_count().to_string(),
                expected: messages::at_most(MAX_PARAMETERS.to_string()),
            });
        }
        Ok(())
    }
}

/// Some editors write a UTF-8 byte order mark before JSON, which serde_json refuses.
pub(super) fn strip_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Typed access to config.json, with errors that name file and field.
struct Fields<'a> {
    file: &'a str,
    raw: &'a Map<String, Value>,
}

impl Fields<'_> {
    /// Larger than any dimension of a published encoder; more means a damaged file.
    const MAX_SIZE: u64 = 1 << 24;

    fn get(&self, field: &str) -> Option<&Value> {
        self.raw.get(field).filter(|value| !value.is_null())
    }

    fn wrong(&self, field: &str, expected: Localized) -> ModelError {
        ModelError::Field {
            file: self.file.to_owned(),
            field: field.to_owned().into(),
            found: self.raw.get(field).unwrap_or(&Value::Null).to_string(),
            expected,
        }
    }

    fn size(&self, field: &str) -> Result<usize, ModelError> {
        self.size_up_to(field, Self::MAX_SIZE)
    }

    fn size_up_to(&self, field: &str, most: u64) -> Result<usize, ModelError> {
        let value = self.get(field).ok_or_else(|| ModelError::MissingField {
            file: self.file.to_owned(),
            field: field.to_owned(),
        })?;
        match value.as_u64() {
            Some(size) if (1..=most).contains(&size) => Ok(size as usize),
            _ => Err(self.wrong(field, messages::config_size(most))),
        }
    }

    fn size_or(&self, field: &str, default: usize) -> Result<usize, ModelError> {
        if self.get(field).is_some() { self.size(field) } else { Ok(default) }
    }

    fn number_or(
        &self,
        field: &str,
        default: f64,
        allowed: impl Fn(f64) -> bool,
        expected: Localized,
    ) -> Result<f64, ModelError> {
        match self.get(field) {
            None => Ok(default),
            Some(value) => {
                value.as_f64().filter(|&number| allowed(number)).ok_or_else(|| self.wrong(field, expected))
            }
        }
    }

    fn probability_or(&self, field: &str, default: f64) -> Result<f32, ModelError> {
        let expected = messages::config_probability();
        // Checked as f32: 0.99999999 is below 1 as an f64, but rounds to 1.
        let allowed = |p: f64| (0.0..1.0).contains(&(p as f32)) && p >= 0.0;
        self.number_or(field, default, allowed, expected).map(|p| p as f32)
    }

    fn pad_token_id(&self, default: usize) -> Result<usize, ModelError> {
        match self.get("pad_token_id") {
            None => Ok(default),
            Some(value) => value
                .as_u64()
                .filter(|&id| id <= Self::MAX_SIZE)
                .map(|id| id as usize)
                .ok_or_else(|| self.wrong("pad_token_id", messages::config_token_id())),
        }
    }

    fn architecture(&self) -> Result<Architecture, ModelError> {
        if let Some(model_type) = self.get("model_type") {
            let known =
                Architecture::ALL.into_iter().find(|architecture| model_type == architecture.model_type());
            let supported = messages::one_of(Architecture::ALL.map(Architecture::model_type).join(", "));
            return known.ok_or_else(|| self.wrong("model_type", supported));
        }
        // Files written before 2020 have no model_type, only the class name.
        match self.get("architectures").and_then(|names| names.get(0)).and_then(Value::as_str) {
            None => Ok(Architecture::Bert),
            Some(class) if class.starts_with("Bert") => Ok(Architecture::Bert),
            Some(class) if class.starts_with("Roberta") => Ok(Architecture::Roberta),
            Some(_) => {
                let expected = messages::config_class();
                Err(self.wrong("architectures", expected))
            }
        }
    }

    fn check_variant(&self) -> Result<(), ModelError> {
        // `gelu_python` is transformers' other name for the exact, erf-based GELU.
        if self.get("hidden_act").is_some_and(|act| act != "gelu" && act != "gelu_python") {
            let expected = messages::config_gelu();
            return Err(self.wrong("hidden_act", expected));
        }
        if self.get("position_embedding_type").is_some_and(|kind| kind != "absolute") {
            return Err(self.wrong("position_embedding_type", "\"absolute\"".into()));
        }
        if self.get("is_decoder").is_some_and(|is_decoder| is_decoder == true) {
            let expected = messages::config_decoder();
            return Err(self.wrong("is_decoder", expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
