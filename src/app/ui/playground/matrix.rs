//! Typed sentences against each other.

use leptos::{prelude::*, task::spawn_local};

use super::{list::List, shared::follow};
use crate::app::{
    protocol::{Answer, Request, Weights},
    ui::{
        parts::{
            notice::{ErrorNotice, SlotProgress},
            similarity_table::SimilarityTable,
        },
        state::{encoder_choice::EncoderChoice, store::Topic, studio},
        words::i18n::{mt, t},
    },
};

/// A matrix of more cannot be read.
const MAX_SENTENCES: usize = 40;

#[component]
pub fn Matrix() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Similarity);
    let list: List = expect_context();
    let EncoderChoice { weights, pooler } = store.encoder;
    let reason = Signal::derive(move || {
        let count = list.lines.with(|lines| lines.len());
        if store.model.with(Option::is_none) {
            Some(t!("need-loaded-model"))
        } else if !store.ready() {
            Some(t!("engine-first"))
        } else if count < 2 {
            Some(t!("matrix-few"))
        } else if count > MAX_SENTENCES {
            Some(t!("matrix-many", count = count, most = MAX_SENTENCES))
        } else {
            None
        }
    });
    let compare = move || {
        if reason.get_untracked().is_none() {
            let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
            let sentences = list.lines.get_untracked().to_vec();
            let request = |weights| Request::Similarity { sentences: sentences.clone(), weights, pooler };
            engine.send(Topic::Similarity, request(weights));
            if weights == Weights::Original || !store.trained.get_untracked() {
                return store.similarity_before.set(None);
            }
            // The loaded weights stay what they are: after a run, or at another of its steps, their cosines are known.
            let known = store
                .similarity_before
                .with_untracked(|known| known.as_ref().is_some_and(|known| known.is_of(&sentences, pooler)));
            if !known {
                let request = request(Weights::Original);
                spawn_local(async move {
                    // What failed is said of the other request, too.
                    if let Ok(Answer::Similarity { result }) = engine.ask(request).await {
                        store.similarity_before.set(Some(result));
                    }
                });
            }
        }
    };
    follow(store, move || list.lines.track(), compare);
    view! {
        <div class="playground-head">
            <h2>{mt!("matrix-title")}</h2>
            <p class="fine">{mt!("matrix-what")}</p>
        </div>
        <p class="fine">{reason}</p>
        <SlotProgress of=slot what="encoding" />
        <ErrorNotice of=slot title="matrix-failed" />
        <div aria-busy=move || slot.busy().to_string()><SimilarityTable /></div>
    }
}
