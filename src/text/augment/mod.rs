//! Discrete augmentation of sentences: the operators g that SimCSE compares with dropout alone, h = f(g(x), z)
//! (arXiv 2104.08821, section 3 and table 1), and ESimCSE's word repetition (arXiv 2109.04380, section 3.1).
//!
//! Operators on words change the text before tokenizing, those on tokens change ids. All of them depend only on their
//! arguments and the random numbers, and none makes a sentence empty.

mod dictionary;
mod tokens;
mod words;

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use thiserror::Error;

pub use dictionary::Dictionary;
pub use tokens::{MlmExample, Vocabulary, mask_tokens, mlm_corrupt, repeat_tokens, replace_tokens};

/// One augmentation. Written as its name, followed by a colon and its share if it has one: `crop:0.2`, `delete-one`;
/// a name without a share has the default.
///
/// A **word** is the text between white space, punctuation included. In scripts written without spaces (Han
/// characters and kana) every character is a word, also within an English sentence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(try_from = "String", into = "String")]
pub enum Augmentation {
    /// Keeps one random span of round((1 − share)·words) consecutive words, at least one: the paper's "crop k %". At
    /// 10 %, sentences of up to five words stay unchanged.
    Crop { share: f64 },
    /// Deletes every word with probability `share`; if all would be deleted, a random one stays. The paper's "word
    /// deletion k %", except that sentences lose k % on average and not exactly, so that it applies to short ones
    /// too.
    Delete { share: f64 },
    /// Deletes one random word: the paper's "delete one word".
    DeleteOne,
    /// Shuffles the words; all orders are equally likely, the original one included. Not in the paper's table; it
    /// shows how much an encoder depends on word order.
    Reorder,
    /// Replaces max(1, ⌊share·words⌋) random words by a random synonym each, or all words with synonyms if there are
    /// fewer: EDA's rule (arXiv 1901.11196, section 2). The paper's "synonym replacement" is share 0, one word. Only
    /// words in the form of the dictionary are replaced ("car", not "cars"), and no names.
    Synonym { share: f64 },
    /// BERT's corruption, see [`mask_tokens`]. The paper's "MLM k %" replaces the chosen tokens by words that BERT-base
    /// predicts; without such a model, four in five become `[MASK]`.
    Mask { share: f64 },
    /// Replaces each token with probability `share` by a random one, see [`replace_tokens`]. Like the paper's
    /// "MLM k %" it exchanges k % of the words, but random ones fit worse than predicted ones.
    Replace { share: f64 },
    /// Repeats random tokens, at most `share` of them, see [`repeat_tokens`]: ESimCSE's word repetition, which
    /// prevents the model from recognising positives by their equal lengths.
    Repeat { share: f64 },
}

impl Augmentation {
    /// Every augmentation with its default share, in the order in which they are offered: 10 % for words, BERT's 15 %
    /// for tokens, ESimCSE's `dup_rate` 0.32.
    pub const ALL: [Augmentation; 8] = [
        Augmentation::Crop { share: 0.1 },
        Augmentation::Delete { share: 0.1 },
        Augmentation::DeleteOne,
        Augmentation::Reorder,
        Augmentation::Synonym { share: 0.0 },
        Augmentation::Mask { share: 0.15 },
        Augmentation::Replace { share: 0.15 },
        Augmentation::Repeat { share: 0.32 },
    ];

    /// The name without the share.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it changes ids ([`Augmentation::apply_to_tokens`]) instead of text ([`Augmentation::apply_to_text`]).
    pub fn is_on_tokens(self) -> bool {
        matches!(self, Augmentation::Mask { .. } | Augmentation::Replace { .. } | Augmentation::Repeat { .. })
    }

    /// Whether it does nothing without a dictionary.
    pub fn needs_dictionary(self) -> bool {
        matches!(self, Augmentation::Synonym { .. })
    }

