//! config.json: what is read, written and refused.

use super::*;
use serde_json::json;

fn minilm() -> Value {
    json!({
        "model_type": "bert", "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6,
        "num_attention_heads": 12, "intermediate_size": 1536, "max_position_embeddings": 512,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "some_future_field": [1, 2]
    })
}

fn read(value: &Value) -> Result<ModelConfig, ModelError> {
    ModelConfig::from_json("config.json", value.to_string().as_bytes())
}

fn message_with(field: &str, value: Value) -> String {
    let mut config = minilm();
    config[field] = value;
    read(&config).unwrap_err().to_string()
}

#[test]
fn minilm_has_its_published_number_of_parameters() {
    let config = read(&minilm()).unwrap();
    // The tensors in the safetensors header of all-MiniLM-L6-v2 have 22,713,216 numbers, its pooler included.
    assert_eq!(config.parameter_count() + 384 * 384 + 384, 22_713_216);
    assert_eq!(config.head_dim(), 32);
    assert_eq!((config.hidden_dropout_prob, config.pad_token_id), (0.1, 0));
}

#[test]
fn a_written_config_reads_back_and_keeps_unknown_fields() {
    let config = read(&minilm()).unwrap();
    let written = config.to_json();
    let again = ModelConfig::from_json("config.json", &written).unwrap();
    assert_eq!(again.raw["some_future_field"], json!([1, 2]));
    assert_eq!(again.raw["architectures"], json!(["BertModel"]));
    assert_eq!(again.hidden_size, config.hidden_size);
}

#[test]
fn broken_json_is_reported_with_its_file_and_line() {
    let error =
        ModelConfig::from_json("dropped/config.json", b"{\"vocab_size\": 3,").unwrap_err().to_string();
    assert!(error.starts_with("dropped/config.json: not valid JSON") && error.contains("line 1"), "{error}");
    assert!(ModelConfig::from_json("c", b"[]").unwrap_err().to_string().contains("no object"));
    assert!(ModelConfig::from_json("c", b"").is_err());
}

#[test]
fn a_missing_field_is_named() {
    for field in
        ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"]
    {
        let mut config = minilm();
        config.as_object_mut().unwrap().remove(field);
        assert!(read(&config).unwrap_err().to_string().contains(&format!("\"{field}\" is missing")));
    }
}

#[test]
fn other_architectures_are_refused_with_what_is_supported() {
    assert!(message_with("model_type", json!("gpt2")).contains("expected one of: bert, roberta"));
    assert!(message_with("hidden_act", json!("relu")).contains("\"gelu\""));
    assert!(message_with("position_embedding_type", json!("relative_key")).contains("\"absolute\""));
    assert!(message_with("is_decoder", json!(true)).contains("is_decoder"));
    let mut old = minilm();
    old.as_object_mut().unwrap().remove("model_type");
    assert!(read(&old).is_ok());
    old["architectures"] = json!(["DebertaModel"]);
    assert!(read(&old).unwrap_err().to_string().contains("DebertaModel"));
}

#[test]
fn roberta_positions_start_after_the_padding_id() {
    let mut config = minilm();
    config["model_type"] = json!("roberta");
    config["max_position_embeddings"] = json!(514);
    let default = read(&config).unwrap();
    assert_eq!((default.first_position, default.pad_token_id, default.max_tokens()), (2, 1, 512));
    config["pad_token_id"] = json!(0);
    assert_eq!(read(&config).unwrap().first_position, 1);
    config["max_position_embeddings"] = json!(3);
    assert!(read(&config).unwrap_err().to_string().contains("at least 4"));
    let written = default.to_json();
    let written = ModelConfig::from_json("config.json", &written).unwrap();
    assert_eq!(written.raw["architectures"], json!(["RobertaModel"]));
    assert_eq!(written.architecture, Architecture::Roberta);
    let mut old = minilm();
    old.as_object_mut().unwrap().remove("model_type");
    old["architectures"] = json!(["RobertaForMaskedLM"]);
    assert_eq!(read(&old).unwrap().first_position, 2);
}

#[test]
fn sizes_that_contradict_or_cannot_run_are_refused() {
    assert!(message_with("num_attention_heads", json!(7)).contains("multiple of num_attention_heads (7)"));
    assert!(message_with("intermediate_size", json!(1537)).contains("multiple of 4"));
    assert!(message_with("num_attention_heads", json!(2)).contains("at least 3"));
    assert!(message_with("num_hidden_layers", json!(1_000_000)).contains("from 1 to 1000"));
    for nonsense in [json!(0), json!(-1), json!(1.5), json!("384"), json!(u64::MAX)] {
        assert!(message_with("hidden_size", nonsense).contains("whole number from 1"));
    }
    assert!(message_with("hidden_dropout_prob", json!(1.0)).contains("below 1"));
    assert!(message_with("layer_norm_eps", json!(0)).contains("between 0 and 1"));
}
