//! Augmentation of tokens, on ids, and the corrupted input of the masked-language-model objective.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

/// Of the tokens chosen for prediction, BERT masks so many and replaces so many; the others stay (arXiv 1810.04805,
/// section 3.1).
const MASKED: f64 = 0.8;
const REPLACED: f64 = 0.1;

/// A tokenizer's ids, as far as augmentation must know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    mask: u32,
    /// Ascending.
    specials: Vec<u32>,
    /// All others, ascending.
    ordinary: Vec<u32>,
}

impl Vocabulary {
    /// `ids` are all the ids there are, `specials` those that are neither changed nor put in anywhere ([CLS], [SEP],
    /// [PAD], [UNK] and the like), `mask` the id of [MASK], which is one of them.
    pub fn new(ids: impl IntoIterator<Item = u32>, specials: &[u32], mask: u32) -> Self {
        let mut specials: Vec<u32> = specials.iter().copied().chain([mask]).collect();
        specials.sort_unstable();
        specials.dedup();
        let mut ordinary: Vec<u32> =
            ids.into_iter().filter(|id| specials.binary_search(id).is_err()).collect();
        // Tokenizers keep their vocabulary in a hash map; draws must not depend on its order.
        ordinary.sort_unstable();
        ordinary.dedup();
        Vocabulary { mask, specials, ordinary }
    }

    /// The id of [MASK].
    pub fn mask(&self) -> u32 {
        self.mask
    }

    /// Whether augmentation leaves a token alone.
    pub fn is_special(&self, id: u32) -> bool {
        self.specials.binary_search(&id).is_ok()
    }

    /// A token that is not special, all of them being equally likely; [MASK] if there is none.
    fn random_token(&self, random: &mut impl Rng) -> u32 {
        self.ordinary.choose(random).copied().unwrap_or(self.mask)
    }
}

/// A sentence for the masked-language-model objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlmExample {
    /// What the encoder sees, as long as the sentence was.
    pub ids: Vec<u32>,
    /// What it has to predict: positions in `ids`, ascending, with the ids that stood there. May be empty.
    pub targets: Vec<(usize, u32)>,
}

/// Chooses every token that is not special with the probability `share` (BERT: 0.15) to be predicted; of the chosen
/// ones 80 % become [MASK], 10 % a random token and 10 % stay. The rule of `DataCollatorForLanguageModeling` in
/// `transformers`, except that its random tokens may be special ones.
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

/// The corrupted ids of [`mlm_corrupt`] as another view of the sentence.
pub fn mask_tokens(ids: &[u32], vocabulary: &Vocabulary, share: f64, random: &mut impl Rng) -> Vec<u32> {
    mlm_corrupt(ids, vocabulary, share, random).ids
}

/// Replaces every token that is not special, with the probability `share`, by one drawn evenly from those that are not
/// special, now and then by itself.
pub fn replace_tokens(ids: &[u32], vocabulary: &Vocabulary, share: f64, random: &mut impl Rng) -> Vec<u32> {
    let replace = |&id: &u32| match vocabulary.is_special(id) || random.random::<f64>() >= share {
        true => id,
        false => vocabulary.random_token(random),
    };
    ids.iter().map(replace).collect()
}

/// ESimCSE's word repetition, of sub-words as the paper describes it (arXiv 2109.04380): of the N tokens that are not
/// special, a random number from 0 to max(2, ⌊share·N⌋) are written twice, all numbers being equally likely and all
/// tokens too; `share` is the paper's `dup_rate`, 0.32. What then goes beyond `max_length` is cut before the special
/// tokens at the end.
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
    // A sentence that was too long already is not cut further than to its own length.
    let room = max_length.max(ids.len()) - ending.len();
    let copies = |at: usize| 1 + usize::from(repeated.binary_search(&at).is_ok());
    let content = content.iter().enumerate().flat_map(|(at, &id)| std::iter::repeat_n(id, copies(at)));
    content.take(room).chain(ending.iter().copied()).collect()
}
