//! Typed sentences against each other.

use leptos::prelude::*;

use super::List;
use crate::app::{
    protocol::Request,
    ui::{
        i18n::{mt, t},
        lens::Lens,
        notice::{ErrorNotice, SlotProgress},
        similarity_table::SimilarityTable,
        store::{Phase, Topic},
        studio,
    },
};

/// A matrix of more cannot be read.
const MOST_SENTENCES: usize = 40;

#[component]
pub fn Matrix() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Similarity);
    let list: List = expect_context();
    let Lens { weights, pooler } = store.lens;
    let reason = Signal::derive(move || {
        let count = list.lines.with(|lines| lines.len());
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
            let sentences = list.lines.get_untracked().to_vec();
            engine.send(Topic::Similarity, Request::Similarity { sentences, weights, pooler });
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
        <div class="playground-head">
            <h2>{mt!("matrix-title")}</h2>
            <p class="fine">{mt!("matrix-what")}</p>
        </div>
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
        <SimilarityTable />
    }
}
