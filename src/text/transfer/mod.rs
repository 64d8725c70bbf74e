//! The data of SentEval's transfer tasks: sentences with classes (facebookresearch/SentEval `senteval/binary.py`,
//! `sst.py`, `trec.py`, `mrpc.py`).

mod gather;
mod parse;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::TextError;

/// The seven tasks, in the order of arXiv 2104.08821, table E.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
pub enum TransferKind {
    /// Film reviews, negative or positive.
    #[serde(rename = "MR")]
    #[strum(serialize = "MR")]
    Mr,
    /// Product reviews, negative or positive.
    #[serde(rename = "CR")]
    #[strum(serialize = "CR")]
    Cr,
    /// Subjective or objective.
    #[serde(rename = "SUBJ")]
    #[strum(serialize = "SUBJ")]
    Subj,
    /// Opinion polarity of phrases.
    #[serde(rename = "MPQA")]
    #[strum(serialize = "MPQA")]
    Mpqa,
    /// The Stanford Sentiment Treebank, two classes.
    #[serde(rename = "SST-2")]
    #[strum(serialize = "SST-2")]
    Sst2,
    /// Six types of questions.
    #[serde(rename = "TREC")]
    #[strum(serialize = "TREC")]
    Trec,
    /// Pairs of sentences, paraphrases or not.
    #[serde(rename = "MRPC")]
    #[strum(serialize = "MRPC")]
    Mrpc,
}

impl TransferKind {
    /// Every task.
    pub const ALL: [TransferKind; 7] = {
        use TransferKind::*;
        [Mr, Cr, Subj, Mpqa, Sst2, Trec, Mrpc]
    };

    /// The name, as the paper writes it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The files in the task's folder: one per class, class 1 first; or training, development if there is one, and
    /// test.
    pub fn files(self) -> &'static [&'static str] {
        match self {
            TransferKind::Mr => &["rt-polarity.pos", "rt-polarity.neg"],
            TransferKind::Cr => &["custrev.pos", "custrev.neg"],
            TransferKind::Subj => &["subj.objective", "subj.subjective"],
            TransferKind::Mpqa => &["mpqa.pos", "mpqa.neg"],
            TransferKind::Sst2 => &["sentiment-train", "sentiment-dev", "sentiment-test"],
            TransferKind::Trec => &["train_5500.label", "TREC_10.label"],
            TransferKind::Mrpc => &["msr_paraphrase_train.txt", "msr_paraphrase_test.txt"],
        }
    }

    pub fn classes(self) -> usize {
        if self == TransferKind::Trec { 6 } else { 2 }
    }

    /// 2 for MRPC, which classifies pairs; else 1.
    pub fn sentences_per_item(self) -> usize {
        if self == TransferKind::Mrpc { 2 } else { 1 }
    }
}

/// Sentences, or pairs of them, with their classes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelledSet {
    /// The sentences of each item in turn, words separated by single spaces. A sentence may be empty, as in SentEval.
    pub sentences: Vec<String>,
    /// The class of each item, from 0.
    pub labels: Vec<usize>,
}

/// A transfer task's data in SentEval's order, on which the folds depend: by the number of words, then by class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferTask {
    pub kind: TransferKind,
    /// One set for tasks with one file per class; else training, development if there is one, and test.
    pub sets: Vec<LabelledSet>,
}

impl TransferTask {
    /// Reads a task from the contents of [`TransferKind::files`], in that order, each with a display name. Text that is
    /// not UTF-8 is read as Latin-1.
    ///
    /// # Errors
    /// No text; a line without a class or with an unknown one, or without a sentence. In tasks with one file per class
    /// every line is valid: an empty one is an empty sentence.
    ///
    /// # Panics
    /// If the number of files is not the task's.
    pub fn parse(kind: TransferKind, files: &[(String, Vec<u8>)]) -> Result<TransferTask, TextError> {
        assert_eq!(files.len(), kind.files().len(), "the files of {}", kind.name());
        Ok(TransferTask { kind, sets: parse::sets(kind, files)? })
    }

    /// The sentences of all sets.
    pub fn sentences(&self) -> Vec<&str> {
        self.sets.iter().flat_map(|set| &set.sentences).map(String::as_str).collect()
    }
}
