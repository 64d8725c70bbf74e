//! What the playground's views have in common.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};

use crate::app::ui::state::{
    encoder_choice::EncoderChoice,
    store::{Phase, Store},
};

/// So long nothing is typed any more before the views answer.
pub const TYPING: Duration = Duration::from_millis(250);

/// Lists up to this length are laid out and searched as soon as they are encoded.
pub const AUTO_LAYOUT_LINES: usize = 300;

/// Which view is looked at, by its tab's name.
#[derive(Clone, Copy)]
pub struct Chosen(pub RwSignal<&'static str>);

/// Counts questions to the engine: only the last one's answer is of interest.
#[derive(Clone, Copy)]
pub struct Questions(StoredValue<u32>);

impl Questions {
    pub fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// Another one, and its number.
    pub fn next(self) -> u32 {
        self.0.update_value(|number| *number += 1);
        self.0.get_value()
    }

    pub fn is_last(self, number: u32) -> bool {
        self.0.get_value() == number
    }
}

/// Compares at once where the encoder changes (a model, the choice of weights or pooler, the end of a run), and as soon as
/// typing pauses where what `text` tracks does.
pub fn follow(store: Store, text: impl Fn() + 'static, compare: impl Fn() + Copy + Send + Sync + 'static) {
    let mut typed = debounce(TYPING, move |()| compare());
    Effect::new(move |before: Option<()>| {
        text();
        if before.is_some() {
            typed(());
        }
    });
    let EncoderChoice { weights, pooler } = store.encoder;
    let ended = Memo::new(move |_| store.phase.with(|phase| matches!(phase, Phase::Finished(_))));
    Effect::new(move |_| {
        weights.track();
        pooler.track();
        ended.track();
        let between = store.phase.with_untracked(|phase| matches!(phase, Phase::Starting | Phase::Stopping));
        if store.model.with(Option::is_some) && !between {
            untrack(compare);
        }
    });
}
