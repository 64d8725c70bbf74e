//! Training data and graded pairs that a program passes as values: the rules of files, with errors that name the item.

use super::{Corpus, CorpusReport, StsPair, StsSet, TextError, TrainingData};

/// The names in errors, in place of a file's name.
const TRAINING: &str = "the training data";
const PAIRS: &str = "the graded pairs";

impl Corpus {
    /// Training data from items. Blank sentences are left out, as blank lines of a file are.
    ///
    /// # Errors
    /// No items; a pair or triplet with a blank sentence.
    pub fn from_items(data: TrainingData) -> Result<Self, TextError> {
        let given = data.len();
        let data = match data {
            TrainingData::Sentences(mut items) => {
                items.retain(|sentence| !sentence.trim().is_empty());
                TrainingData::Sentences(items)
            }
            TrainingData::Pairs(_) | TrainingData::Triplets(_) => data,
        };
        if data.is_empty() {
            return Err(none(TRAINING, if given > 0 { "all sentences are blank" } else { "there is none" }));
        }
        let per_item = data.sentences_per_item();
        refuse_blank(TRAINING, data.sentences().iter().map(String::as_str), per_item)?;
        let report = CorpusReport { items: data.len(), skipped_blank: given - data.len(), header: false };
        Ok(Self { data, report, notes: Vec::new() })
    }
}

impl StsSet {
    /// A set of graded pairs.
    ///
    /// # Errors
    /// No pairs, a blank sentence, a score that is NaN or infinite.
    pub fn from_pairs(name: &str, pairs: Vec<StsPair>) -> Result<Self, TextError> {
        if pairs.is_empty() {
            return Err(none(PAIRS, "there is none"));
        }
        let set = Self { name: name.to_owned(), pairs, notes: Vec::new() };
        refuse_blank(PAIRS, set.sentences().into_iter(), 2)?;
        match set.pairs.iter().position(|pair| !pair.score.is_finite()) {
            Some(index) => {
                Err(wrong(PAIRS, index, format!("its score is {}, not a number", set.pairs[index].score)))
            }
            None => Ok(set),
        }
    }
}

fn refuse_blank<'a>(
    file: &str,
    mut sentences: impl Iterator<Item = &'a str>,
    per_item: usize,
) -> Result<(), TextError> {
    match sentences.position(|sentence| sentence.trim().is_empty()) {
        Some(at) => {
            let reason = format!("its sentence {} is blank", at % per_item + 1);
            Err(wrong(file, at / per_item, reason))
        }
        None => Ok(()),
    }
}

fn none(file: &str, reason: &str) -> TextError {
    TextError::Format { file: file.to_owned(), reason: reason.to_owned().into() }
}

fn wrong(file: &str, index: usize, reason: String) -> TextError {
    TextError::Format { file: format!("{file}, item {index} (the first is 0)"), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings<const N: usize>(items: [&str; N]) -> [String; N] {
        items.map(str::to_owned)
    }

    #[test]
    fn blank_sentences_are_left_out_and_counted() {
        let given = TrainingData::Sentences(strings(["a", " \n", "b\nc", ""]).to_vec());
        let corpus = Corpus::from_items(given).unwrap();
        assert_eq!(corpus.data.sentences(), ["a", "b\nc"], "a line break within a sentence is kept");
        assert_eq!(corpus.report, CorpusReport { items: 2, skipped_blank: 2, header: false });
    }

    #[test]
    fn training_data_without_a_sentence_is_refused() {
        let message = |items: &[&str]| {
            let items = items.iter().map(|item| (*item).to_owned()).collect();
            Corpus::from_items(TrainingData::Sentences(items)).unwrap_err().to_string()
        };
        assert_eq!(message(&[]), "the training data: there is none");
        assert_eq!(message(&[" ", ""]), "the training data: all sentences are blank");
    }

    #[test]
    fn an_item_with_a_blank_sentence_is_named() {
        let pairs = TrainingData::Pairs(vec![strings(["a", "b"]), strings(["c", "\t"])]);
        assert_eq!(
            Corpus::from_items(pairs).unwrap_err().to_string(),
            "the training data, item 1 (the first is 0): its sentence 2 is blank"
        );
        let triplets = TrainingData::Triplets(vec![strings(["a", "b", "c"])]);
        assert_eq!(Corpus::from_items(triplets.clone()).unwrap().data, triplets);
    }

    #[test]
    fn graded_pairs_need_sentences_and_numbers() {
        let pair = |second: &str, score| StsPair { first: "a".to_owned(), second: second.to_owned(), score };
        let message = |pairs| StsSet::from_pairs("x", pairs).unwrap_err().to_string();
        assert_eq!(message(vec![]), "the graded pairs: there is none");
        assert_eq!(
            message(vec![pair("b", 1.0), pair(" ", 2.0)]),
            "the graded pairs, item 1 (the first is 0): its sentence 2 is blank"
        );
        assert_eq!(
            message(vec![pair("b", f64::NAN)]),
            "the graded pairs, item 0 (the first is 0): its score is NaN, not a number"
        );
        let set = StsSet::from_pairs("mine", vec![pair("b", 1.0)]).unwrap();
        assert_eq!((set.name.as_str(), set.scores()), ("mine", vec![1.0]));
    }
}
