//! Typed sentences against each other.

use leptos::prelude::*;

use super::{
    analysis::AnalysisPanel,
    measurements::Measurements,
    notice::{ErrorNotice, SlotProgress},
    recipe_fields::{Choice, Segments},
    sample::PLAYGROUND,
    similarity_table::SimilarityTable,
    store::{Phase, Topic},
    studio,
    suite::Suite,
    transfer::Transfer,
};
use crate::{
    app::protocol::{Request, Weights},
    model::Pooler,
};

/// A matrix of more cannot be read.
const MOST_SENTENCES: usize = 40;

#[component]
pub fn Playground() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Similarity);
    let text = RwSignal::new(PLAYGROUND.join("\n"));
    let weights = RwSignal::new(Weights::Current);
    let pooler = RwSignal::new(Pooler::Avg);
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
    // A loaded model brings its own pooler; a run, the pooler it was trained for.
    Effect::new(move |_| {
        if let Some(made_for) = store.model.with(|model| model.as_ref().map(|report| report.pooler)) {
            pooler.set(made_for);
        }
    });
    Effect::new(move |_| {
        if let Phase::Finished(end) = store.phase.get()
            && end.kept_step > 0
        {
            pooler.set(end.pooler);
        }
    });
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
                <h2 id="playground-title">"Playground"</h2>
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
                    <Segments
                        name="weights"
                        legend="Weights"
                        value=weights
                        choices=vec![(Weights::Original, "Original"), (Weights::Current, "Current")]
                        help=weights_help
                        disabled=Signal::derive(move || !store.trained.get())
                    />
                    <p class="fine">
                        {move || (!store.trained.get()).then_some("Both are the same until a run has made a step.")}
                    </p>
                    <Choice
                        id="playground-pooler"
                        label="Pooler"
                        value=pooler
                        choices=Pooler::ALL.map(|pooler| (pooler, pooler.name())).to_vec()
                        help=pooler_help
                        disabled=Signal::derive(|| false)
                    />
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
            <Measurements weights pooler />
            <AnalysisPanel pooler />
            <Suite weights pooler />
            <Transfer weights pooler />
        </section>
    }
}

fn weights_help(weights: Weights) -> &'static str {
    match weights {
        Weights::Original => "The model as it was loaded.",
        Weights::Current => "As trained so far; during a run, after the step at hand.",
    }
}

fn pooler_help(pooler: Pooler) -> &'static str {
    match pooler {
        Pooler::Cls => "The first token through the head; needs a model that has one.",
        Pooler::ClsBeforePooler => "The first token’s state alone.",
        Pooler::Avg => "The mean over a sentence’s tokens.",
        Pooler::AvgTop2 => "The mean over tokens and the last two layers.",
        Pooler::AvgFirstLast => "The mean over tokens, first and last layer.",
    }
}
