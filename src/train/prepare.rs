//! Makes the dataset of a recipe from tokenised texts, with its augmentation and corruption.

use std::rc::Rc;

use super::{Dataset, TrainError, TrainOption, TrainOptions};
use crate::{
    localize::messages,
    objective::MLM_PROBABILITY,
    text::{
        SentenceTokenizer, TrainingData,
        augment::{Augmentation, Dictionary, mlm_corrupt},
    },
};

/// The dataset of a recipe. `rows` are the token ids of all sentences of `texts`, cut to the recipe's length. Second
/// views are augmented anew in each epoch, and rows are corrupted for masked-language modelling, if the recipe says
/// so.
///
/// # Errors
/// An augmentation without its dictionary; a tokenizer without the mask token that is needed.
pub fn dataset(
    texts: &TrainingData,
    rows: Vec<Vec<u32>>,
    tokenizer: &SentenceTokenizer,
    dictionary: Option<Dictionary>,
    options: &TrainOptions,
) -> Result<Dataset, TrainError> {
    let mut data = Dataset::new(rows, texts.sentences_per_item());
    if !options.contrastive {
        data = data.once();
    }
    if options.mlm_weight > 0.0 {
        let vocabulary = tokenizer.vocabulary()?;
        data = data.with_corrupt(Rc::new(move |row, random| {
            let example = mlm_corrupt(row, &vocabulary, MLM_PROBABILITY, random);
            (example.ids, example.targets.into_iter().map(|(place, id)| (place as u32, id)).collect())
        }));
    }
    let Some(augmentation) = options.augmentation else { return Ok(data) };
    if augmentation.needs_dictionary() && dictionary.is_none() {
        return Err(TrainError::Option {
            option: TrainOption::Augmentation.spec().title(),
            value: augmentation.to_string().into(),
            expected: messages::expected_dictionary(),
        });
    }
    let max_length = options.max_length;
    Ok(if augmentation.is_on_tokens() {
        let (vocabulary, rows) = (tokenizer.vocabulary()?, data.rows());
        let of_tokens = move |item: usize, random: &mut _| {
            augmentation.apply_to_tokens(&rows[item], &vocabulary, max_length, random)
        };
        data.with_augment(Rc::new(of_tokens), max_length)
    } else {
        let augmented =
            TextAugmentation { augmentation, texts: texts.sentences().to_vec(), dictionary, max_length };
        let (tokenizer, rows) = (tokenizer.clone(), data.rows());
        data.with_augment(
            Rc::new(move |item, random| {
                let sentence = [augmented.sentence(item, random)];
                // An item whose changed sentence cannot be tokenised keeps its own row.
                let row = tokenizer
                    .encode_plain(&sentence, augmented.max_length)
                    .ok()
                    .and_then(|mut rows| rows.pop());
                row.unwrap_or_else(|| rows[item].clone())
            }),
            max_length,
        )
    })
}

/// An augmentation of the text, before tokenising.
struct TextAugmentation {
    augmentation: Augmentation,
    texts: Vec<String>,
    dictionary: Option<Dictionary>,
    max_length: usize,
}

impl TextAugmentation {
    fn sentence(&self, item: usize, random: &mut impl rand::Rng) -> String {
        self.augmentation.apply_to_text(&self.texts[item], self.dictionary.as_ref(), random)
    }
}
