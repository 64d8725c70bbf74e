//! Through which weights and pooler the views look at sentences; one choice for all of them.

use leptos::prelude::*;

use super::{
    i18n::{mt, t},
    recipe_fields::{Choice, Segments},
    store::Phase,
    studio,
};
use crate::{app::protocol::Weights, model::Pooler};

#[derive(Debug, Clone, Copy)]
pub struct Lens {
    pub weights: RwSignal<Weights>,
    pub pooler: RwSignal<Pooler>,
}

impl Lens {
    pub fn new() -> Self {
        Self { weights: RwSignal::new(Weights::Current), pooler: RwSignal::new(Pooler::Avg) }
    }
}

/// A loaded model brings its own pooler; a run, the pooler it was trained for.
pub fn follow_model() {
    let (store, _) = studio();
    let pooler = store.lens.pooler;
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
}

/// The choice; `name` tells the bars of several views apart.
#[component]
pub fn LensBar(name: &'static str) -> impl IntoView {
    let (store, _) = studio();
    let Lens { weights, pooler } = store.lens;
    let untrained = Signal::derive(move || !store.trained.get());
    view! {
        <section class="card lens" aria-label=mt!("lens-label")>
            <p class="lens-model">
                {move || match store.model.with(|model| model.as_ref().map(|report| report.name.clone())) {
                    Some(name) => t!("lens-model", name = name),
                    None => t!("lens-no-model"),
                }}
            </p>
            <Segments
                name=format!("{name}-weights")
                legend="lens-weights"
                value=weights
                choices=vec![(Weights::Original, "lens-original"), (Weights::Current, "lens-current")]
                help=move |weights| match weights {
                    _ if untrained.get() => "lens-untrained",
                    Weights::Original => "lens-original-help",
                    Weights::Current => "lens-current-help",
                }
                disabled=untrained
            />
            <Choice
                id=format!("{name}-pooler")
                label="lens-pooler"
                value=pooler
                choices=Pooler::ALL.map(|pooler| (pooler, pooler.name())).to_vec()
                help=pooler_help
                disabled=Signal::derive(|| false)
            />
        </section>
    }
}

/// The message that says what a pooler takes.
pub fn pooler_help(pooler: Pooler) -> &'static str {
    match pooler {
        Pooler::Cls => "pooler-cls-help",
        Pooler::ClsBeforePooler => "pooler-cls-before-pooler-help",
        Pooler::Avg => "pooler-avg-help",
        Pooler::AvgTop2 => "pooler-avg-top2-help",
        Pooler::AvgFirstLast => "pooler-avg-first-last-help",
    }
}
