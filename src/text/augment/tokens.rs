//! Augmentation of token ids, and the corrupted input of masked-language modelling.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

/// Of the tokens chosen for prediction, BERT masks this share and replaces that one; the others stay (arXiv 1810.04805,
/// section 3.1).
const MASKED: f64 = 0.8;
const REPLACED: f64 = 0.1;

/// The ids of a tokenizer that augmentation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    mask: u32,
    /// Ascending.
    specials: Vec<u32>,
    /// All others, ascending.
    ordinary: Vec<u32>,
}

impl Vocabulary {
    /// `ids` are all ids; `specials` are those that are neither changed nor drawn (`[CLS]`, `[SEP]`, `[PAD]`, `[UNK]` and the
    /// like); `mask` is the id of `[MASK]`, which is special too.
    pub fn new(ids: impl IntoIterator<Item = u32>, specials: &[u32], mask: u32) -> Self {
        let mut specials: Vec<u32> = specials.iter().copied().chain([mask]).collect();
        specials.sort_unstable();
        specials.dedup();
        let mut ordinary: Vec<u32> =
            ids.into_iter().filter(|id| specials.binary_search(id).is_err()).collect();
        // Tokenizers keep the vocabulary in a hash map, on whose order draws must not depend.
        ordinary.sort_unstable();
        ordinary.dedup();
        Vocabulary { mask, specials, ordinary }
    }

    /// The id of `[MASK]`.
    pub fn mask(&self) -> u32 {
        self.mask
    }

    /// Whether augmentation must not change a token.
    pub fn is_special(&self, id: u32) -> bool {
        self.specials.binary_search(&id).is_ok()
    }

    /// A uniformly drawn token that is not special; `[MASK]` if there is none.
    fn random_token(&self, random: &mut impl Rng) -> u32 {
        self.ordinary.choose(random).copied().unwrap_or(self.mask)
    }
}

/// A sentence for masked-language modelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlmExample {
    /// The encoder's input, as long as the sentence.
    pub ids: Vec<u32>,
    /// Positions in `ids` to predict, ascending, each with its original id. May be empty.
    pub targets: Vec<(usize, u32)>,
}

/// Chooses every token that is not special with probability `share` (BERT: 0.15) for prediction; 80 % of the chosen
/// ones become `[MASK]`, 10 % a random token, and 10 % stay. This is `DataCollatorForLanguageModeling` of
/// huggingface/transformers, except that random tokens are never special ones here.
pub fn mlm_corrupt(ids: &[u32], vocabulary: &Vocabulary, share: f64, random: &mut impl Rng) -> MlmExample {
    let mut targets = Vec::new();
    let corrupted = ids.iter().enumerate().map(|(position, &id)| {
        if vocabulary.is_special(id) || random.random::<f64>() >= share {
            return id;
        }
        targets.push((position, id));
        match random.random::<f64>() {
            lot if lot < MASKED => vocabulary.mask,
            lot if lot < MASKED + REPLACED => vocabulary.random_token(random),
            _ => id,
        }
    });
    MlmExample { ids: corrupted.collect(), targets }
}

/// The ids of [`mlm_corrupt`] as another view of the sentence.
pub fn mask_tokens(ids: &[u32], vocabulary: &Vocabulary, share: f64, random: &mut impl Rng) -> Vec<u32> {
    mlm_corrupt(ids, vocabulary, share, random).ids
}

/// Replaces every token that is not special with probability `share` by one drawn uniformly from those that are not
/// special, possibly by itself.
pub fn replace_tokens(ids: &[u32], vocabulary: &Vocabulary, share: f64, random: &mut impl Rng) -> Vec<u32> {
    let replace = |&id: &u32| {
        if vocabulary.is_special(id) || random.random::<f64>() >= share {
            id
        } else {
            vocabulary.random_token(random)
        }
    };
    ids.iter().map(replace).collect()
}

/// ESimCSE's repetition of sub-words (arXiv 2109.04380, section 3.1): of the N tokens that are not special, a random
/// number from 0 to max(2, ⌊share·N⌋) are repeated, number and tokens drawn uniformly. `share` is the paper's
/// `dup_rate`, 0.32. Tokens beyond `max_length` are cut before the special tokens at the end.
pub fn repeat_tokens(
    ids: &[u32],
    vocabulary: &Vocabulary,
    share: f64,
    max_length: usize,
    random: &mut impl Rng,
) -> Vec<u32> {
    let mut positions: Vec<usize> = (0..ids.len()).filter(|&at| !vocabulary.is_special(ids[at])).collect();
    let most = ((share * positions.len() as f64) as usize).max(2).min(positions.len());
    let count = random.random_range(0..=most);
    let (repeated, _) = positions.partial_shuffle(random, count);
    repeated.sort_unstable();

    let ending = ids.iter().rev().take_while(|&&id| vocabulary.is_special(id)).count();
    let (content, ending) = ids.split_at(ids.len() - ending);
    // A sentence that was longer than `max_length` already keeps its length.
    let room = max_length.max(ids.len()) - ending.len();
    let copies = |at: usize| 1 + usize::from(repeated.binary_search(&at).is_ok());
    let content = content.iter().enumerate().flat_map(|(at, &id)| std::iter::repeat_n(id, copies(at)));
    content.take(room).chain(ending.iter().copied()).collect()
}
