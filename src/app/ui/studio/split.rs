//! The studio's parts that the picture does without: a module of their own, which comes after it.

use futures_util::FutureExt;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::{
    batch_panel::BatchPanel,
    charts::{ChartsOf, PlaneChart, RunCharts},
    cut_off_runs::CutOffRuns,
    data_panel::Texts,
    downloads::Downloads,
    evaluation_table::EvaluationTable,
    model_panel::ModelInputs,
    picture::{NeighboursCard, SentencesAndTable},
    profile::ProfilePanel,
    recipe_form::RecipeFields,
    runs_panel::RunsPanel,
};
use crate::app::ui::{
    parts::later::{Later, Module, Split, after_picture},
    share_dialog::ShareDialog,
};

#[derive(Clone, Copy)]
pub enum StudioPart {
    ModelInputs,
    Texts,
    RecipeFields,
    SentencesAndTable,
    Neighbours,
    PlaneChart(ChartsOf),
    RunCharts(ChartsOf),
    EvaluationTable,
    /// While it is seen.
    Batch(Signal<bool>),
    Runs,
    Downloads,
    Profile,
    CutOffRuns,
    /// How often it was asked for.
    ShareDialog(RwSignal<usize>),
}

pub const STUDIO: Module<StudioPart> =
    Module { name: "studio", load: || Box::pin(load()), make: |part| make(part).now_or_never()?.ok() };

/// A part of the studio, after the picture.
#[component]
pub fn AfterPicture(part: StudioPart) -> impl IntoView {
    view! { <Later of=STUDIO part wanted=after_picture() /> }
}

#[wasm_split(studio, fallible, preload(load))]
fn make(part: StudioPart) -> Split {
    Ok(match part {
        StudioPart::ModelInputs => view! { <ModelInputs /> }.into_any(),
        StudioPart::Texts => view! { <Texts /> }.into_any(),
        StudioPart::RecipeFields => view! { <RecipeFields /> }.into_any(),
        StudioPart::SentencesAndTable => view! { <SentencesAndTable /> }.into_any(),
        StudioPart::Neighbours => view! { <NeighboursCard /> }.into_any(),
        StudioPart::PlaneChart(charts) => view! { <PlaneChart charts=charts.get() /> }.into_any(),
        StudioPart::RunCharts(charts) => view! { <RunCharts charts=charts.get() /> }.into_any(),
        StudioPart::EvaluationTable => view! { <EvaluationTable /> }.into_any(),
        StudioPart::Batch(seen) => view! { <BatchPanel seen /> }.into_any(),
        StudioPart::Runs => view! { <RunsPanel /> }.into_any(),
        StudioPart::Downloads => view! { <Downloads /> }.into_any(),
        StudioPart::Profile => view! { <ProfilePanel /> }.into_any(),
        StudioPart::CutOffRuns => view! { <CutOffRuns /> }.into_any(),
        StudioPart::ShareDialog(pressed) => view! { <ShareDialog pressed /> }.into_any(),
    })
}
