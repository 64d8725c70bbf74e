//! The choice of weights and pooler that the views look through, and what weights and poolers are called.

use leptos::prelude::*;

use super::fields::{Choice, Segments};
use crate::{
    app::{
        protocol::Weights,
        ui::{
            state::{encoder_choice::EncoderChoice, store::Phase, studio},
            words::i18n::{mt, t},
        },
    },
    model::Pooler,
};

/// A loaded model brings its own pooler; a run, the pooler it was trained for.
pub fn follow_model() {
    let (store, _) = studio();
    let pooler = store.encoder.pooler;
    Effect::new(move |_| {
        if let Some(made_for) = store.model.with(|model| model.as_ref().map(|report| report.pooler)) {
            pooler.set(made_for);
        }
    });
    // A checkpoint that is no longer kept.
    Effect::new(move |_| {
        if let Weights::At(step) = store.encoder.weights.get()
            && store.checkpoints.with(|steps| !steps.contains(&step))
        {
            store.encoder.weights.set(Weights::Current);
        }
    });
    Effect::new(move |_| {
        if let Phase::Finished(end) = store.phase.get()
            && end.kept_step > 0
        {
            pooler.set(end.pooler);
        }
    });
}

/// The choice; `name` tells the bars of several views apart.
#[component]
pub fn EncoderBar(name: &'static str) -> impl IntoView {
    let (store, _) = studio();
    let EncoderChoice { weights, pooler } = store.encoder;
    let untrained = Signal::derive(move || !store.trained.get());
    // Offered where the model has one.
    let own = Memo::new(move |_| {
        let own = store.model.with(|model| model.as_ref().map(|report| report.pooler));
        own.filter(|pooler| *pooler == Pooler::Own)
    });
    view! {
        <section class="card encoder" aria-label=mt!("encoder-label")>
            <p class="encoder-model">
                {move || match store.model.with(|model| model.as_ref().map(|report| report.name.clone())) {
                    Some(name) => t!("encoder-model", name = name),
                    None => t!("encoder-no-model"),
                }}
            </p>
            <Segments
                name=format!("{name}-weights")
                legend="encoder-weights"
                value=weights
                choices=WEIGHTS.to_vec()
                help=move |weights| if untrained.get() { "encoder-untrained" } else { weights_help(weights) }
                disabled=untrained
            />
            <Scrubber name />
            {move || view! {
                <Choice
                    id=format!("{name}-pooler")
                    label="encoder-pooler"
                    value=pooler
                    choices=Pooler::ALL.into_iter().chain(own.get()).map(|pooler| (pooler, pooler.name())).collect()
                    help=pooler_help
                    disabled=Signal::derive(|| false)
                />
            }}
        </section>
    }
}

/// Through the run by its checkpoints; nothing before the first.
#[component]
fn Scrubber(name: &'static str) -> impl IntoView {
    let (store, _) = studio();
    let weights = store.encoder.weights;
    // Where the thumb is while it moves; the choice follows when it is let go.
    let moving = RwSignal::new(None::<usize>);
    // All places: 0 before the run, then each checkpoint.
    let place = Memo::new(move |_| {
        store.checkpoints.with(|steps| match weights.get() {
            Weights::Original => 0,
            Weights::Current => steps.len(),
            Weights::At(step) => steps.iter().position(|kept| *kept == step).map_or(0, |index| index + 1),
        })
    });
    let step_at = move |place: usize| {
        store
            .checkpoints
            .with(|steps| if place == 0 { 0 } else { steps.get(place - 1).copied().unwrap_or(0) })
    };
    let shown = move || step_at(moving.get().unwrap_or_else(|| place.get()));
    let parsed = |event: &web_sys::Event| event_target_value(event).parse::<usize>().ok();
    let id = format!("{name}-step");
    let label_for = id.clone();
    view! {
        <div class="field scrubber" hidden=move || store.checkpoints.with(Vec::is_empty)>
            <label for=label_for>{move || t!("encoder-step", step = shown())}</label>
            <input
                id=id
                type="range"
                min="0"
                max=move || store.checkpoints.with(|steps| steps.len()).to_string()
                step="1"
                prop:value=move || place.get().to_string()
                aria-valuetext=move || t!("encoder-step", step = shown())
                on:input=move |event| moving.set(parsed(&event))
                on:change=move |event| {
                    moving.set(None);
                    if let Some(place) = parsed(&event) {
                        weights.set(match untrack(|| step_at(place)) {
                            0 => Weights::Original,
                            step => Weights::At(step),
                        });
                    }
                }
            />
            <p class="field-help">{mt!("encoder-step-help")}</p>
        </div>
    }
}

/// The weights to choose between, with messages.
pub const WEIGHTS: [(Weights, &str); 2] =
    [(Weights::Original, "encoder-original"), (Weights::Current, "encoder-current")];

/// The message that says what they are.
pub fn weights_help(weights: Weights) -> &'static str {
    match weights {
        Weights::Original => "encoder-original-help",
        Weights::Current => "encoder-current-help",
        Weights::At(_) => "encoder-at-help",
    }
}

/// The name of the weights after `step` steps.
pub fn weights_of(step: u32) -> String {
    match step {
        0 => t!("state-original"),
        step => t!("state-step", step = step),
    }
}

/// What a caption calls `weights`, which `step` steps led to.
pub fn weights_in_caption(weights: Weights, step: u32) -> String {
    match (weights, step) {
        (Weights::Original, _) | (Weights::Current, 0) => t!("matrix-original"),
        (Weights::Current | Weights::At(_), step) => t!("matrix-current", step = step),
    }
}

/// The message that says what a pooler takes.
pub fn pooler_help(pooler: Pooler) -> &'static str {
    match pooler {
        Pooler::Cls => "encode-pooler-cls-help",
        Pooler::ClsBeforePooler => "encode-pooler-cls-before-pooler-help",
        Pooler::Avg => "encode-pooler-avg-help",
        Pooler::AvgTop2 => "encode-pooler-avg-top2-help",
        Pooler::AvgFirstLast => "encode-pooler-avg-first-last-help",
        Pooler::Own => "encode-pooler-own-help",
    }
}
