//! Scores of any weights: graded pairs, what lies behind them, STS suites, transfer tasks.

mod analysis;
mod analysis_charts;
mod analysis_data;
mod evaluate_row;
mod measurements;
mod score_table;
mod suite;
mod transfer;

use leptos::prelude::*;

use self::{analysis::AnalysisPanel, measurements::Measurements, suite::Suite, transfer::Transfer};
use crate::app::ui::{
    parts::{encoder_bar::EncoderBar, notice::StrangeWords, view_head::ViewHead},
    state::studio,
};

#[component]
pub fn EvaluationView() -> impl IntoView {
    let encoder = studio().0.encoder;
    let (weights, pooler) = (encoder.weights, encoder.pooler);
    view! {
        <ViewHead title="evaluation-title" lede="evaluation-lede" />
        <EncoderBar name="evaluation" />
        <StrangeWords />
        <div class="cards">
            <div class="card"><Measurements weights pooler /></div>
            <div class="card"><AnalysisPanel pooler /></div>
            <div class="card"><Suite weights pooler /></div>
            <div class="card"><Transfer weights pooler /></div>
        </div>
    }
}
