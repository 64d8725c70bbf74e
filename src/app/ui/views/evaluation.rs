//! Scores of any weights: graded pairs, what lies behind them, STS suites, transfer tasks.

use leptos::prelude::*;

use super::ViewHead;
use crate::app::ui::{
    analysis::AnalysisPanel, lens::LensBar, measurements::Measurements, notice::StrangeWords, studio,
    suite::Suite, transfer::Transfer,
};

#[component]
pub fn EvaluationView() -> impl IntoView {
    let lens = studio().0.lens;
    let (weights, pooler) = (lens.weights, lens.pooler);
    view! {
        <ViewHead title="evaluation-title" lede="evaluation-lede" />
        <LensBar name="evaluation" />
        <StrangeWords />
        <div class="cards">
            <div class="card"><Measurements weights pooler /></div>
            <div class="card"><AnalysisPanel pooler /></div>
            <div class="card"><Suite weights pooler /></div>
            <div class="card"><Transfer weights pooler /></div>
        </div>
    }
}
