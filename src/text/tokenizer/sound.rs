//! Refuses a tokenizer.json that tokenizers 0.23 accepts, but with which it panics, never ends, or is not
//! deterministic.

use serde_json::Value;

use crate::localize::{Localized, messages};

/// By which factor a text may grow in normalizer and pre-tokenizer. T5's "▁" for a space takes three bytes for one;
/// GPT-2's characters for bytes take two.
const MAX_GROWTH: f64 = 64.0;
/// Ids from here on could overflow in the crate; no vocabulary has a thousandth of them.
const MAX_ID: u64 = 1 << 31;
/// Bytes of a piece of a Unigram vocabulary. The crate keeps the pieces in a tree, a level for each byte, and takes it apart
/// by recursion: a long one overflows the stack. SentencePiece makes none of more than 64.
const MAX_PIECE: usize = 1024;

/// Checks a tokenizer.json.
///
/// # Errors
/// The reason why it is refused.
pub fn check(json: &Value) -> Result<(), Localized> {
    let growth = growth(&json["normalizer"]) * growth(&json["pre_tokenizer"]);
    if growth > MAX_GROWTH {
        return Err(messages::tokenizer_growth(format!("{growth:.0}")));
    }
    if has_empty_pieces(&json["pre_tokenizer"]) {
        return Err(messages::tokenizer_empty_pieces());
    }
    let model = &json["model"];
    if let Some(dropout) = model["dropout"].as_f64().filter(|dropout| *dropout > 0.0) {
        return Err(messages::tokenizer_dropout(dropout));
    }
    let pieces = model["vocab"].as_array().into_iter().flatten().filter_map(|entry| entry[0].as_str());
    if let Some(bytes) = pieces.map(str::len).find(|bytes| *bytes > MAX_PIECE) {
        return Err(messages::tokenizer_piece(bytes, MAX_PIECE));
    }
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or_default();
    let merges = model["merges"].as_array().into_iter().flatten();
    for second in merges.filter_map(second_of) {
        if !second.is_char_boundary(prefix.len()) || second.len() < prefix.len() {
            return Err(messages::tokenizer_prefix(second, prefix));
        }
    }
    let listed = json["added_tokens"].as_array().into_iter().flatten().map(|token| &token["id"]);
    let words = model["vocab"].as_object().into_iter().flat_map(|vocabulary| vocabulary.values());
    match listed.chain(words).filter_map(Value::as_u64).find(|id| *id >= MAX_ID) {
        Some(id) => Err(messages::tokenizer_id(id)),
        None => Ok(()),
    }
}

/// The factor by which a step makes a text longer at most.
fn growth(step: &Value) -> f64 {
    let bytes = |field: &str| step[field].as_str().map_or(0.0, |text| text.len() as f64);
    match step["type"].as_str() {
        Some("Sequence") => {
            let steps =
                ["normalizers", "pretokenizers"].into_iter().filter_map(|field| step[field].as_array());
            steps.flatten().map(growth).product()
        }
        Some("ByteLevel") => 2.0,
        Some("Replace") => {
            // A regular expression may match a single character, or the empty string.
            let pattern = step["pattern"]["String"].as_str().map_or(1, str::len).max(1);
            (bytes("content") / pattern as f64).max(1.0)
        }
        Some("Prepend") => 1.0 + bytes("prepend"),
        Some("Metaspace") => 3.0,
        _ => 1.0,
    }
}

fn has_empty_pieces(step: &Value) -> bool {
    match step["type"].as_str() {
        Some("Sequence") => step["pretokenizers"].as_array().into_iter().flatten().any(has_empty_pieces),
        Some("FixedLength") => step["length"].as_u64() == Some(0),
        _ => false,
    }
}

/// The second part of a merge, `"a b"` or `["a", "b"]`.
fn second_of(merge: &Value) -> Option<&str> {
    match merge {
        Value::String(both) => both.split_once(' ').map(|(_, second)| second),
        Value::Array(parts) => parts.get(1)?.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(json: &Value) -> String {
        check(json).map_or_else(|reason| reason.to_string(), |()| String::new())
    }

    #[test]
    fn a_unigram_piece_that_is_a_text_by_itself_is_refused() {
        let of = |bytes: usize| json!({"model": {"type": "Unigram", "vocab": [["<unk>", 0.0], ["a".repeat(bytes), -1.0]]}});
        assert_eq!(message(&of(1024)), "");
        assert_eq!(
            message(&of(120_000)),
            "a piece of its vocabulary has 120000 bytes; expected at most 1024"
        );
    }

    #[test]
    fn usual_tokenizers_pass() {
        let t5 = json!({
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ]},
            "pre_tokenizer": {"type": "ByteLevel"},
            "model": {"type": "BPE", "dropout": null, "continuing_subword_prefix": "##", "merges": ["a ##b", ["c", "##d"]]},
        });
        assert_eq!(message(&t5), "");
        assert_eq!(message(&json!({})), "");
    }

    #[test]
    fn a_text_that_would_grow_without_end_is_refused() {
        let steps = vec![json!({"type": "ByteLevel"}); 40];
        let json = json!({"normalizer": {"type": "Sequence", "normalizers": steps}});
        assert!(message(&json).contains("times as long"));
    }

    #[test]
    fn files_that_make_the_crate_panic_or_draw_at_random_are_refused() {
        let of = |model: Value| message(&json!({"model": model}));
        assert!(of(json!({"dropout": 0.1})).contains("dropout is 0.1"));
        assert!(of(json!({"continuing_subword_prefix": "##", "merges": ["a b"]})).contains("cannot be"));
        assert!(of(json!({"continuing_subword_prefix": "a", "merges": [["a", "é"]]})).contains("cannot be"));
        assert!(of(json!({"vocab": {"x": u64::from(u32::MAX)}})).contains("no token id"));
        let pieces = json!({"pre_tokenizer": {"type": "FixedLength", "length": 0}});
        assert!(message(&pieces).contains("length 0"));
    }
}
