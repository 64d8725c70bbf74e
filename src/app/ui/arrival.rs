//! What is there when one arrives: the site's small encoder, its sentences and its graded pairs, loaded while the page is
//! read. `?start=empty` leaves all of it out, and so does a browser that saves data.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::Request,
        ui::{
            browser::address::parameter,
            offline::saves_data,
            state::{
                preset::Preset,
                route::Route,
                site_texts::Sample,
                starter::{as_found, load_model, load_pairs, unasked},
                store::{EngineState, Topic},
                studio,
            },
        },
    },
    share::Settings,
    train::Objective,
};

/// Loads them once the engine is there, where the visitor has given nothing before: the model, then what it trains on.
pub fn arrive() {
    let ((store, engine), Route { address, .. }) = (studio(), expect_context());
    if parameter("start").is_some_and(|start| start == "empty") || saves_data() {
        store.arriving.set(false);
        return;
    }
    // Whether they have been asked for, and not all come yet.
    let coming = RwSignal::new(None::<bool>);
    Effect::new(move |_| {
        let Some(model) = unasked(store) else { return };
        if !store.ready() || coming.get_untracked().is_some() {
            return;
        }
        let untouched = store.untouched();
        coming.set(Some(untouched));
        if untouched {
            load_model(&model);
        }
    });
    Effect::new(move |_| {
        let failed =
            [Topic::Model, Topic::Picture].iter().any(|topic| store.slot(*topic).error.with(Option::is_some));
        let nothing_comes = store.site_models.get().is_some() && unasked(store).is_none();
        let crashed = store.engine.with(|engine| matches!(engine, EngineState::Crashed(_)));
        if store.framed.get() || failed || nothing_comes || crashed || coming.get() == Some(false) {
            store.arriving.set(false);
        }
    });
    // The picture comes first: the texts wait until it is there, or has failed.
    Effect::new(move |asked: Option<bool>| {
        let over = store.framed.get() || store.slot(Topic::Picture).error.with(Option::is_some);
        if asked == Some(true) || coming.get() != Some(true) || !over {
            return asked.unwrap_or(false);
        }
        if store.training.with_untracked(Option::is_none) {
            let text = Sample::sentences(store).source();
            engine.send(Topic::Training, Request::LoadTraining { source: text });
        }
        load_pairs(Sample::pairs(store));
        true
    });
    // While nobody has pressed anything: what the run that is likely to come would have to wait for.
    Effect::new(move |asked: Option<bool>| {
        let there = store.evaluation.with(Option::is_some) && store.training.with(Option::is_some);
        if asked == Some(true) || !there || coming.get().is_none() || !as_found(store) {
            return asked.unwrap_or(false);
        }
        if let Ok(options) = untrack(|| store.recipe.options()) {
            engine.send(Topic::Measurement, Request::Anticipate { options: options.into() });
        }
        true
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
