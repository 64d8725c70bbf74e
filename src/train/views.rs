//! Encodes sentences several times with dropout, as an unsupervised step does twice, to show how the vectors differ.

use serde::{Deserialize, Serialize};

use super::{TrainError, TrainOption};
use crate::{
    device::DeviceError,
    localize::messages,
    model::{Embedder, ModelConfig, RowDropout, kept_of_embedding},
};

/// As many as the page shows.
const MAX_SENTENCES: usize = 16;
const MAX_VIEWS: usize = 64;
/// Position of the first token after `[CLS]`.
const FIRST_WORD: usize = 1;

/// Encodings of the same sentences that differ only in their dropout masks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DropoutViews {
    /// Dropout probability of hidden states and attention probabilities.
    pub p: f32,
    /// Every view of a sentence gets the same masks, as in training with [`super::TrainOptions::fixed_mask`].
    pub fixed_mask: bool,
    /// How many times each sentence is encoded.
    pub views: usize,
    pub seed: u32,
}

impl DropoutViews {
    /// Checks the values and the number of sentences.
    ///
    /// # Errors
    /// A probability outside [0, 1), or too many or no views or sentences.
    pub fn validate(&self, sentences: usize) -> Result<(), TrainError> {
        let check = |fine: bool, option, value: String, expected| {
            if fine { Ok(()) } else { Err(TrainError::Option { option, value: value.into(), expected }) }
        };
        check(
            (0.0..1.0).contains(&self.p),
            TrainOption::Dropout.spec().title(),
            self.p.to_string(),
            messages::expected_probability(),
        )?;
        check(
            (1..=MAX_VIEWS).contains(&self.views),
            messages::option_views(),
            self.views.to_string(),
            messages::expected_views(),
        )?;
        let fits = (1..=MAX_SENTENCES).contains(&sentences);
        check(fits, messages::option_sentences(), sentences.to_string(), messages::expected_sentences())
    }

    /// The row of the batch whose masks a view of a sentence gets; rows are numbered view by view, as in training.
    fn mask_row(&self, view: usize, sentence: usize, sentences: usize) -> usize {
        if self.fixed_mask { sentence } else { view * sentences + sentence }
    }

    /// Vectors [views, sentences, hidden], not normalised, of the sentences' token rows. `progress` gets the number
    /// of rows done.
    ///
    /// # Errors
    /// Those of the device.
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
        embedder.embed_with_dropout(&rows, dropout, progress).await
    }

    /// Which elements `[hidden]` of the embedding of the first sentence's first word a view keeps.
    pub fn kept(&self, config: &ModelConfig, view: usize, sentences: usize) -> Vec<bool> {
        kept_of_embedding(config, self.p, self.seed, self.mask_row(view, 0, sentences), FIRST_WORD)
    }
}
