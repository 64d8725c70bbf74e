//! The analysis' charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*};
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

use super::analysis_data::{RANKS, csv, mean_cosine, relative};
use crate::app::{
    protocol::{AnalysedWeights, AnalysisReport},
    ui::{
        parts::{
            chart_files::ChartFiles,
            drawing::{Bundle, Drawing, messages_json},
            encoder_bar::weights_of,
        },
        state::{store::Topic, studio},
        words::{
            format::significant,
            i18n::{mt, t},
        },
    },
};

#[wasm_bindgen]
extern "C" {
    /// What `mountAnalysis` of www/charts/index.js returns.
    #[derive(Clone)]
    type Charts;
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Charts, words: &str);
    /// Draws states, as JSON.
    #[wasm_bindgen(method)]
    fn show(this: &Charts, states: &str);
}

/// Its name in www/charts, messages with its title and what to read from it, and what it shows
/// ([`crate::eval::AnalysisRow`]).
const PLACES: [(&str, &str, &str, &str); 2] = [
    ("spectrum", "analysis-spectrum", "analysis-spectrum-note", "singular_value"),
    ("cosines", "analysis-cosines", "analysis-cosines-note", "histogram"),
];

/// Nothing before the first analysis; the places stay, so that the charts are made once.
#[component]
pub fn AnalysisCharts() -> impl IntoView {
    let (store, _) = studio();
    let grid = NodeRef::<Div>::new();
    let drawing = Drawing::<Charts>::new();

    Effect::new(move |_| {
        if let Some(grid) = grid.get().filter(|_| store.analysis.with(Option::is_some)) {
            drawing.mount(Bundle::Charts, "mountAnalysis", &grid, &PLACES.map(|(name, ..)| name));
        }
    });
    Effect::new(move |_| {
        if let Some(states) = store.analysis.with(|report| report.as_ref().map(drawn)) {
            drawing.with(|charts| {
                charts.speak(&messages_json(&["axis-rank", "axis-share", "axis-cosine", "axis-pairs"]));
                charts.show(&states);
            });
        }
    });

    let problem = store.slot(Topic::Analysis).error;
    let empty = Signal::derive(move || store.analysis.with(Option::is_none));
    let figures = PLACES.map(|(name, title, note, measure)| {
        let table = move || {
            store
                .analysis
                .with(|report| report.as_ref().map(|report| csv(report, Some(measure))))
                .unwrap_or_default()
        };
        let words = move || {
            let described =
                store.analysis.with(|report| report.as_ref().map(|report| described(report, name)));
            format!("{}: {}", t!(title), described.unwrap_or_else(|| t!("chart-nothing")))
        };
        view! {
            <figure class=format!("analysis-chart chart-{name}")>
                <figcaption>
                    <div class="chart-head">
                        <h4>{mt!(title)}</h4>
                        <ChartFiles drawing name file=name title table problem empty />
                    </div>
                    <p class="fine">{mt!(note)}</p>
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-place" data-chart=name role="img" aria-label=words></div>
                </div>
            </figure>
        }
    });
    view! {
        <div class="analysis-charts" node_ref=grid prop:hidden=empty>
            {figures.into_iter().collect_view()}
        </div>
        {drawing.notice()}
    }
}

/// What www/charts/analysis.js draws.
fn drawn(report: &AnalysisReport) -> String {
    let states = report.states.iter().map(|state| {
        let analysis = &state.analysis;
        json!({
            "name": weights_of(state.step),
            "trained": state.step > 0,
            "singularValues": analysis.singular_values,
            "histogram": analysis.histogram,
        })
    });
    json!(states.collect::<Vec<_>>()).to_string()
}

/// A chart in words, for those who do not see it.
fn described(report: &AnalysisReport, name: &str) -> String {
    let words = |state: &AnalysedWeights| {
        let values = match name {
            "spectrum" => {
                let ranks = RANKS.into_iter();
                let of = |rank| {
                    Some(t!("analysis-rank-value", rank = rank, value = significant(relative(state, rank)?)))
                };
                ranks.filter_map(of).collect::<Vec<_>>().join(", ")
            }
            _ => {
                let bins = state.analysis.histogram.iter();
                let mean = |bin| {
                    mean_cosine(bin).map_or_else(|| t!("analysis-no-pairs"), |mean| format!("{mean:.2}"))
                };
                let of =
                    |bin| t!("analysis-mean-value", mean = mean(bin), low = bin.gold[0], high = bin.gold[1]);
                t!("analysis-mean", values = bins.map(of).collect::<Vec<_>>().join(", "))
            }
        };
        format!("{}: {values}", weights_of(state.step))
    };
    report.states.iter().map(words).collect::<Vec<_>>().join("; ")
}
