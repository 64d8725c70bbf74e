//! The live charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::HtmlElement;

use super::{
    engine::site_url,
    format::significant,
    store::{ChartUpdate, Store},
    studio,
};
use crate::app::protocol::Evaluation;

#[wasm_bindgen(module = "/www/glue/charts.js")]
extern "C" {
    /// Imports the bundle at `address` and draws into the places; see www/charts/index.js.
    #[wasm_bindgen(catch, js_name = mountCharts)]
    async fn mount_charts(address: &str, places: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// What `mount` of www/charts/index.js returns.
    #[derive(Clone)]
    type Dashboard;
    /// Empties all charts for a run of `total` steps.
    #[wasm_bindgen(method)]
    fn start(this: &Dashboard, total: u32);
    /// Step, loss and learning rate of each step in turn.
    #[wasm_bindgen(method)]
    fn steps(this: &Dashboard, values: &[f64]);
    /// NaN stands for an alignment that cannot be measured.
    #[wasm_bindgen(method)]
    fn evaluated(this: &Dashboard, step: u32, spearman: f64, alignment: f64, uniformity: f64);
}

/// A chart's place: its name in www/charts, title, what to read from it, and what it needs.
struct Place {
    name: &'static str,
    title: &'static str,
    note: &'static str,
    needs_evaluation: bool,
}

const PLACES: [Place; 5] = [
    Place {
        name: "plane",
        title: "Alignment and uniformity",
        note: "Lower is better on both axes: towards the lower left, pairs lie close and sentences spread.",
        needs_evaluation: true,
    },
    Place {
        name: "loss",
        title: "Loss",
        note: "Contrastive cross-entropy of a batch. Close to 0 is normal for a model tuned before.",
        needs_evaluation: false,
    },
    Place {
        name: "spearman",
        title: "Spearman",
        note: "Rank correlation × 100 of cosines with the scores people gave; higher is better.",
        needs_evaluation: true,
    },
    Place {
        name: "quality",
        title: "Alignment and uniformity over steps",
        note: "Lower is better for both.",
        needs_evaluation: true,
    },
    Place {
        name: "rate",
        title: "Learning rate",
        note: "Linear to 0 over the run.",
        needs_evaluation: false,
    },
];

#[component]
pub fn RunCharts() -> impl IntoView {
    let (store, _) = studio();
    let grid = NodeRef::<Div>::new();
    let dashboard: StoredValue<Option<Dashboard>, LocalStorage> = StoredValue::new_local(None);
    let (mounted, broken) = (RwSignal::new(false), RwSignal::new(None));

    // Loaded once the page stands: nobody waits for the charts to see the page.
    Effect::new(move |_| {
        let Some(grid) = grid.get() else { return };
        spawn_local(async move {
            match mount_charts(&site_url("charts.js"), &places(&grid, &PLACES.map(|place| place.name))).await
            {
                Ok(charts) => {
                    dashboard.set_value(Some(charts.unchecked_into()));
                    mounted.set(true);
                }
                Err(error) => broken.set(Some(format!("The charts could not be loaded: {error:?}"))),
            }
        });
    });
    Effect::new(move |_| {
        if mounted.get() && store.chart_updates.with(|updates| !updates.is_empty()) {
            let updates = store.chart_updates.try_update_untracked(std::mem::take).unwrap_or_default();
            dashboard.with_value(|charts| {
                if let Some(charts) = charts {
                    updates.iter().for_each(|update| draw(charts, update));
                }
            });
        }
    });

    let figures = PLACES.map(|place| {
        let waiting = move || waiting_for(store, place.needs_evaluation);
        view! {
            <figure class=format!("chart chart-{}", place.name)>
                <figcaption>
                    <h3>{place.title}</h3>
                    <p class="fine">{place.note}</p>
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-place" data-chart=place.name role="img" aria-label=move || described(store, place.name, place.title)></div>
                    <p class="chart-waiting">{waiting}</p>
                </div>
            </figure>
        }
    });
    view! {
        <div class="charts" node_ref=grid>{figures.into_iter().collect_view()}</div>
        {move || broken.get().map(|message| view! { <p class="notice notice-error" role="alert">{message}</p> })}
    }
}

fn draw(charts: &Dashboard, update: &ChartUpdate) {
    match update {
        ChartUpdate::Start(plan) => charts.start(plan.total),
        ChartUpdate::Steps(steps) => {
            let values = steps
                .iter()
                .flat_map(|step| [f64::from(step.step), f64::from(step.loss), step.learning_rate]);
            charts.steps(&values.collect::<Vec<_>>());
        }
        ChartUpdate::Evaluated(Evaluation { step, spearman, alignment, uniformity, .. }) => {
            charts.evaluated(*step, *spearman, alignment.unwrap_or(f64::NAN), *uniformity);
        }
    }
}

/// The elements by name, as www/charts takes them.
pub fn places(grid: &HtmlElement, names: &[&str]) -> JsValue {
    let places = js_sys::Object::new();
    for name in names {
        if let Ok(Some(element)) = grid.query_selector(&format!("[data-chart={name}]")) {
            // Setting a property of a plain object cannot fail.
            let _ = js_sys::Reflect::set(&places, &(*name).into(), &element);
        }
    }
    places.into()
}

/// Why a chart is empty.
fn waiting_for(store: Store, needs_evaluation: bool) -> Option<&'static str> {
    let running = store.plan.with(Option::is_some);
    if needs_evaluation && store.evaluations.with(Vec::is_empty) {
        let pairs = match running {
            true => store.plan.with(|plan| plan.as_ref().is_some_and(|plan| plan.evaluates)),
            false => store.evaluation.with(Option::is_some),
        };
        Some(match (pairs, running) {
            (false, false) => "Load evaluation pairs (step 2) to see this.",
            (false, true) => "This run has no evaluation pairs.",
            (true, false) => "Starts with the run.",
            (true, true) => "The first evaluation is under way.",
        })
    } else if !needs_evaluation && store.latest.with(Option::is_none) {
        Some(if running { "The first step is under way." } else { "Starts with the run." })
    } else {
        None
    }
}

/// The chart in words, for those who do not see it.
fn described(store: Store, name: &str, title: &str) -> String {
    let ends = store.evaluations.with(|all| Some((*all.first()?, *all.last()?)));
    let from_to = |of: fn(&Evaluation) -> Option<f64>| {
        let (first, last) = ends?;
        Some(format!(
            "from {} at step {} to {} at step {}",
            significant(of(&first)?),
            first.step,
            significant(of(&last)?),
            last.step
        ))
    };
    let words = match name {
        "loss" => store
            .latest
            .get()
            .map(|latest| format!("{} at step {}", significant(f64::from(latest.loss)), latest.step)),
        "rate" => store
            .latest
            .get()
            .map(|latest| format!("{} at step {}", significant(latest.learning_rate), latest.step)),
        "spearman" => from_to(|evaluation| Some(evaluation.spearman)),
        _ => {
            let uniformity = from_to(|evaluation| Some(evaluation.uniformity));
            let alignment = from_to(|evaluation| evaluation.alignment);
            uniformity.map(|uniformity| {
                let alignment =
                    alignment.map_or_else(String::new, |alignment| format!("alignment {alignment}; "));
                format!("{alignment}uniformity {uniformity}")
            })
        }
    };
    format!("{title}: {}", words.unwrap_or_else(|| "nothing yet".to_owned()))
}
