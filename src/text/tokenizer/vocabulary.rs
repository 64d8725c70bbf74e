//! Finds a tokenizer's special tokens, for augmentation and masked-language modelling.

use super::{Options, SentenceTokenizer, wrong};
use crate::{
    localize::messages,
    text::{TextError, augment::Vocabulary},
};

/// BERT's and RoBERTa's special tokens, `[UNK]` included, as in `all_special_ids` of `transformers`.
const USUAL: [&str; 10] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "<pad>", "</s>", "<unk>", "<mask>"];
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];

impl SentenceTokenizer {
    /// One more than the largest id: the number of rows that a model's embedding table needs.
    pub fn size(&self) -> usize {
        self.tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1)
    }

    /// The ids that augmentation may change or draw, and those that it must not: the special tokens in the
    /// tokenizer's files, and every token with one of BERT's or RoBERTa's names.
    ///
    /// # Errors
    /// A tokenizer without a mask token.
    pub fn vocabulary(&self) -> Result<Vocabulary, TextError> {
        let file = |name: &str| self.files.iter().find(|(own, _)| own == name);
        let options = Options::read(|name| file(name).map(|(_, bytes)| bytes.as_slice()))?;
        let id = |token: &str| self.tokenizer.token_to_id(token);
        let mask = options.stated("mask_token").into_iter().chain(MASKS).find_map(id);
        let mask = mask.ok_or_else(|| {
            let [bert, roberta] = MASKS;
            wrong(&self.file, messages::tokenizer_no_mask(bert, roberta))
        })?;
        let added = self.tokenizer.get_added_tokens_decoder();
        let mut specials: Vec<u32> =
            added.iter().filter(|(_, token)| token.special).map(|(&id, _)| id).collect();
        specials.extend(options.all_special().chain(USUAL).filter_map(id));
        specials.extend([self.cls, self.sep]);
        Ok(Vocabulary::new(self.tokenizer.get_vocab(true).into_values(), &specials, mask))
    }
}
