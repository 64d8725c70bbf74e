//! Tokenised training items, their order in each epoch, and the augmented and corrupted rows of each step.

use std::{borrow::Cow, fmt, rc::Rc};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{CorruptedRows, Objective, TrainError};
use crate::{localize::messages, model::ModelConfig};

/// Makes the second view of an item: token ids, special tokens included.
pub type Augment = Rc<dyn Fn(usize, &mut ChaCha8Rng) -> Vec<u32>>;
/// Corrupts a row for masked-language modelling: the new ids, and position and original id of each token to predict.
pub type Corrupt = Rc<dyn Fn(&[u32], &mut ChaCha8Rng) -> (Vec<u32>, Vec<(u32, u32)>)>;

/// Tokenised training items: one sentence each (encoded twice), a pair, or a triplet with a hard negative.
#[derive(Clone)]
pub struct Dataset {
    /// All sentences of the first item, then of the next, and so on.
    rows: Rc<Vec<Vec<u32>>>,
    sentences_per_item: usize,
    /// Single sentences are encoded once instead of twice.
    once: bool,
    /// With the maximum length of an augmented row.
    augment: Option<(Augment, usize)>,
    corrupt: Option<Corrupt>,
}

impl fmt::Debug for Dataset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dataset of {} items of {} sentences", self.len(), self.sentences_per_item)
    }
}

impl Dataset {
    /// `rows` are token ids, special tokens included; each item has `sentences_per_item` (1, 2 or 3) of them.
    pub fn new(rows: Vec<Vec<u32>>, sentences_per_item: usize) -> Self {
        debug_assert!((1..=3).contains(&sentences_per_item) && rows.len().is_multiple_of(sentences_per_item));
        Self { rows: Rc::new(rows), sentences_per_item, once: false, augment: None, corrupt: None }
    }

    /// Token ids of all sentences, item by item.
    pub fn rows(&self) -> Rc<Vec<Vec<u32>>> {
        self.rows.clone()
    }

    /// Lets `augment` make the second views, of at most `max_length` tokens.
    pub fn with_augment(mut self, augment: Augment, max_length: usize) -> Self {
        self.augment = Some((augment, max_length));
        self
    }

    /// Lets `corrupt` make the rows for masked-language modelling.
    pub fn with_corrupt(mut self, corrupt: Corrupt) -> Self {
        self.corrupt = Some(corrupt);
        self
    }

    /// Encodes single sentences once instead of twice, for pre-training.
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    pub fn can_corrupt(&self) -> bool {
        self.corrupt.is_some()
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.rows.len() / self.sentences_per_item
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Encoded rows per item; a single sentence counts twice, except in pre-training.
    pub fn views(&self) -> usize {
        if self.once { self.sentences_per_item } else { self.sentences_per_item.max(2) }
    }

    /// Whether a model can be trained on these items with this objective.
    ///
    /// # Errors
    /// Too few items; items of the other objective; the padding token where the model counts no position for it.
    pub fn check(&self, objective: Objective, config: &ModelConfig) -> Result<(), TrainError> {
        if self.len() < 2 {
            return Err(TrainError::TooFewItems { found: self.len() });
        }
        let (objective, reason) = match (objective, self.sentences_per_item) {
            (Objective::Unsup, 1) | (Objective::Sup, 2 | 3) => return self.check_padding(config),
            (Objective::Unsup, _) => (messages::train_unsup(), messages::train_wants_sentences()),
            (Objective::Sup, _) => (messages::train_sup(), messages::train_wants_pairs()),
        };
        Err(TrainError::Objective { objective, reason })
    }

    /// RoBERTa gives the padding token no position of its own, for which the gradient of the position table does not allow.
    fn check_padding(&self, config: &ModelConfig) -> Result<(), TrainError> {
        let padding = config.pad_token_id as u32;
        match self.rows.iter().position(|row| row.contains(&padding)) {
            Some(row) if config.counts_from_padding() => {
                Err(TrainError::Padding { item: 1 + row / self.sentences_per_item })
            }
            _ => Ok(()),
        }
    }

    fn sentence(&self, item: usize, view: usize) -> &[u32] {
        &self.rows[item * self.sentences_per_item + view.min(self.sentences_per_item - 1)]
    }

    /// The rows of a batch, view by view: the first sentences of all items, then the second, then the third.
    pub fn batch(&self, items: &[u32]) -> Vec<&[u32]> {
        let view = |view: usize| items.iter().map(move |item| self.sentence(*item as usize, view));
        (0..self.views()).flat_map(view).collect()
    }

    /// As [`Dataset::batch`], but with augmented second views, which depend on `seed` and `epoch`.
    pub fn augmented_batch(&self, items: &[u32], seed: u32, epoch: u32) -> Vec<Cow<'_, [u32]>> {
        let mut rows: Vec<Cow<[u32]>> = self.batch(items).into_iter().map(Cow::Borrowed).collect();
        let Some((augment, max_length)) = &self.augment else { return rows };
        for (row, item) in rows[items.len()..].iter_mut().zip(items) {
            let view = augment(*item as usize, &mut random(seed, epoch, AUGMENT_STREAM, *item));
            debug_assert!(view.len() <= *max_length);
            *row = Cow::Owned(view);
        }
        rows
    }

