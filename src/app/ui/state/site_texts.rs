//! The texts that come with the site.

use leptos::prelude::*;

use super::{example_language::example_language, store::Store};
use crate::app::{
    protocol::{SiteFile, Source},
    ui::{browser::site::site_url, words::language::Language},
};

/// Texts that come with the site, by what they are for; all but Brown's are our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Sentences of the Brown corpus, which set-up takes from its package.
    Brown,
    /// What one sees on pictures, news, questions, explanations, everyday ones; a third in families that share their frames.
    English,
    /// A few of other kinds.
    Sentences,
    Triplets,
    /// A few, soon evaluated on.
    Pairs,
    /// More, alike to those of the STS benchmark.
    EverydayPairs,
    /// Those few and others, in which shared words say nothing about the score.
    HardPairs,
    /// For a Chinese encoder, the same three kinds.
    Chinese,
    ChineseTriplets,
    ChinesePairs,
}

impl Sample {
    /// Sentences that the loaded encoder has words for, in the visitor's language where it can be.
    pub fn sentences(store: Store) -> Self {
        match untrack(|| example_language(store)) {
            Language::English => Self::English,
            Language::Chinese => Self::Chinese,
        }
    }

    /// Graded pairs, likewise.
    pub fn pairs(store: Store) -> Self {
        match untrack(|| example_language(store)) {
            Language::English => Self::EverydayPairs,
            Language::Chinese => Self::ChinesePairs,
        }
    }

    /// Triplets, likewise.
    pub fn triplets(store: Store) -> Self {
        match untrack(|| example_language(store)) {
            Language::English => Self::Triplets,
            Language::Chinese => Self::ChineseTriplets,
        }
    }

    /// Folder below the site's address, and name.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Brown => ("texts", "brown-sentences.txt"),
            Self::English => ("data", "english-sentences.txt"),
            Self::Sentences => ("data", "sample-sentences.txt"),
            Self::Triplets => ("data", "sample-triplets.csv"),
            Self::Pairs => ("data", "sample-pairs.tsv"),
            Self::EverydayPairs => ("data", "everyday-pairs.tsv"),
            Self::HardPairs => ("data", "hard-pairs.tsv"),
            Self::Chinese => ("data", "chinese-sentences.txt"),
            Self::ChineseTriplets => ("data", "chinese-triplets.csv"),
            Self::ChinesePairs => ("data", "chinese-pairs.tsv"),
        }
    }

    /// Below the site's address.
    pub fn path(self) -> String {
        let (folder, name) = self.place();
        format!("{folder}/{name}")
    }

    /// Whether it is the training text, or there is none: then another one may take its place without a loss; tracked.
    pub fn is_training_text(self, store: Store) -> bool {
        let (_, name) = self.place();
        store.training.with(|training| training.as_ref().is_none_or(|report| report.name == name))
    }

    pub fn source(self) -> Source {
        let (_, name) = self.place();
        Source::Site(vec![SiteFile { path: name.to_owned(), url: site_url(&self.path()) }])
    }
}
