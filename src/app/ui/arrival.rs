//! What a visitor finds on arrival: the site's small encoder, its sentences and graded pairs, loaded while the page is read.
//! Nothing is loaded with `?start=empty` or in a browser that saves data.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::Request,
        ui::{
            browser::address::parameter,
            offline::{is_kept, saves_data},
            state::{
                preset::Preset,
                route::Route,
                site_texts::Sample,
                starter::{auto_loaded_model, load_model, load_pairs, starter_is_untrained},
                store::{EngineState, Store, Topic},
                studio,
            },
            studio::picture::Picture,
        },
    },
    share::{Place, Settings},
    train::Objective,
};

/// How far the loading of the site's encoder and texts is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Undecided,
    Loading,
    Over,
}

/// Loads the model once the engine is there, unless the visitor has given something before; then what it trains on.
pub fn arrive() {
    let (store, _) = studio();
    if parameter("start").is_some_and(|start| start == "empty") || saves_data() {
        store.arriving.set(false);
        return;
    }
    let arrival = RwSignal::new(Arrival::Undecided);
    load_model_when_ready(store, arrival);
    end_arrival(store, arrival);
    load_texts_after_picture(arrival);
    anticipate_run(arrival);
    fill_recipe(store, arrival);
}

fn load_model_when_ready(store: Store, arrival: RwSignal<Arrival>) {
    let (picture, Route { place, .. }): (Picture, Route) = (expect_context(), expect_context());
    Effect::new(move |_| {
        let Some(model) = auto_loaded_model(store) else { return };
        if !store.ready() || arrival.get_untracked() != Arrival::Undecided {
            return;
        }
        let untouched = store.untouched();
        arrival.set(if untouched { Arrival::Loading } else { Arrival::Over });
        if untouched {
            // The picture comes with half of the bytes, where it is looked at, they come over a network, and its words are in
            // that half.
            let looked_at = place.get_untracked() == Place::Studio;
            let sentences = picture.own_sentences().filter(|_| looked_at && !is_kept());
            load_model(&model, sentences);
        }
    });
}

/// Notes when nothing more comes before the picture.
fn end_arrival(store: Store, arrival: RwSignal<Arrival>) {
    Effect::new(move |_| {
        let failed = store.slot(Topic::Model).error.with(Option::is_some);
        let no_model = store.site_models.get().is_some() && auto_loaded_model(store).is_none();
        let crashed = store.engine.with(|engine| matches!(engine, EngineState::Crashed(_)));
        if picture_done(store) || failed || no_model || crashed || arrival.get() == Arrival::Over {
            store.arriving.set(false);
        }
    });
}

/// Whether the picture is there, or has failed; tracked.
fn picture_done(store: Store) -> bool {
    store.framed.get() || store.slot(Topic::Picture).error.with(Option::is_some)
}

/// The picture comes first: the texts wait until it is done.
fn load_texts_after_picture(arrival: RwSignal<Arrival>) {
    let (store, engine) = studio();
    Effect::new(move |asked: Option<bool>| {
        if asked == Some(true) || arrival.get() != Arrival::Loading || !picture_done(store) {
            return asked.unwrap_or(false);
        }
        if store.training.with_untracked(Option::is_none) {
            let text = Sample::sentences(store).source();
            engine.send(Topic::Training, Request::LoadTraining { source: text });
        }
        load_pairs(Sample::pairs(store));
        true
    });
}

/// While nobody has pressed anything, prepares what the run that is likely to come would have to wait for.
fn anticipate_run(arrival: RwSignal<Arrival>) {
    let (store, engine) = studio();
    Effect::new(move |asked: Option<bool>| {
        let loaded = store.evaluation.with(Option::is_some) && store.training.with(Option::is_some);
        let decided = arrival.get() != Arrival::Undecided;
        if asked == Some(true) || !loaded || !decided || !starter_is_untrained(store) {
            return asked.unwrap_or(false);
        }
        if let Ok(options) = untrack(|| store.recipe.options()) {
            engine.send(Topic::Measurement, Request::Anticipate { options: options.into() });
        }
        true
    });
}

/// Fills in the recipe that shows something within a minute, unless the link brought another.
fn fill_recipe(store: Store, arrival: RwSignal<Arrival>) {
    let Route { address, .. } = expect_context();
    Effect::new(move |_| {
        let loaded = store.model.with(Option::is_some) && store.training.with(Option::is_some);
        if arrival.get() == Arrival::Loading && loaded {
            arrival.set(Arrival::Over);
            let linked = address.with_untracked(|address| Settings::read(address).0.options.is_some());
            if !linked {
                store.recipe.fill(&Preset::Demo.recipe(store, Objective::Unsup));
            }
        }
    });
}