    /// The corrupted rows of a step for masked-language modelling; `None` without it.
    pub fn corrupted<R: AsRef<[u32]>>(&self, rows: &[R], seed: u32, step: u32) -> Option<CorruptedRows> {
        let corrupt = self.corrupt.as_ref()?;
        let each = (0..)
            .zip(rows)
            .map(|(index, row)| corrupt(row.as_ref(), &mut random(seed, step, CORRUPT_STREAM, index)));
        let (rows, labels) = each.unzip();
        Some(CorruptedRows { rows, labels })
    }

    /// The most tokens that a batch of `batch_size` items can have.
    pub fn most_tokens(&self, batch_size: usize) -> usize {
        let augmented = self.augment.as_ref().map(|(_, max_length)| *max_length);
        let len = |item: usize, view: usize| match augmented {
            Some(max_length) if view == 1 => max_length,
            _ => self.sentence(item, view).len(),
        };
        let tokens = |item: usize| (0..self.views()).map(|view| len(item, view)).sum::<usize>();
        let mut lengths: Vec<usize> = (0..self.len()).map(tokens).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.iter().take(batch_size).sum()
    }

    /// The order of items in an epoch. It depends on seed and epoch only, so that a run can be resumed at any step.
    pub fn order(&self, seed: u32, epoch: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        let seed = (u64::from(seed) << 32) | u64::from(epoch);
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        order
    }

    /// A hash of the data (FNV-1a over token ids), so that resuming a checkpoint with other data is noticed.
    pub fn fingerprint(&self) -> u64 {
        let start = 0xcbf2_9ce4_8422_2325_u64 ^ self.sentences_per_item as u64;
        let ids = self.rows.iter().flat_map(|row| row.iter().copied().chain([u32::MAX]));
        ids.fold(start, |hash, id| (hash ^ u64::from(id)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

const AUGMENT_STREAM: u64 = 1 << 32;
const CORRUPT_STREAM: u64 = 2 << 32;

/// The random numbers for one item in an epoch, or one row in a step.
fn random(seed: u32, time: u32, stream: u64, index: u32) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64((u64::from(seed) << 32) | u64::from(time));
    random.set_stream(stream | u64::from(index));
    random
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Architecture,
        workloads::{ModelSize, config},
    };

    fn singles(count: u32) -> Dataset {
        Dataset::new((0..count).map(|id| vec![id; 1 + id as usize % 3]).collect(), 1)
    }

    #[test]
    fn every_epoch_has_every_item_once_in_its_own_order() {
        let data = singles(100);
        let (first, second) = (data.order(1, 0), data.order(1, 1));
        assert_ne!(first, second);
        assert_ne!(first, data.order(2, 0));
        assert_eq!(first, data.order(1, 0));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_single_sentence_is_both_views_and_triplets_are_ordered_view_by_view() {
        let data = singles(3);
        assert_eq!(data.batch(&[2, 0]), [[2, 2, 2].as_slice(), &[0], &[2, 2, 2], &[0]]);
        let triplets = Dataset::new((0..6).map(|id| vec![id]).collect(), 3);
        assert_eq!(triplets.batch(&[1, 0]), [[3], [0], [4], [1], [5], [2]]);
    }

    #[test]
    fn no_batch_has_more_tokens_than_most_tokens() {
        let data = singles(20);
        let most = data.most_tokens(4);
        for batch in data.order(3, 0).chunks(4) {
            assert!(data.batch(batch).iter().map(|row| row.len()).sum::<usize>() <= most);
        }
    }

    #[test]
    fn data_that_does_not_fit_the_objective_is_refused() {
        let config = config(ModelSize { layers: 1, hidden: 128 }).unwrap();
        assert!(singles(5).check(Objective::Unsup, &config).is_ok());
        assert!(singles(5).check(Objective::Sup, &config).is_err());
        assert!(singles(1).check(Objective::Unsup, &config).is_err());
        assert!(Dataset::new(vec![vec![1]; 4], 2).check(Objective::Sup, &config).is_ok());
    }

    #[test]
    fn the_padding_token_is_refused_where_positions_are_counted_from_it() {
        let bert = config(ModelSize { layers: 1, hidden: 128 }).unwrap();
        let roberta = ModelConfig {
            architecture: Architecture::Roberta,
            first_position: 2,
            pad_token_id: 1,
            ..bert.clone()
        };
        let data = Dataset::new(vec![vec![0, 5, 2], vec![0, 1, 2]], 1);
        assert!(data.check(Objective::Unsup, &bert).is_ok());
        let refused = data.check(Objective::Unsup, &roberta);
        assert!(matches!(refused, Err(TrainError::Padding { item: 2 })), "{refused:?}");
    }
}
