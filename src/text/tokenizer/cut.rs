//! Cuts a long text before it is tokenised, so that the cost does not grow with the part that is dropped.

use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, NormalizerWrapper, PreTokenizerWrapper, Tokenizer};

/// Where a tokenizer always ends a token, whatever follows, so that the tokens of the text before are the first
/// tokens of the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Unknown: the whole text must be tokenised.
    Nowhere,
    /// For BERT: before ASCII white space and before CJK ideographs, which are words of their own. Other white space
    /// may be deleted as a control character, which joins the words around it.
    Bert,
    /// For byte-level BPE, whose words include the white space before them: before white space that follows a word.
    ByteLevel,
}

impl Cut {
    /// [`Cut::Bert`] requires BERT's normaliser with text cleaning and Chinese characters, and BERT's pre-tokenizer;
    /// [`Cut::ByteLevel`] requires no normaliser and splitting by GPT-2's pattern; both require that no added token can
    /// extend across a cut.
    pub fn of(tokenizer: &Tokenizer) -> Self {
        let is_one_word = |token: &AddedToken| token.content.chars().all(|c| c.is_ascii_graphic());
        if !tokenizer.get_added_tokens_decoder().values().all(is_one_word) {
            return Cut::Nowhere;
        }
        match (tokenizer.get_normalizer(), tokenizer.get_pre_tokenizer()) {
            (
                Some(NormalizerWrapper::BertNormalizer(bert)),
                Some(PreTokenizerWrapper::BertPreTokenizer(_)),
            ) if bert.clean_text && bert.handle_chinese_chars => Cut::Bert,
            (None, Some(PreTokenizerWrapper::ByteLevel(ByteLevel { use_regex: true, .. }))) => Cut::ByteLevel,
            _ => Cut::Nowhere,
        }
    }

    /// The beginning of a text up to the first place to cut at or after `window` bytes.
    pub fn first_words(self, text: &str, window: usize) -> &str {
        let start = text.ceil_char_boundary(window.min(text.len()));
        let rest = &text[start..];
        let offset = match self {
            Cut::Nowhere => None,
            Cut::Bert => rest.find(|c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{4e00}'..='\u{9fff}')),
            Cut::ByteLevel => {
                let mut in_word = text[..start].chars().next_back().is_some_and(|c| !c.is_whitespace());
                rest.find(|c: char| {
                    let word_ends = in_word && c.is_whitespace();
                    in_word = !c.is_whitespace();
                    word_ends
                })
            }
        };
        &text[..offset.map_or(text.len(), |offset| start + offset)]
    }
}
