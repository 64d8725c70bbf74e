//! Sentences encoded several times under dropout, as the two passes of an unsupervised step are: to be looked at.

use serde::{Deserialize, Serialize};

use super::TrainError;
use crate::{
    device::DeviceError,
    model::{Embedder, ModelConfig, RowDropout, kept_of_embedding},
    said::reason,
};

/// More are not looked at.
const MOST_SENTENCES: usize = 16;
const MOST_VIEWS: usize = 64;
/// Of the first token behind `[CLS]`.
const FIRST_WORD: usize = 1;

/// Encodings of the same sentences that differ in nothing but their dropout masks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DropoutViews {
    /// Probability, for hidden states and attention probabilities alike.
    pub p: f32,
    /// Every view of a sentence gets the same masks, as in training with [`super::TrainOptions::fixed_mask`].
    pub fixed_mask: bool,
    /// How often each sentence is encoded.
    pub views: usize,
    pub seed: u32,
}

impl DropoutViews {
    /// Refuses values that cannot work, and more than is meant to be looked at.
    pub fn validate(&self, sentences: usize) -> Result<(), TrainError> {
        let check = |fine: bool, option, value: String, expected| match fine {
            true => Ok(()),
            false => Err(TrainError::Option { option, value: value.into(), expected }),
        };
        check(
            (0.0..1.0).contains(&self.p),
            "dropout",
            self.p.to_string(),
            reason!("expected-probability", "0 up to, but not, 1"),
        )?;
        check(
            (1..=MOST_VIEWS).contains(&self.views),
            "views",
            self.views.to_string(),
            reason!("expected-views", "1 to 64"),
        )?;
        let fits = (1..=MOST_SENTENCES).contains(&sentences);
        check(fits, "number of sentences", sentences.to_string(), reason!("expected-sentences", "1 to 16"))
    }

    /// The row of the batch whose masks a view of a sentence has; rows are counted view after view, as in training.
    fn mask_row(&self, view: usize, sentence: usize, sentences: usize) -> usize {
        if self.fixed_mask { sentence } else { view * sentences + sentence }
    }

    /// Vectors [views, sentences, hidden], not normalised, of the sentences' token rows. `progress` hears of rows done.
    ///
    /// # Errors
    /// The device's.
    pub async fn embed<R: AsRef<[u32]>>(
        &self,
        embedder: &Embedder,
        sentences: &[R],
        progress: impl FnMut(usize),
    ) -> Result<Vec<f32>, DeviceError> {
        let count = sentences.len();
        let places = (0..self.views).flat_map(|view| (0..count).map(move |sentence| (view, sentence)));
        let (rows, mask_rows): (Vec<&[u32]>, Vec<usize>) = places
            .map(|(view, sentence)| (sentences[sentence].as_ref(), self.mask_row(view, sentence, count)))
            .unzip();
        let dropout = RowDropout { p: self.p, seed: self.seed, mask_rows: &mask_rows };
        embedder.embed_dropped(&rows, dropout, progress).await
    }

    /// Which elements [hidden] of the first sentence's first word a view keeps of its embedding.
    pub fn kept(&self, config: &ModelConfig, view: usize, sentences: usize) -> Vec<bool> {
        kept_of_embedding(config, self.p, self.seed, self.mask_row(view, 0, sentences), FIRST_WORD)
    }
}
