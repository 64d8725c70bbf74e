//! The language of example texts: what the visitor reads, where the encoder knows it.

use leptos::prelude::*;

use super::{examples::Example, store::Store};
use crate::app::ui::words::language::{Language, language};

impl Example {
    /// A text that begins with the example. It follows the language and the encoder for as long as nobody has changed
    /// it.
    pub fn editable(self, store: Store) -> RwSignal<String> {
        let text = RwSignal::new(untrack(|| self.current(store)));
        self.keep_current(store, text);
        text
    }

    /// As [`Self::editable`], for a text signal that exists already.
    pub fn keep_current(self, store: Store, text: RwSignal<String>) {
        Effect::new(move |_| {
            let wanted = self.current(store);
            let untouched =
                |text: &String| Language::ALL.iter().any(|language| self.text(*language) == *text);
            if text.with_untracked(|now| *now != wanted && untouched(now)) {
                text.set(wanted);
            }
        });
    }

    /// The text in the language that fits now; tracked.
    pub fn current(self, store: Store) -> String {
        self.text(example_language(store))
    }
}

/// Chinese where the visitor reads it and the encoder knows it; tracked.
pub fn example_language(store: Store) -> Language {
    let knows = store.model.with(|model| model.as_ref().is_some_and(|model| model.knows_chinese));
    match language() {
        Language::Chinese if knows => Language::Chinese,
        _ => Language::English,
    }
}
