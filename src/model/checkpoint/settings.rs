//! How a model's folder states its pooling: simcse.json, and the pooling config of sentence-transformers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::localize::messages;
use crate::model::config::strip_bom;
use crate::model::{ModelError, PoolMode, Pooler};

pub(super) const SIMCSE_FILE: &str = "simcse.json";
/// Tokens of a sentence with one word: `[CLS]`, the word, `[SEP]`.
pub(super) const MIN_LENGTH: usize = 3;

/// The content of simcse.json, which is written beside exported weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimcseSettings {
    /// The pooler to embed with; `cls` means that the head was kept.
    pub pooler: Pooler,
    /// The most tokens of a sentence, `[CLS]` and `[SEP]` included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// How the weights were trained. For the reader; the program ignores it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub recipe: Value,
}

impl SimcseSettings {
    pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        let value = object(file, bytes)?;
        // Checked before serde does it, for an error that lists the poolers.
        let pooler = value.get("pooler").cloned().unwrap_or(Value::Null);
        if serde_json::from_value::<Pooler>(pooler.clone()).is_err() {
            return Err(ModelError::Field {
                file: file.to_owned(),
                field: "pooler".into(),
                found: pooler.to_string(),
                expected: messages::one_of(Pooler::ALL.map(Pooler::name).join(", ")),
            });
        }
        let settings: Self = serde_json::from_value(Value::Object(value)).map_err(|error| {
            ModelError::NotJson { file: file.to_owned(), reason: error.to_string().into() }
        })?;
        match settings.max_length.filter(|length| *length < MIN_LENGTH) {
            Some(length) => Err(ModelError::Field {
                file: file.to_owned(),
                field: "max_length".into(),
                found: length.to_string(),
                expected: messages::at_least(MIN_LENGTH),
            }),
            None => Ok(settings),
        }
    }
}

/// Parses a JSON object.
pub(super) fn object(file: &str, bytes: &[u8]) -> Result<Map<String, Value>, ModelError> {
    serde_json::from_slice(strip_bom(bytes))
        .map_err(|error| ModelError::NotJson { file: file.to_owned(), reason: error.to_string().into() })
}

/// A whole number that fits usize.
pub(super) fn whole_number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// The modes in a pooling config of sentence-transformers, in the order in which their vectors are concatenated. Both
/// forms are read: `pooling_mode_*` flags, of which the mean's is on by default, and the `pooling_mode` of version 6.
///
/// # Errors
/// No mode, or one that is unknown.
pub(super) fn pool_modes(file: &str, config: &Map<String, Value>) -> Result<Vec<PoolMode>, ModelError> {
    let known = || PoolMode::ALL.map(PoolMode::name).join(", ");
    let refuse = |found: String| {
        let expected = messages::one_of(known());
        ModelError::Field { file: file.to_owned(), field: "pooling_mode".into(), found, expected }
    };
    let named = |name: &str| {
        let plain = |name: &str| name.trim_end_matches("_tokens").trim_end_matches("_token").to_owned();
        let mode = PoolMode::ALL.into_iter().find(|mode| plain(mode.name()) == plain(name));
        mode.ok_or_else(|| refuse(format!("{name:?}")))
    };
    let mut modes: Vec<PoolMode> = match config.get("pooling_mode") {
        Some(Value::String(mode)) => vec![named(mode)?],
        Some(Value::Array(modes)) => {
            let name = |mode: &Value| mode.as_str().map_or_else(|| mode.to_string(), str::to_owned);
            modes.iter().map(|mode| named(&name(mode))).collect::<Result<_, _>>()?
        }
        _ => {
            let unknown = |field: &&String| {
                field.starts_with("pooling_mode_")
                    && PoolMode::ALL.iter().all(|mode| mode.flag() != field.as_str())
            };
            if let Some(field) = config.keys().find(unknown) {
                return Err(refuse(format!("{field:?}")));
            }
            let on = |mode: &PoolMode| {
                config.get(mode.flag()).and_then(Value::as_bool).unwrap_or(*mode == PoolMode::Mean)
            };
            PoolMode::ALL.into_iter().filter(on).collect()
        }
    };
    if modes.is_empty() {
        return Err(refuse("\"\"".to_owned()));
    }
    modes.sort_unstable();
    modes.dedup();
    Ok(modes)
}

/// 1_Pooling/config.json in the form that every version of sentence-transformers reads.
pub(super) fn st_pooling_config(pooler: Pooler, hidden: usize) -> Value {
    let cls = !pooler.is_mean();
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

    fn pooling(config: Value) -> Result<Vec<PoolMode>, String> {
        pool_modes("config.json", config.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_of_the_pooling_config_are_read() {
        let old = |cls: bool, mean: bool, max: bool| {
            pooling(json!({
                "word_embedding_dimension": 8, "pooling_mode_cls_token": cls,
                "pooling_mode_mean_tokens": mean, "pooling_mode_max_tokens": max
            }))
        };
        assert_eq!(old(true, false, false), Ok(vec![PoolMode::Cls]));
        assert_eq!(old(false, true, false), Ok(vec![PoolMode::Mean]));
        assert_eq!(old(true, true, true), Ok(vec![PoolMode::Cls, PoolMode::Max, PoolMode::Mean]));
        assert!(old(false, false, false).unwrap_err().contains("one of: cls, max, mean"));
        // sentence-transformers' own default is the mean.
        assert_eq!(pooling(json!({"pooling_mode_cls_token": true})), Ok(vec![PoolMode::Cls, PoolMode::Mean]));
        assert_eq!(
            pooling(json!({"embedding_dimension": 8, "pooling_mode": "mean"})),
            Ok(vec![PoolMode::Mean])
        );
        let two = pooling(json!({"pooling_mode": ["lasttoken", "cls"]}));
        assert_eq!(two, Ok(vec![PoolMode::Cls, PoolMode::LastToken]));
        assert_eq!(pooling(json!({"pooling_mode": "mean_sqrt_len"})), Ok(vec![PoolMode::MeanSqrtLen]));
        assert!(pooling(json!({"pooling_mode": "median"})).unwrap_err().contains("\"median\""));
        let unknown = pooling(json!({"pooling_mode_mean_tokens": true, "pooling_mode_median": true}));
        assert!(unknown.unwrap_err().contains("pooling_mode_median"));
    }

    #[test]
    fn a_pooling_config_written_for_sentence_transformers_reads_back() {
        for (pooler, read) in [
            (Pooler::Cls, PoolMode::Cls),
            (Pooler::ClsBeforePooler, PoolMode::Cls),
            (Pooler::Avg, PoolMode::Mean),
        ] {
            assert_eq!(pooling(st_pooling_config(pooler, 8)), Ok(vec![read]));
        }
    }

    #[test]
    fn an_unknown_pooler_is_answered_with_the_known_ones() {
        let error = SimcseSettings::parse("simcse.json", br#"{"pooler": "max"}"#).unwrap_err().to_string();
        let known = Pooler::ALL.map(Pooler::name).join(", ");
        assert_eq!(error, format!("simcse.json: \"pooler\" is \"max\"; expected one of: {known}"));
        assert!(SimcseSettings::parse("simcse.json", b"{}").is_err());
        assert!(SimcseSettings::parse("simcse.json", b"[]").is_err());
    }
}
