//! The picture with the run's numbers; beside it model, text and recipe, a line each that unfolds; under it the run's charts.

use leptos::{html::Div, prelude::*};

use crate::app::ui::{
    batch_panel::BatchPanel,
    charts::{Charts, PlaneChart, RunCharts},
    data_panel::DataPanel,
    downloads::Downloads,
    evaluation_table::EvaluationTable,
    i18n::mt,
    model_panel::ModelPanel,
    picture::{PicturePanel, PictureSentences},
    profile::ProfilePanel,
    recipe_form::RecipeForm,
    run_controls::RunControls,
    runs::RunsPanel,
};

#[component]
pub fn StudioView() -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let charts = Charts::new(root);
    view! {
        <h1 class="studio-title">{mt!("studio-title")}</h1>
        <div class="studio" node_ref=root>
            <div class="stage">
                <PicturePanel />
                <div class="numbers">
                    <RunControls />
                    <PlaneChart charts />
                </div>
            </div>
            <div class="rail">
                <ModelPanel />
                <DataPanel />
                <RecipeForm />
                <PictureSentences />
            </div>
            <section id="run" class="run" aria-labelledby="run-title">
                <p class="lede">{mt!("studio-lede")}</p>
                <RunCharts charts />
                <RunsPanel />
                <BatchPanel />
                <EvaluationTable />
                <Downloads />
                <ProfilePanel />
            </section>
        </div>
    }
}
