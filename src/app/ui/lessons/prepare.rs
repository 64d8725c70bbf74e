//! What a lesson needs before its live parts can compute, and buttons that load it.

use leptos::prelude::*;

use crate::app::{
    protocol::{Request, TrainingKind},
    ui::{
        parts::notice::{ErrorNotice, SlotProgress},
        state::{
            site_texts::Sample,
            starter::{load_model, load_pairs},
            store::{Phase, Store, Topic},
            studio,
        },
        words::{
            format::bytes,
            i18n::{mt, words},
        },
    },
};

/// Beside the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Graded pairs.
    pub pairs: bool,
    /// Plain sentences to train on.
    pub sentences: bool,
    /// A run that is not there yet, hence no other under way.
    pub training: bool,
}

impl Needs {
    fn lacks_pairs(self, store: Store) -> bool {
        self.pairs && store.evaluation.with(Option::is_none)
    }

    fn lacks_sentences(self, store: Store) -> bool {
        let kind = store.training_kind();
        self.sentences && kind != Some(TrainingKind::Sentences)
    }

    /// Whether something has to be loaded; tracked.
    fn lacking(self, store: Store) -> bool {
        store.model.with(Option::is_none) || self.lacks_pairs(store) || self.lacks_sentences(store)
    }

    /// Why the live parts cannot compute now: a message; tracked.
    pub fn reason(self, store: Store) -> Option<&'static str> {
        let running = store.phase.with(|phase| phase.active() && (self.training || *phase != Phase::Paused));
        if !store.ready() {
            Some("engine-first")
        } else if self.lacking(store) {
            Some("lesson-load-first")
        } else if running {
            Some("lesson-run-first")
        } else {
            None
        }
    }
}

/// Says what is missing and loads it; nothing where nothing is.
#[component]
pub fn Prepare(needs: Needs) -> impl IntoView {
    let (store, engine) = studio();
    let shown = Memo::new(move |_| needs.lacking(store));
    let slots = [Topic::Model, Topic::Training, Topic::Evaluation].map(|topic| store.slot(topic));
    let busy = Signal::derive(move || slots.iter().any(|slot| slot.busy()));
    let disabled = Signal::derive(move || !store.ready() || busy.get() || store.phase.with(Phase::active));
    let load_texts = move || {
        if untrack(|| needs.lacks_sentences(store)) {
            engine.send(Topic::Training, Request::LoadTraining { source: Sample::sentences(store).source() });
        }
        if needs.pairs {
            load_pairs(Sample::pairs(store));
        }
    };
    let offers = move || {
        if store.model.with(Option::is_some) {
            let press = move |_| load_texts();
            return view! {
                <button type="button" class="button button-primary" disabled=disabled on:click=press>{mt!("lesson-load-texts")}</button>
            }
            .into_any();
        }
        let models = store.site_models.get().and_then(Result::ok).unwrap_or_default();
        if models.is_empty() {
            return view! { <p class="fine">{mt!("model-none")}</p> }.into_any();
        }
        let buttons = models.into_iter().map(|model| {
            let label = {
                let (name, size) = (model.name.clone(), bytes(model.bytes));
                mt!("lesson-load-model", name = name.as_str(), size = size.as_str())
            };
            let press = move |_| {
                load_model(&model, None);
                load_texts();
            };
            view! { <button type="button" class="button button-primary" disabled=disabled on:click=press>{label}</button> }
        });
        buttons.collect_view().into_any()
    };
    let what = move || match (needs.sentences, needs.pairs) {
        (true, _) => "lesson-needs-all",
        (false, true) => "lesson-needs-pairs",
        (false, false) => "lesson-needs-model",
    };
    view! {
        {move || shown.get().then(|| view! {
            <div class="prepare">
                <p>{move || words(what())}</p>
                <div class="row">{offers}</div>
                <p class="fine reason">{move || (!store.ready()).then(|| words("engine-first"))}</p>
                <SlotProgress of=slots[0] what="model-loading" />
                <ErrorNotice of=slots[0] title="model-failed" />
                <ErrorNotice of=slots[1] title="data-failed" />
                <ErrorNotice of=slots[2] title="data-failed" />
            </div>
        })}
    }
}
