//! The page.

mod analysis;
mod analysis_charts;
mod answers;
mod arrival;
mod batch_panel;
mod chart_files;
mod chart_tools;
mod charts;
mod clipboard;
mod data_panel;
mod device_choice;
mod device_menu;
mod downloads;
mod drawing;
mod drop_zone;
mod engine;
mod engine_notice;
mod evaluate_row;
mod evaluation_table;
mod examples;
mod files;
mod fold;
mod format;
mod header;
mod hub_panel;
mod i18n;
mod icons;
mod lens;
mod lessons;
mod measurements;
mod model_panel;
mod notice;
mod offline;
mod picture;
mod playground;
mod profile;
mod profile_tables;
mod recipe;
mod recipe_fields;
mod recipe_form;
mod recipe_numbers;
mod rich;
mod route;
mod run_controls;
mod runs;
mod sample;
mod saved_runs;
mod score_table;
mod share;
mod similarity_table;
mod store;
mod suite;
mod tabs;
mod transfer;
mod tuned;
mod verify;
mod views;

use leptos::prelude::*;

use engine::Engine;
use header::{Footer, Header};
use offline::{Offline, UpdateNotice};
use route::{Route, focus_main, present};
use store::Store;
use views::Views;

/// Replaces the waiting line of index.html with the page.
pub fn start() {
    console_error_panic_hook::set_once();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    present();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let store = Store::new();
    let engine = Engine::start(store);
    store.runs.open();
    provide_context(store);
    provide_context(engine);
    provide_context(Route::new());
    provide_context(share::Shared::new());
    provide_context(lessons::Inputs::new());
    share::follow_links();
    provide_context(Offline::start(store));
    i18n::follow_language();
    lens::follow_model();
    provide_context(picture::Picture::new());
    arrival::arrive();
    examples::PLAYGROUND.follow(store, store.sentences);
    let skip = |event: leptos::ev::MouseEvent| {
        // The fragment says which view is shown; it is not free for this.
        event.prevent_default();
        focus_main();
    };
    view! {
        <a class="skip-link" href="#main" on:click=skip>{i18n::mt!("skip-link")}</a>
        <Header />
        <Views />
        <Footer />
        <UpdateNotice />
    }
}

/// The store and the engine, from any component.
fn studio() -> (Store, Engine) {
    // `App` provides both before any component below it is made.
    (expect_context::<Store>(), expect_context::<Engine>())
}
