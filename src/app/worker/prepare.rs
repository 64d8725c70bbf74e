//! From texts and options to a run that can start.

use super::{
    browser,
    error::WorkerError,
    files::{self, NamedBytes},
    outbox::{post_compiling, post_progress},
};
use crate::{
    app::protocol::{PickedFile, RequestId, SiteFile, Source, Stage},
    device::Device,
    model::Checkpoint,
    text::{SentenceTokenizer, StsSet, TrainingData, augment::Dictionary},
    train::{self, EvaluationSet, TrainOptions, Trainer},
};

/// The dictionary of synonyms on the site.
const DICTIONARY: &str = "dictionary/synonyms.tsv";
/// Sentences tokenised between two reports of progress.
const TOKENISE_AT_ONCE: usize = 2_000;

/// What a run reads.
pub struct Texts<'a> {
    pub tokenizer: &'a SentenceTokenizer,
    pub training: &'a TrainingData,
    /// Its token rows, where they were made before.
    pub rows: Option<Vec<Vec<u32>>>,
    pub evaluation: Option<&'a StsSet>,
    /// Tokens of a sentence that is evaluated on.
    pub max_length: usize,
    /// Synonyms that are used in place of the site's.
    pub dictionary: Option<PickedFile>,
}

/// Tokenises the texts and allocates everything for a run, with progress posted under `id`. Returns with it the share of
/// the training text that the vocabulary does not know.
///
/// # Errors
/// Options that do not fit the model or the data, a sentence that the tokenizer refuses, too little GPU memory.
pub async fn trainer(
    id: RequestId,
    device: &Device,
    checkpoint: &Checkpoint,
    texts: Texts<'_>,
    options: TrainOptions,
) -> Result<(Trainer, f64), WorkerError> {
    options.validate()?;
    options.fits(&checkpoint.config)?;
    let rows = match texts.rows {
        Some(rows) => rows,
        None => {
            let sentences = texts.training.sentences();
            tokenise(id, texts.tokenizer, sentences, options.max_length, Text::Training).await?
        }
    };
    let unknown_share = texts.tokenizer.unknown_share(&rows);
    let dictionary = if options.needs_dictionary() {
        let file = dictionary_file(id, texts.dictionary).await?;
        Some(Dictionary::parse(DICTIONARY, &file.bytes)?)
    } else {
        None
    };
    let data = train::dataset(texts.training, rows, texts.tokenizer, dictionary, &options)?;
    let evaluation = match texts.evaluation {
        None => None,
        Some(set) => {
            let rows =
                tokenise(id, texts.tokenizer, &set.sentences(), texts.max_length, Text::Encoded).await?;
            Some(EvaluationSet { rows, scores: set.scores() })
        }
    };
    post_progress(id, Stage::Preparing, 0.0, None);
    let trainer =
        Trainer::new_with(device, checkpoint, data, evaluation, options, post_compiling(id)).await?;
    Ok((trainer, unknown_share))
}

/// The synonyms that come with the site, or those `given` in their place.
pub async fn dictionary_file(id: RequestId, given: Option<PickedFile>) -> Result<NamedBytes, WorkerError> {
    let (path, url) = (DICTIONARY.to_owned(), browser::site_url(DICTIONARY));
    let source = match given {
        Some(file) => Source::Files(vec![file]),
        None => Source::Site(vec![SiteFile { path, url }]),
    };
    files::gather_one(id, source).await
}

/// What sentences are for: a model's prompt stands before what it encodes, and not before what it learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    Training,
    Encoded,
}

/// Token rows, with progress posted under `id`.
pub async fn tokenise<S: AsRef<str>>(
    id: RequestId,
    tokenizer: &SentenceTokenizer,
    sentences: &[S],
    max_length: usize,
    text: Text,
) -> Result<Vec<Vec<u32>>, WorkerError> {
    let mut rows = Vec::with_capacity(sentences.len());
    for portion in sentences.chunks(TOKENISE_AT_ONCE) {
        post_progress(id, Stage::Tokenising, rows.len() as f64, Some(sentences.len() as f64));
        rows.extend(match text {
            Text::Training => tokenizer.encode_plain(portion, max_length)?,
            Text::Encoded => tokenizer.encode(portion, max_length)?,
        });
    }
    Ok(rows)
}
