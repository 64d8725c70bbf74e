//! What can be done at once; model, text and recipe on a rail; beside it the run.

use leptos::prelude::*;

use super::ViewHead;
use crate::app::ui::{
    batch_panel::BatchPanel, charts::RunCharts, data_panel::DataPanel, downloads::Downloads,
    evaluation_table::EvaluationTable, model_panel::ModelPanel, profile::ProfilePanel,
    quick_start::QuickStart, recipe_form::RecipeForm, run_controls::RunControls, runs::RunsPanel,
};

#[component]
pub fn StudioView() -> impl IntoView {
    view! {
        <ViewHead title="studio-title" lede="studio-lede" />
        <div class="studio">
            <QuickStart />
            <div class="rail">
                <ModelPanel />
                <DataPanel />
                <RecipeForm />
            </div>
            <section id="run" class="run" aria-labelledby="run-title">
                <RunControls />
                <RunCharts />
                <RunsPanel />
                <BatchPanel />
                <EvaluationTable />
                <Downloads />
                <ProfilePanel />
            </section>
        </div>
    }
}
