//! The analysis' charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*, task::spawn_local};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    analysis::{mean_cosine, relative, state_name},
    charts::{places, words_of},
    engine::site_url,
    format::significant,
    i18n::{mt, t},
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
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Drawing, words: &str);
    /// Draws states, as JSON.
    #[wasm_bindgen(method)]
    fn show(this: &Drawing, states: &str);
}

/// Its name in www/charts, and messages with its title and what to read from it.
const PLACES: [(&str, &str, &str); 2] = [
    ("spectrum", "analysis-spectrum", "analysis-spectrum-note"),
    ("cosines", "analysis-cosines", "analysis-cosines-note"),
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
                Err(error) => broken.set(Some(format!("{error:?}"))),
            }
        });
    });
    Effect::new(move |_| {
        let states = store.analysis.with(|report| report.as_ref().map(drawn));
        if let Some(states) = states.filter(|_| mounted.get()) {
            drawing.with_value(|charts| {
                if let Some(charts) = charts {
                    charts.speak(&words_of(&["axis-rank", "axis-share", "axis-cosine", "axis-pairs"]));
                    charts.show(&states);
                }
            });
        }
    });

    let figures = PLACES.map(|(name, title, note)| {
        let words = move || {
            let described =
                store.analysis.with(|report| report.as_ref().map(|report| described(report, name)));
            format!("{}: {}", t!(title), described.unwrap_or_else(|| t!("chart-nothing")))
        };
        view! {
            <figure class=format!("analysis-chart chart-{name}")>
                <figcaption>
                    <h4>{mt!(title)}</h4>
                    <p class="fine">{mt!(note)}</p>
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
        {move || broken.get().map(|message| view! { <p class="notice notice-error" role="alert">{mt!("chart-broken", error = message.as_str())}</p> })}
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
        format!("{}: {values}", state_name(state))
    };
    report.states.iter().map(words).collect::<Vec<_>>().join("; ")
}
