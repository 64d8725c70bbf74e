//! The page.

mod analysis;
mod analysis_charts;
mod charts;
mod clipboard;
mod data_panel;
mod downloads;
mod drop_zone;
mod engine;
mod evaluate_row;
mod evaluation_table;
mod files;
mod format;
mod header;
mod hub_panel;
mod icons;
mod measurements;
mod model_panel;
mod no_webgpu;
mod notice;
mod playground;
mod profile;
mod profile_tables;
mod quick_start;
mod recipe;
mod recipe_fields;
mod recipe_form;
mod recipe_numbers;
mod run_controls;
mod sample;
mod score_table;
mod similarity_table;
mod store;
mod suite;
mod transfer;
mod tuned;

use leptos::prelude::*;

use charts::RunCharts;
use data_panel::DataPanel;
use downloads::Downloads;
use engine::Engine;
use evaluation_table::EvaluationTable;
use header::{Footer, Header};
use model_panel::ModelPanel;
use no_webgpu::EngineNotice;
use playground::Playground;
use profile::ProfilePanel;
use quick_start::QuickStart;
use recipe_form::RecipeForm;
use run_controls::RunControls;
use store::Store;

/// Replaces the waiting line of index.html with the page.
pub fn start() {
    console_error_panic_hook::set_once();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let store = Store::new();
    let engine = Engine::start(store);
    provide_context(store);
    provide_context(engine);
    view! {
        <a class="skip-link" href="#run">"Skip to the run"</a>
        <Header />
        <main class="studio">
            <EngineNotice />
            <div class="rail">
                <ModelPanel />
                <DataPanel />
                <RecipeForm />
            </div>
            <div class="stage">
                <section id="run" class="run" aria-labelledby="run-title">
                    <RunControls />
                    <QuickStart />
                    <RunCharts />
                    <EvaluationTable />
                    <Downloads />
                    <ProfilePanel />
                </section>
                <Playground />
            </div>
        </main>
        <Footer />
    }
}

/// The store and the engine, from any component.
fn studio() -> (Store, Engine) {
    // `App` provides both before any component below it is made.
    (expect_context::<Store>(), expect_context::<Engine>())
}
