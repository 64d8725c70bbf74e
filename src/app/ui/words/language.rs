//! The languages that the page speaks, and which of them it speaks now.

use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use leptos::prelude::*;
use unic_langid::LanguageIdentifier;
use wasm_split_helpers::SplitLoaderError;

use super::i18n::fetch;

/// What the choice of an earlier visit is kept under.
const KEPT: &str = "simcse-lab.language";

/// The languages that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    pub fn identifier(self) -> LanguageIdentifier {
        // Both tags are well-formed; the default is the undetermined language.
        self.tag().parse().unwrap_or_default()
    }

    /// The one chosen in an earlier visit, else the first of the browser's that the page speaks.
    pub fn of_visitor() -> Self {
        let storage = window().local_storage().ok().flatten();
        let kept = storage.and_then(|storage| storage.get_item(KEPT).ok().flatten());
        let named = kept.and_then(|tag| Self::ALL.into_iter().find(|language| language.tag() == tag));
        named.unwrap_or_else(|| {
            let wanted = window().navigator().languages();
            let wanted: Vec<LanguageIdentifier> =
                wanted.iter().filter_map(|tag| tag.as_string()?.parse().ok()).collect();
            let spoken = Self::ALL.map(Self::identifier);
            let best = negotiate_languages(&wanted, &spoken, Some(&spoken[0]), NegotiationStrategy::Lookup);
            let index = best.first().and_then(|best| spoken.iter().position(|known| known == *best));
            Self::ALL[index.unwrap_or(0)]
        })
    }
}

thread_local! {
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::English);
}

/// The language in use; tracked.
pub fn language() -> Language {
    LANGUAGE.with(|language| language.get())
}

/// Speaks the visitor's language; English where its words cannot be fetched.
pub async fn begin() {
    let language = Language::of_visitor();
    if fetch(language).await.is_ok() {
        LANGUAGE.with(|now| now.set(language));
    }
}

/// Switches, and keeps the choice for later visits.
///
/// # Errors
/// The language's words cannot be fetched: the one in use stays.
pub async fn speak(language: Language) -> Result<(), SplitLoaderError> {
    fetch(language).await?;
    if let Ok(Some(storage)) = window().local_storage() {
        // Where nothing can be kept, the choice holds for this visit.
        let _ = storage.set_item(KEPT, language.tag());
    }
    LANGUAGE.with(|now| now.set(language));
    Ok(())
}
