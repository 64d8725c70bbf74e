//! Typed sentences against each other.

use leptos::prelude::*;

use super::{
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
            Some("Load a model first (step 1).".to_owned())
        } else if !store.ready() {
            Some("The engine has to be running first.".to_owned())
        } else if count < 2 {
            Some("Type two sentences or more, one a line.".to_owned())
        } else if count > MOST_SENTENCES {
            Some(format!("{count} sentences are too many to read: use {MOST_SENTENCES} or fewer."))
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
                <h2 id="playground-title">"Similarity matrix"</h2>
                <p class="fine">"How similar the encoder finds sentences: cosines from −1 to 1."</p>
            </div>
            <div class="playground-input">
                <div class="field">
                    <label for="playground-text">"Sentences, one a line"</label>
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
                            "Compare"
                        </button>
                        <span class="fine">{reason}</span>
                    </div>
                    <SlotProgress of=slot what="Encoding" />
                    <ErrorNotice of=slot title="The sentences were not compared" />
                </div>
            </div>
            <SimilarityTable />
        </section>
    }
}
