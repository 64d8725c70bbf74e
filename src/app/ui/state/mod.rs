//! What the page knows, and its line to the engine; no part of it is drawn here.

pub mod answers;
pub mod encoder_choice;
pub mod engine;
pub mod example_language;
pub mod examples;
pub mod lines;
pub mod links;
pub mod number_field;
pub mod preset;
pub mod recipe;
pub mod route;
pub mod runs;
pub mod saved_runs;
pub mod site_models;
pub mod site_texts;
pub mod starter;
pub mod store;

use leptos::prelude::expect_context;

use self::{engine::Engine, store::Store};

/// The store and the engine, from any component.
pub fn studio() -> (Store, Engine) {
    // `App` provides both before any component below it is made.
    (expect_context::<Store>(), expect_context::<Engine>())
}
