//! Which language's examples fit the page and the encoder at hand.

use leptos::prelude::*;

use super::{examples::Example, store::Store};
use crate::app::ui::words::language::{Language, language};

impl Example {
    /// A text that begins with the example. It follows the language and the encoder for as long as nobody has changed
    /// it.
    pub fn begin(self, store: Store) -> RwSignal<String> {
        let text = RwSignal::new(untrack(|| self.now(store)));
        self.follow(store, text);
        text
    }

    /// The same over a text that is there.
    pub fn follow(self, store: Store, text: RwSignal<String>) {
        Effect::new(move |_| {
            let wanted = self.now(store);
            let untouched =
                |text: &String| Language::ALL.iter().any(|language| self.text(*language) == *text);
            if text.with_untracked(|now| *now != wanted && untouched(now)) {
                text.set(wanted);
            }
        });
    }

    /// As fits now; tracked.
    pub fn now(self, store: Store) -> String {
        self.text(fitting(store))
    }
}

/// Chinese where the visitor reads it and the encoder knows it; tracked.
pub fn fitting(store: Store) -> Language {
    let knows = store.model.with(|model| model.as_ref().is_some_and(|model| model.knows_chinese));
    match language() {
        Language::Chinese if knows => Language::Chinese,
        _ => Language::English,
    }
}
