//! What is there when one arrives: the site's small encoder, its sentences and its graded pairs, loaded while the page is
//! read. `?start=empty` leaves all of it out, and so does a browser that saves data.

use leptos::prelude::*;

use super::{
    offline::saves_data,
    recipe::Preset,
    route::{Route, parameter},
    sample::{Sample, SiteModel},
    store::{Phase, Store, Topic},
    studio,
};
use crate::{app::protocol::Request, share::Settings, train::Objective};

/// Bytes of the weights that are loaded without being asked for, at most.
const UNASKED: f64 = 16e6;

/// Loads them once the engine is there, where the visitor has given nothing before.
pub fn arrive() {
    let ((store, engine), Route { address, .. }) = (studio(), expect_context());
    if parameter("start").is_some_and(|start| start == "empty") || saves_data() {
        return;
    }
    // Whether they have been asked for, and not all come yet.
    let coming = RwSignal::new(None::<bool>);
    Effect::new(move |_| {
        let Some(model) = store.site_models.first().filter(|model| model.bytes <= UNASKED) else { return };
        if !store.ready() || coming.get_untracked().is_some() {
            return;
        }
        let untouched = store.untouched();
        coming.set(Some(untouched));
        if untouched {
            load_model(&model);
            let text = Sample::sentences(store).source();
            engine.send(Topic::Training, Request::LoadTraining { source: text });
            load_pairs(Sample::pairs(store));
        }
    });
    // The recipe that shows something within a minute, unless the link brought another.
    Effect::new(move |_| {
        let there = store.model.with(Option::is_some) && store.training.with(Option::is_some);
        if coming.get() == Some(true) && there {
            coming.set(Some(false));
            let linked = address.with_untracked(|address| Settings::read(address).0.options.is_some());
            if !linked {
                store.recipe.fill(&Preset::Demo.recipe(store, Objective::Unsup));
            }
        }
    });
}

/// Whether the page is as one finds it: its own encoder, and nothing trained. Then a lesson may train by itself what it is
/// about; a visitor's own weights it would take away. Tracked.
pub fn as_found(store: Store) -> bool {
    let first = store.site_models.first().filter(|model| model.bytes <= UNASKED);
    let loaded = store.model.with(|model| model.as_ref().map(|model| model.name.clone()));
    first.is_some_and(|first| Some(first.path) == loaded)
        && !store.trained.get()
        && store.phase.with(|phase| *phase == Phase::Idle)
}

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
