//! Typed sentences against each other.

use leptos::prelude::*;

use super::{
    i18n::{mt, t},
    lens::Lens,
    notice::{ErrorNotice, SlotProgress},
    share::shared,
    similarity_table::SimilarityTable,
    store::{Phase, Topic},
    studio,
};
use crate::app::protocol::Request;

/// A matrix of more cannot be read.
const MOST_SENTENCES: usize = 40;

#[component]
pub fn Playground() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Similarity);
    let text = store.sentences;
    let shared = shared().sentences;
    Effect::new(move |_| {
        if let Some(sentences) = shared.get() {
            text.set(sentences);
        }
    });
    let Lens { weights, pooler } = store.lens;
    let sentences = move || -> Vec<String> {
        text.with(|text| {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        })
    };
    let reason = Signal::derive(move || {
        let count = sentences().len();
        if store.model.with(Option::is_none) {
            Some(t!("need-loaded-model"))
        } else if !store.ready() {
            Some(t!("engine-first"))
        } else if count < 2 {
            Some(t!("matrix-few"))
        } else if count > MOST_SENTENCES {
            Some(t!("matrix-many", count = count, most = MOST_SENTENCES))
        } else {
            None
        }
    });
    let compare = move || {
        if reason.get_untracked().is_none() {
            let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
            let request = Request::Similarity { sentences: untrack(sentences), weights, pooler };
            engine.send(Topic::Similarity, request);
        }
    };
    // Once a model is there, switches answer by themselves, and so does the end of a run.
    let ended = Memo::new(move |_| store.phase.with(|phase| matches!(phase, Phase::Finished(_))));
    Effect::new(move |_| {
        weights.track();
        pooler.track();
        ended.track();
        let between = store.phase.with_untracked(|phase| matches!(phase, Phase::Starting | Phase::Stopping));
        if store.model.with(Option::is_some) && !between {
            compare();
        }
    });
    view! {
        <section class="card playground" aria-labelledby="playground-title">
            <div class="playground-head">
                <h2 id="playground-title">{mt!("matrix-title")}</h2>
                <p class="fine">{mt!("matrix-what")}</p>
            </div>
            <div class="playground-input">
                <div class="field">
                    <label for="playground-text">{mt!("matrix-sentences")}</label>
                    <textarea
                        id="playground-text"
                        rows="12"
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    ></textarea>
                </div>
                <div class="playground-options">
                    <div class="row">
                        <button
                            type="button"
                            class="button button-primary"
                            disabled=move || reason.with(Option::is_some) || slot.busy()
                            on:click=move |_| compare()
                        >
                            {mt!("matrix-compare")}
                        </button>
                        <span class="fine">{reason}</span>
                    </div>
                    <SlotProgress of=slot what="encoding" />
                    <ErrorNotice of=slot title="matrix-failed" />
                </div>
            </div>
            <SimilarityTable />
        </section>
    }
}
