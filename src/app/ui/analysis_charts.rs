//! The analysis' charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*, task::spawn_local};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    analysis::{mean_cosine, relative, state_name},
    charts::places,
    engine::site_url,
    format::significant,
    studio,
};
use crate::app::protocol::{AnalysedWeights, AnalysisReport};

#[wasm_bindgen(module = "/www/glue/charts.js")]
extern "C" {
    /// Imports the bundle at `address` and draws into the places; see www/charts/index.js.
    #[wasm_bindgen(catch, js_name = mountAnalysis)]
    async fn mount_analysis(address: &str, places: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// What `mountAnalysis` of www/charts/index.js returns.
    #[derive(Clone)]
    type Drawing;
    /// Draws states, as JSON.
    #[wasm_bindgen(method)]
    fn show(this: &Drawing, states: &str);
}

/// Its name in www/charts, title, and what to read from it.
const PLACES: [(&str, &str, &str); 2] = [
    (
        "spectrum",
        "Singular values",
        "Of the sentences’ vectors, as shares of the largest: the flatter, the more evenly directions are used.",
    ),
    (
        "cosines",
        "Cosines by gold score",
        "Share of pairs at each cosine, a row a group of scores: the rows should move right as scores rise.",
    ),
];

/// Nothing before the first analysis; the places stay, so that the charts are made once.
#[component]
pub fn AnalysisCharts() -> impl IntoView {
    let (store, _) = studio();
    let grid = NodeRef::<Div>::new();
    let drawing: StoredValue<Option<Drawing>, LocalStorage> = StoredValue::new_local(None);
    let (asked, mounted, broken) = (StoredValue::new(false), RwSignal::new(false), RwSignal::new(None));

    Effect::new(move |_| {
        let Some(grid) = grid.get() else { return };
        if store.analysis.with(Option::is_none) || asked.get_value() {
            return;
        }
        asked.set_value(true);
        spawn_local(async move {
            let names = PLACES.map(|(name, ..)| name);
            match mount_analysis(&site_url("charts.js"), &places(&grid, &names)).await {
                Ok(charts) => {
                    drawing.set_value(Some(charts.unchecked_into()));
                    mounted.set(true);
                }
                Err(error) => broken.set(Some(format!("The charts could not be loaded: {error:?}"))),
            }
        });
    });
    Effect::new(move |_| {
        let states = store.analysis.with(|report| report.as_ref().map(drawn));
        if let Some(states) = states.filter(|_| mounted.get()) {
            drawing.with_value(|charts| {
                if let Some(charts) = charts {
                    charts.show(&states);
                }
            });
        }
    });

    let figures = PLACES.map(|(name, title, note)| {
        let words = move || {
            let described =
                store.analysis.with(|report| report.as_ref().map(|report| described(report, name)));
            format!("{title}: {}", described.unwrap_or_else(|| "nothing yet".to_owned()))
        };
        view! {
            <figure class=format!("analysis-chart chart-{name}")>
                <figcaption>
                    <h4>{title}</h4>
                    <p class="fine">{note}</p>
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-place" data-chart=name role="img" aria-label=words></div>
                </div>
            </figure>
        }
    });
    view! {
        <div class="analysis-charts" node_ref=grid prop:hidden=move || store.analysis.with(Option::is_none)>
            {figures.into_iter().collect_view()}
        </div>
        {move || broken.get().map(|message| view! { <p class="notice notice-error" role="alert">{message}</p> })}
    }
}

/// What www/charts/analysis.js draws.
fn drawn(report: &AnalysisReport) -> String {
    let states = report.states.iter().map(|state| {
        let analysis = &state.analysis;
        json!({
            "name": state_name(state),
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
                let ranks = [2, 10, 100].into_iter();
                let of = |rank| Some(format!("rank {rank} {}", significant(relative(state, rank)?)));
                ranks.filter_map(of).collect::<Vec<_>>().join(", ")
            }
            _ => {
                let bins = state.analysis.histogram.iter();
                let mean = |bin| mean_cosine(bin).map_or("no pairs".to_owned(), |mean| format!("{mean:.2}"));
                let of = |bin| format!("{} for scores {} to {}", mean(bin), bin.gold[0], bin.gold[1]);
                format!("mean cosine {}", bins.map(of).collect::<Vec<_>>().join(", "))
            }
        };
        format!("{}: {values}", state_name(state))
    };
    report.states.iter().map(words).collect::<Vec<_>>().join("; ")
}