    /// Applies an augmentation on words; those on tokens return the sentence unchanged. White space becomes single
    /// spaces if words are removed or moved. In a sentence of one word, only a synonym can change anything.
    pub fn apply_to_text(
        self,
        sentence: &str,
        dictionary: Option<&Dictionary>,
        random: &mut impl Rng,
    ) -> String {
        match self {
            Augmentation::Crop { share } => words::crop(sentence, share, random),
            Augmentation::Delete { share } => words::delete(sentence, share, random),
            Augmentation::DeleteOne => words::delete_one(sentence, random),
            Augmentation::Reorder => words::reorder(sentence, random),
            Augmentation::Synonym { share } => match dictionary {
                Some(dictionary) => words::replace_by_synonyms(sentence, share, dictionary, random),
                None => sentence.to_owned(),
            },
            Augmentation::Mask { .. } | Augmentation::Replace { .. } | Augmentation::Repeat { .. } => {
                sentence.to_owned()
            }
        }
    }

    /// Applies an augmentation on tokens to a sentence's ids, special tokens included; those on words return them
    /// unchanged. The result has at most `max_length` ids, or as many as `ids` if these are more.
    pub fn apply_to_tokens(
        self,
        ids: &[u32],
        vocabulary: &Vocabulary,
        max_length: usize,
        random: &mut impl Rng,
    ) -> Vec<u32> {
        match self {
            Augmentation::Mask { share } => mask_tokens(ids, vocabulary, share, random),
            Augmentation::Replace { share } => replace_tokens(ids, vocabulary, share, random),
            Augmentation::Repeat { share } => repeat_tokens(ids, vocabulary, share, max_length, random),
            _ => ids.to_vec(),
        }
    }

    fn share(self) -> Option<f64> {
        match self {
            Augmentation::Crop { share }
            | Augmentation::Delete { share }
            | Augmentation::Synonym { share }
            | Augmentation::Mask { share }
            | Augmentation::Replace { share }
            | Augmentation::Repeat { share } => Some(share),
            Augmentation::DeleteOne | Augmentation::Reorder => None,
        }
    }

    fn with_share(mut self, new: f64) -> Self {
        match &mut self {
            Augmentation::Crop { share }
            | Augmentation::Delete { share }
            | Augmentation::Synonym { share }
            | Augmentation::Mask { share }
            | Augmentation::Replace { share }
            | Augmentation::Repeat { share } => *share = new,
            Augmentation::DeleteOne | Augmentation::Reorder => {}
        }
        self
    }
}

impl fmt::Display for Augmentation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.share() {
            Some(share) => write!(formatter, "{}:{share}", self.name()),
            None => formatter.write_str(self.name()),
        }
    }
}

/// Why a text is not an augmentation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AugmentationError {
    #[error("unknown augmentation \"{name}\"; known are {}", Augmentation::ALL.map(|a| a.to_string()).join(", "))]
    Unknown { name: String },

    #[error("\"{share}\" as the share of {name}: expected a number from 0 to below 1, such as 0.1")]
    Share { name: &'static str, share: String },

    #[error("{name} takes no share, found \"{share}\"")]
    NoShare { name: &'static str, share: String },
}

impl FromStr for Augmentation {
    type Err = AugmentationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, share) = text.split_once(':').map_or((text, None), |(name, share)| (name, Some(share)));
        let unknown = || AugmentationError::Unknown { name: name.to_owned() };
        let default = Augmentation::ALL.into_iter().find(|known| known.name() == name).ok_or_else(unknown)?;
        let Some(share) = share else { return Ok(default) };
        let (name, owned) = (default.name(), share.to_owned());
        if default.share().is_none() {
            return Err(AugmentationError::NoShare { name, share: owned });
        }
        match share.parse() {
            Ok(number) if (0.0..1.0).contains(&number) => Ok(default.with_share(number)),
            _ => Err(AugmentationError::Share { name, share: owned }),
        }
    }
}

impl TryFrom<String> for Augmentation {
    type Error = AugmentationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Augmentation> for String {
    fn from(augmentation: Augmentation) -> Self {
        augmentation.to_string()
    }
}

#[cfg(test)]
mod tests;
