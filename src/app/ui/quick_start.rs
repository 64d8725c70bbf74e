//! One press from the empty page to a moving point.

use leptos::prelude::*;

use super::{
    format::bytes,
    i18n::{mt, t},
    icons::{Glyph, Icon},
    recipe::Preset,
    sample::{Sample, SiteModel},
    store::{Phase, Topic},
    studio,
};
use crate::{
    app::protocol::{Request, TrainingKind, Weights},
    train::Objective,
};

/// Loads a model of the site's, where none is loaded.
pub fn load_model(model: &SiteModel) {
    let (store, engine) = studio();
    if store.model.with_untracked(Option::is_none) {
        engine.send(Topic::Model, Request::LoadModel { source: model.source() });
    }
}

/// Loads graded pairs of the site's, where none are loaded.
pub fn load_pairs(pairs: Sample) {
    let (store, engine) = studio();
    if store.evaluation.with_untracked(Option::is_none) {
        engine.send(Topic::Evaluation, Request::LoadEvaluation { source: pairs.source() });
    }
}

/// On a narrow screen the run lies far below the button.
fn show_the_run() {
    let run = document().get_element_by_id("run");
    let height = window().inner_height().ok().and_then(|height| height.as_f64());
    if let (Some(run), Some(height)) = (run, height)
        && run.get_bounding_client_rect().top() > height
    {
        run.scroll_into_view();
    }
}

/// Shown until there is a run: says what will be seen, and offers to load everything and start.
#[component]
pub fn QuickStart() -> impl IntoView {
    let (store, engine) = studio();
    let model = move || store.site_models.first();
    let wanted = RwSignal::new(false);
    let begin = move |model: SiteModel| {
        wanted.set(true);
        show_the_run();
        load_model(&model);
        if store.training.with_untracked(Option::is_none) {
            engine.send(Topic::Training, Request::LoadTraining { source: Sample::English.source() });
        }
        load_pairs(Sample::EverydayPairs);
    };
    // The last of the three to arrive starts the run; an error on the way calls it off.
    Effect::new(move |_| {
        if !wanted.get() {
            return;
        }
        let failed = [Topic::Model, Topic::Training, Topic::Evaluation]
            .into_iter()
            .any(|topic| store.slot(topic).error.with(Option::is_some));
        let loaded = store.model.with(Option::is_some)
            && store.evaluation.with(Option::is_some)
            && store.training.with(Option::is_some);
        if failed {
            wanted.set(false);
        } else if loaded {
            wanted.set(false);
            let sentences = store.training.with_untracked(|training| {
                training.as_ref().is_some_and(|report| report.kind == TrainingKind::Sentences)
            });
            let objective = if sentences { Objective::Unsup } else { Objective::Sup };
            let options = Preset::Demo.recipe(store, objective);
            store.recipe.fill(&options);
            engine.train(options, Weights::Original);
        }
    });
    let shown = move || store.plan.with(Option::is_none) && store.phase.get() == Phase::Idle;
    view! {
        {move || shown().then(|| {
            let button = model().map(|model| {
                let size = bytes(model.bytes);
                let (name, licence) = (model.name.clone(), model.licence.clone());
                let words = mt!("quick-loads", name = name.as_str(), size = size.as_str(), licence = licence.as_str());
                view! {
                    <button
                        type="button"
                        class="button button-primary button-large"
                        disabled=move || wanted.get() || !store.ready()
                        on:click=move |_| begin(model.clone())
                    >
                        <Glyph icon=Icon::Play />
                        {move || if wanted.get() { t!("quick-loading") } else { t!("quick-try") }}
                    </button>
                    <p class="fine">{words}</p>
                    <p class="fine reason">{move || (!store.ready()).then(|| t!("engine-first"))}</p>
                }
            });
            view! {
                <div class="quick-start">
                    <h3>{mt!("quick-title")}</h3>
                    <p>
                        {mt!("quick-what")}
                    </p>
                    {button}
                </div>
            }
        })}
    }
}
