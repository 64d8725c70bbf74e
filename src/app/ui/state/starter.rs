//! The site's small encoder and its pairs, loaded without being asked for.

use leptos::prelude::*;

use super::{
    site_models::SiteModel,
    site_texts::Sample,
    store::{Phase, Store, Topic},
    studio,
};
use crate::app::protocol::{Glimpse, Request};

/// Bytes of the weights that are loaded without being asked for, at most.
const AUTO_LOAD_BYTES: f64 = 16e6;

/// The model of the site's that is loaded by itself; tracked.
pub fn auto_loaded_model(store: Store) -> Option<SiteModel> {
    store.site_models.first().filter(|model| model.bytes <= AUTO_LOAD_BYTES)
}

/// Whether the site's own encoder is loaded and nothing is trained. Only then may a lesson train unasked: it would replace a
/// visitor's own weights. Tracked.
pub fn starter_is_untrained(store: Store) -> bool {
    let first = auto_loaded_model(store);
    let loaded = store.model_name();
    first.is_some_and(|first| Some(first.path) == loaded)
        && !store.trained.get()
        && store.phase.with(|phase| *phase == Phase::Idle)
}

/// Loads a model of the site's, where none is loaded, with a glimpse of these sentences if there are any.
pub fn load_model(model: &SiteModel, sentences: Option<Vec<String>>) {
    let (store, engine) = studio();
    if store.model.with_untracked(Option::is_none) {
        let glimpse =
            sentences.and_then(|sentences| Some(Glimpse { files: model.first_files()?, sentences }));
        engine.send(Topic::Model, Request::LoadModel { source: model.source(), glimpse });
    }
}

/// Loads graded pairs of the site's, where none are loaded.
pub fn load_pairs(pairs: Sample) {
    let (store, engine) = studio();
    if store.evaluation.with_untracked(Option::is_none) {
        engine.send(Topic::Evaluation, Request::LoadEvaluation { source: pairs.source() });
    }
}
