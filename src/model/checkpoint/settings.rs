//! How a model's folder says that its sentences are to be embedded: simcse.json, or sentence-transformers' files.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::config::strip_bom;
use crate::model::{ModelError, Pooler};
use crate::said::reason;

pub(super) const SIMCSE_FILE: &str = "simcse.json";

/// What simcse.json records beside exported weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimcseSettings {
    /// How sentences are to be embedded with these weights; `cls` means that the head was kept.
    pub pooler: Pooler,
    /// Tokens of a sentence, `[CLS]` and `[SEP]` included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// How the weights came about, for the reader; nothing depends on it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub recipe: Value,
}

impl SimcseSettings {
    pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        let value = object(file, bytes)?;
        // Before serde sees it, for an error that lists the poolers.
        let pooler = value.get("pooler").cloned().unwrap_or(Value::Null);
        if serde_json::from_value::<Pooler>(pooler.clone()).is_err() {
            return Err(ModelError::Field {
                file: file.to_owned(),
                field: "pooler".into(),
                found: pooler.to_string(),
                expected: reason!(
                    "one-of",
                    "one of: {names}",
                    names = Pooler::ALL.map(Pooler::name).join(", ")
                ),
            });
        }
        serde_json::from_value(Value::Object(value))
            .map_err(|error| ModelError::NotJson { file: file.to_owned(), reason: error.to_string().into() })
    }
}

/// Parses a JSON object.
pub(super) fn object(file: &str, bytes: &[u8]) -> Result<Map<String, Value>, ModelError> {
    serde_json::from_slice(strip_bom(bytes))
        .map_err(|error| ModelError::NotJson { file: file.to_owned(), reason: error.to_string().into() })
}

/// What sentence-transformers' pooling config asks for: CLS or mean, or in words what is not supported. Both forms
/// are read: `pooling_mode_*` flags, and the `pooling_mode` of version 6.
pub(super) fn st_pooling(config: &Map<String, Value>) -> Result<Pooler, String> {
    let mut modes: Vec<String> = match config.get("pooling_mode") {
        Some(Value::String(mode)) => vec![mode.clone()],
        Some(Value::Array(modes)) => modes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => config
            .iter()
            .filter(|(_, on)| **on == Value::Bool(true))
            .filter_map(|(field, _)| field.strip_prefix("pooling_mode_"))
            .map(str::to_owned)
            .collect(),
    };
    for mode in &mut modes {
        *mode = mode.trim_end_matches("_tokens").trim_end_matches("_token").to_owned();
    }
    match modes.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cls"] => Ok(Pooler::ClsBeforePooler),
        ["mean"] => Ok(Pooler::Avg),
        [] => Err("no pooling mode".to_owned()),
        _ => Err(modes.join(" and ")),
    }
}

/// 1_Pooling/config.json in the form that every version of sentence-transformers reads.
pub(super) fn st_pooling_config(pooler: Pooler, hidden: usize) -> Value {
    let cls = matches!(pooler, Pooler::Cls | Pooler::ClsBeforePooler);
    json!({
        "word_embedding_dimension": hidden,
        "pooling_mode_cls_token": cls,
        "pooling_mode_mean_tokens": !cls,
        "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooling(config: Value) -> Result<Pooler, String> {
        st_pooling(config.as_object().unwrap())
    }

    #[test]
    fn both_forms_of_the_pooling_config_are_read() {
        let old = |cls: bool, mean: bool, max: bool| {
            pooling(json!({
                "word_embedding_dimension": 8, "pooling_mode_cls_token": cls,
                "pooling_mode_mean_tokens": mean, "pooling_mode_max_tokens": max
            }))
        };
        assert_eq!(old(true, false, false), Ok(Pooler::ClsBeforePooler));
        assert_eq!(old(false, true, false), Ok(Pooler::Avg));
        assert_eq!(old(false, true, true), Err("max and mean".to_owned()));
        assert_eq!(old(false, false, false), Err("no pooling mode".to_owned()));
        assert_eq!(pooling(json!({"embedding_dimension": 8, "pooling_mode": "mean"})), Ok(Pooler::Avg));
        assert_eq!(pooling(json!({"pooling_mode": ["cls"]})), Ok(Pooler::ClsBeforePooler));
        assert_eq!(pooling(json!({"pooling_mode": "lasttoken"})), Err("lasttoken".to_owned()));
    }

    #[test]
    fn what_is_written_for_sentence_transformers_reads_back() {
        for (pooler, read) in [
            (Pooler::Cls, Pooler::ClsBeforePooler),
            (Pooler::ClsBeforePooler, Pooler::ClsBeforePooler),
            (Pooler::Avg, Pooler::Avg),
        ] {
            assert_eq!(pooling(st_pooling_config(pooler, 8)), Ok(read));
        }
    }

    #[test]
    fn an_unknown_pooler_is_answered_with_the_known_ones() {
        let error = SimcseSettings::parse("simcse.json", br#"{"pooler": "max"}"#).unwrap_err().to_string();
        assert_eq!(
            error,
            "simcse.json: \"pooler\" is \"max\"; expected one of: cls, cls_before_pooler, avg, \
             avg_top2, avg_first_last"
        );
        assert!(SimcseSettings::parse("simcse.json", b"{}").is_err());
        assert!(SimcseSettings::parse("simcse.json", b"[]").is_err());
    }
}
