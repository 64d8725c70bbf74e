//! Builds RoBERTa's byte-level BPE from vocab.json and merges.txt, for models without a tokenizer.json.

use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;

use super::{Options, sound, wrong};
use crate::{
    localize::messages,
    text::{TextError, decode::decode},
};

const VOCABULARY: &str = "vocab.json";
const MERGES: &str = "merges.txt";

/// The tokenizer and the ids of `<s>` and `</s>`.
pub(super) fn from_vocabulary(
    vocabulary: &[u8],
    merges: &[u8],
    options: &Options,
) -> Result<(Tokenizer, [u32; 2]), TextError> {
    let vocabulary: Map<String, Value> =
        serde_json::from_str(decode(VOCABULARY, vocabulary)?).map_err(|error| {
            let error = error.to_string();
            wrong(VOCABULARY, messages::tokenizer_no_ids(error))
        })?;
    let id =
        |token: &str| vocabulary.get(token).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    let special = [
        ("cls_token", "<s>"),
        ("sep_token", "</s>"),
        ("unk_token", "<unk>"),
        ("pad_token", "<pad>"),
        ("mask_token", "<mask>"),
    ]
    .map(|(field, usual)| options.special(field, usual));
    let [cls, sep, unk, _, mask] = &special;
    let (Some(first), Some(last)) = (id(cls), id(sep)) else {
        return Err(wrong(VOCABULARY, messages::tokenizer_no_frame_tokens(cls, sep)));
    };
    let added: Vec<Value> = special
        .iter()
        .filter_map(|token| {
            Some(json!({
                "id": id(token)?, "content": token, "single_word": false, "lstrip": token == mask,
                "rstrip": false, "normalized": false, "special": true
            }))
        })
        .collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer":
            {"type": "ByteLevel", "add_prefix_space": options.add_prefix_space, "trim_offsets": true, "use_regex": true},
        "post_processor": null, "decoder": null,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": id(unk).map(|_| unk), "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "vocab": vocabulary,
            "merges": pairs(decode(MERGES, merges)?)?
        }
    });
    // As for a tokenizer.json: ids at the end of 32 bits, for example, are more than the crate can count on from.
    sound::check(&tokenizer).map_err(|reason| wrong(VOCABULARY, reason))?;
    let tokenizer = Tokenizer::from_bytes(tokenizer.to_string()).map_err(|error| {
        let (merges, error) = (MERGES, error.to_string());
        wrong(VOCABULARY, messages::tokenizer_pair(merges, error))
    })?;
    Ok((tokenizer, [first, last]))
}

/// Parses merges.txt: two tokens per line, after a line with the version.
fn pairs(text: &str) -> Result<Vec<[&str; 2]>, TextError> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(index, line)| !(line.is_empty() || *index == 0 && line.starts_with("#version")));
    lines
        .map(|(index, line)| {
            let found = line.split_once(' ').filter(|(_, second)| !second.contains(' '));
            let (first, second) =
                found.ok_or_else(|| wrong(MERGES, messages::tokenizer_merge(index + 1, line)))?;
            Ok([first, second])
        })
        .collect()
}
