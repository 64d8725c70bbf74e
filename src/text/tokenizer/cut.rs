//! Where a long text may be cut before it is tokenised, so that the cost does not grow with what is thrown away.

use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, NormalizerWrapper, PreTokenizerWrapper, Tokenizer};

/// At which places a tokenizer is sure to end a token whatever comes next, so that the tokens of what is before are the
/// first tokens of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Unknown: it has to see the whole text.
    Nowhere,
    /// BERT's: before ASCII white space (other white space its text cleaning may delete as a control character, joining
    /// the words around it) and before CJK ideographs, which are words of their own.
    Bert,
    /// Byte-level BPE's, whose words begin with the white space before them: behind a word, before white space.
    ByteLevel,
}

impl Cut {
    /// [`Cut::Bert`] asks for BERT's normaliser with all its steps, then BERT's splitting at white space and
    /// punctuation; [`Cut::ByteLevel`] for no normaliser and splitting by GPT-2's pattern; both for no added token
    /// that could reach across a cut.
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

    /// The beginning of a text, of about `window` bytes or more, up to a place of this kind.
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
