//! The live charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{
    drawing::{Drawing, words_of},
    format::significant,
    i18n::{mt, t},
    store::{ChartUpdate, Store},
    studio,
};
use crate::app::protocol::{Evaluation, StepMetrics};

#[wasm_bindgen]
extern "C" {
    /// What `mount` of www/charts/index.js returns.
    #[derive(Clone)]
    type Dashboard;
    /// Empties all charts for a run of `total` steps.
    #[wasm_bindgen(method)]
    fn start(this: &Dashboard, total: u32);
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Dashboard, words: &str);
    /// Step, loss, learning rate and gradient norm of each step in turn.
    #[wasm_bindgen(method)]
    fn steps(this: &Dashboard, values: &[f64]);
    /// NaN stands for an alignment that cannot be measured.
    #[wasm_bindgen(method)]
    fn evaluated(this: &Dashboard, step: u32, spearman: f64, alignment: f64, uniformity: f64);
}

/// A chart's place: its name in www/charts, messages with its title and what to read from it, and what it needs.
struct Place {
    name: &'static str,
    title: &'static str,
    note: &'static str,
    needs_evaluation: bool,
}

const PLACES: [Place; 6] = [
    Place { name: "plane", title: "chart-plane", note: "chart-plane-note", needs_evaluation: true },
    Place { name: "loss", title: "chart-loss", note: "chart-loss-note", needs_evaluation: false },
    Place { name: "spearman", title: "chart-spearman", note: "chart-spearman-note", needs_evaluation: true },
    Place { name: "quality", title: "chart-quality", note: "chart-quality-note", needs_evaluation: true },
    Place { name: "norm", title: "chart-norm", note: "chart-norm-note", needs_evaluation: false },
    Place { name: "rate", title: "chart-rate", note: "chart-rate-note", needs_evaluation: false },
];

#[component]
pub fn RunCharts() -> impl IntoView {
    let (store, _) = studio();
    let grid = NodeRef::<Div>::new();
    let drawing = Drawing::<Dashboard>::new();

    Effect::new(move |_| {
        if let Some(grid) = grid.get() {
            drawing.mount("mount", &grid, &PLACES.map(|place| place.name));
        }
    });
    Effect::new(move |_| {
        let words = chart_words();
        drawing.with(|charts| charts.speak(&words));
    });
    Effect::new(move |_| {
        if drawing.mounted() && store.chart_updates.with(|updates| !updates.is_empty()) {
            let updates = store.chart_updates.try_update_untracked(std::mem::take).unwrap_or_default();
            drawing.with(|charts| updates.iter().for_each(|update| draw(charts, update)));
        }
    });

    let figures = PLACES.map(|place| {
        let waiting = move || waiting_for(store, place.needs_evaluation);
        view! {
            <figure class=format!("chart chart-{}", place.name)>
                <figcaption>
                    <h3>{mt!(place.title)}</h3>
                    <p class="fine">{mt!(place.note)}</p>
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
        {drawing.notice()}
    }
}

fn draw(charts: &Dashboard, update: &ChartUpdate) {
    match update {
        ChartUpdate::Start(plan) => charts.start(plan.total),
        ChartUpdate::Steps(steps) => {
            let values = steps.iter().flat_map(|step| {
                let norm = f64::from(step.gradient_norm);
                [f64::from(step.step), f64::from(step.loss), step.learning_rate, norm]
            });
            charts.steps(&values.collect::<Vec<_>>());
        }
        ChartUpdate::Evaluated(Evaluation { step, spearman, alignment, uniformity, .. }) => {
            charts.evaluated(*step, *spearman, alignment.unwrap_or(f64::NAN), *uniformity);
        }
    }
}

/// Why a chart is empty.
fn waiting_for(store: Store, needs_evaluation: bool) -> Option<String> {
    let running = store.plan.with(Option::is_some);
    if needs_evaluation && store.evaluations.with(Vec::is_empty) {
        let pairs = match running {
            true => store.plan.with(|plan| plan.as_ref().is_some_and(|plan| plan.evaluates)),
            false => store.evaluation.with(Option::is_some),
        };
        Some(match (pairs, running) {
            (false, false) => t!("chart-no-pairs"),
            (false, true) => t!("chart-run-without-pairs"),
            (true, false) => t!("chart-starts"),
            (true, true) => t!("chart-first-evaluation"),
        })
    } else if !needs_evaluation && store.latest.with(Option::is_none) {
        Some(if running { t!("chart-first-step") } else { t!("chart-starts") })
    } else {
        None
    }
}

/// The chart in words, for those who do not see it.
fn described(store: Store, name: &str, title: &str) -> String {
    let ends = store.evaluations.with(|all| Some((*all.first()?, *all.last()?)));
    let from_to = |of: fn(&Evaluation) -> Option<f64>| {
        let (first, last) = ends?;
        Some(t!(
            "chart-from-to",
            first = significant(of(&first)?),
            begin = first.step,
            last = significant(of(&last)?),
            end = last.step
        ))
    };
    let latest = |of: fn(&StepMetrics) -> f64| {
        let latest = store.latest.get()?;
        Some(t!("chart-at", value = significant(of(&latest)), step = latest.step))
    };
    let words = match name {
        "loss" => latest(|step| f64::from(step.loss)),
        "norm" => latest(|step| f64::from(step.gradient_norm)),
        "rate" => latest(|step| step.learning_rate),
        "spearman" => from_to(|evaluation| Some(evaluation.spearman)),
        _ => {
            let alignment = from_to(|evaluation| evaluation.alignment);
            from_to(|evaluation| Some(evaluation.uniformity)).map(|uniformity| match alignment {
                Some(alignment) => t!("chart-both", alignment = alignment, uniformity = uniformity),
                None => t!("chart-uniformity-only", uniformity = uniformity),
            })
        }
    };
    format!("{}: {}", t!(title), words.unwrap_or_else(|| t!("chart-nothing")))
}

/// The words that www/charts writes, as JSON.
fn chart_words() -> String {
    let ids = [
        "axis-step",
        "axis-loss",
        "axis-rate",
        "axis-norm",
        "axis-spearman",
        "axis-alignment",
        "axis-uniformity",
        "axis-alignment-better",
        "axis-uniformity-better",
        "series-each",
        "series-mean",
        "point-before-training",
        "point-before",
        "point-step",
    ];
    words_of(&ids)
}
