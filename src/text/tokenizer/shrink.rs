//! Makes a smaller vocabulary of a larger one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{SentenceTokenizer, TextError, not_json, wrong};
use crate::localize::messages;

const FILE: &str = "tokenizer.json";
/// Prefix of a piece within a word.
const INSIDE: &str = "##";

impl SentenceTokenizer {
    /// Ids of about `size` pieces, ascending: special tokens, single letters (so that every word can be written), and
    /// the pieces that occur most often in `sentences`. `written` says which characters are letters of the language.
    ///
    /// # Errors
    /// A sentence for which the tokenizer has no tokens.
    pub fn most_used(
        &self,
        sentences: &[impl AsRef<str>],
        size: usize,
        written: impl Fn(char) -> bool,
    ) -> Result<Vec<u32>, TextError> {
        let mut uses = BTreeMap::<u32, usize>::new();
        for sentence in sentences {
            for id in self.content(sentence.as_ref(), usize::MAX >> 8)? {
                *uses.entry(id).or_default() += 1;
            }
        }
        let special = self.tokenizer.get_added_tokens_decoder();
        let is_letter = |piece: &str| {
            let mut letters = piece.strip_prefix(INSIDE).unwrap_or(piece).chars();
            letters.next().is_some_and(&written) && letters.next().is_none()
        };
        let always = |piece: &str, id: u32| special.contains_key(&id) || is_letter(piece);
        let vocabulary = self.tokenizer.get_vocab(true);
        let mut kept: Vec<u32> =
            vocabulary.iter().filter(|(piece, id)| always(piece, **id)).map(|(_, id)| *id).collect();
        kept.sort_unstable();
        let mut others: Vec<_> = uses.into_iter().filter(|(id, _)| kept.binary_search(id).is_err()).collect();
        others.sort_by_key(|(id, uses)| (std::cmp::Reverse(*uses), *id));
        let room = size.saturating_sub(kept.len());
        kept.extend(others.into_iter().take(room).map(|(id, _)| id));
        kept.sort_unstable();
        Ok(kept)
    }
}

/// A WordPiece tokenizer.json with only the pieces `kept` (ascending ids); piece `kept[i]` gets id i. Padding and
/// truncation are removed.
///
/// # Errors
/// Not a WordPiece tokenizer, or one whose special tokens are not in `kept`.
pub fn with_pieces(json: &[u8], kept: &[u32]) -> Result<Vec<u8>, TextError> {
    let not_wordpiece = || wrong(FILE, messages::tokenizer_not_wordpiece());
    let mut json: Value = serde_json::from_slice(json).map_err(|error| wrong(FILE, not_json(&error)))?;
    let number = |id: &Value| {
        let id = u32::try_from(id.as_u64()?).ok()?;
        kept.binary_search(&id).ok().map(Value::from)
    };
    (json["truncation"], json["padding"]) = (Value::Null, Value::Null);

    let pieces = json["model"]["vocab"].as_object().ok_or_else(not_wordpiece)?;
    let mut numbered: Vec<(String, Value)> =
        pieces.iter().filter_map(|(piece, id)| Some((piece.clone(), number(id)?))).collect();
    numbered.sort_by_key(|(_, id)| id.as_u64());
    json["model"]["vocab"] = Value::Object(numbered.into_iter().collect::<Map<_, _>>());

    for token in json["added_tokens"].as_array_mut().into_iter().flatten() {
        token["id"] = number(&token["id"]).ok_or_else(not_wordpiece)?;
    }
    let processor = &mut json["post_processor"];
    for token in processor["special_tokens"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for id in token["ids"].as_array_mut().into_iter().flatten() {
            *id = number(id).ok_or_else(not_wordpiece)?;
        }
    }
    // BertProcessing of the tokenizers crate has `"sep": [token, id]` and `"cls": [token, id]`.
    for end in ["sep", "cls"] {
        if let Some(id) = processor.get_mut(end).and_then(|pair| pair.get_mut(1)) {
            *id = number(id).ok_or_else(not_wordpiece)?;
        }
    }
    Ok(json.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwashing\nwash\n##ing\n##i\n##n\n##g\nthe\nrare\nr\n##a\n##r\n##e\n中\n.\n";

    fn whole() -> (SentenceTokenizer, Vec<u8>) {
        let given = vec![("vocab.txt".to_owned(), PIECES.as_bytes().to_vec())];
        let tokenizer = SentenceTokenizer::from_files(&given).unwrap();
        let mut json: Value = serde_json::from_str(&tokenizer.tokenizer.to_string(false).unwrap()).unwrap();
        json["post_processor"] =
            serde_json::json!({"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]});
        json["padding"] = serde_json::json!({"strategy": {"Fixed": 8}});
        (tokenizer, json.to_string().into_bytes())
    }

    fn small(size: usize) -> (Vec<u32>, SentenceTokenizer) {
        let (tokenizer, json) = whole();
        let text = ["the wash", "the washing", "the wash."];
        let kept = tokenizer.most_used(&text, size, |letter| letter.is_ascii()).unwrap();
        let json = with_pieces(&json, &kept).unwrap();
        let small = SentenceTokenizer::from_files(&[("tokenizer.json".to_owned(), json)]).unwrap();
        (kept, small)
    }

    #[test]
    fn kept_words_are_encoded_as_before_and_others_by_letters() {
        let (whole, _) = whole();
        // 13 of them are special tokens and letters.
        let (kept, small) = small(15);
        assert_eq!(kept.len(), 15);
        let pieces = |of: &SentenceTokenizer, text: &str| -> Vec<String> {
            of.encode(&[text], 32).unwrap()[0].iter().map(|id| of.token(*id).unwrap()).collect()
        };
        for text in ["the wash.", "wash", "The WASH the"] {
            assert_eq!(pieces(&small, text), pieces(&whole, text));
            let ids = small.encode(&[text], 32).unwrap();
            let before: Vec<u32> = ids[0].iter().map(|id| kept[*id as usize]).collect();
            assert_eq!(before, whole.encode(&[text], 32).unwrap()[0]);
        }
        assert_eq!(pieces(&whole, "rare washing"), ["[CLS]", "rare", "washing", "[SEP]"]);
        let letters = ["[CLS]", "r", "##a", "##r", "##e", "wash", "##i", "##n", "##g", "[SEP]"];
        assert_eq!(pieces(&small, "rare washing"), letters);
        assert_eq!(pieces(&small, "中"), ["[CLS]", "[UNK]", "[SEP]"]);
    }

    #[test]
    fn special_tokens_and_letters_are_kept_at_any_size() {
        let (kept, small) = small(0);
        assert_eq!(kept.len(), 13);
        assert_eq!(small.size(), 13);
    }

    #[test]
    fn other_tokenizers_and_missing_special_tokens_are_refused() {
        let (_, json) = whole();
        assert!(with_pieces(br#"{"model": {"vocab": [["a", 0.5]]}}"#, &[0]).is_err());
        // Without the special tokens.
        assert!(with_pieces(&json, &[5, 6]).is_err());
    }
}
