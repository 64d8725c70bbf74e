//! The live charts: places in the page, drawn by `www/charts`.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::{closure::Closure, prelude::wasm_bindgen};

use crate::{
    app::{
        protocol::{Evaluation, StepMetrics},
        ui::{
            parts::{
                chart_files::{ChartFiles, Drawn, compared, tabled},
                chart_tools::{ChartTools, Look},
                drawing::{Bundle, Drawing, messages_json},
            },
            state::{
                runs::Beside,
                store::{ChartUpdate, Store},
                studio,
            },
            words::{
                format::significant,
                i18n::{mt, t, words},
            },
        },
    },
    eval::{LANDMARK_PAIRS, LANDMARKS, Landmark, LandmarkKind},
    runs::Chart,
};

#[wasm_bindgen]
extern "C" {
    /// What `mount` of www/charts/index.js returns.
    #[derive(Clone)]
    pub type Dashboard;
    /// Empties all charts for a run of `total` steps.
    #[wasm_bindgen(method)]
    fn start(this: &Dashboard, total: u32);
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Dashboard, words: &str);
    /// Step, loss, learning rate and gradient norm of each step in turn.
    #[wasm_bindgen(method)]
    fn steps(this: &Dashboard, values: &[f64]);
    /// NaN stands for what is undefined.
    #[wasm_bindgen(method)]
    fn evaluated(this: &Dashboard, step: u32, spearman: f64, alignment: f64, uniformity: f64);
    /// Encoders whose place in the plane is known, as JSON; none of other pairs.
    #[wasm_bindgen(method)]
    fn landmarks(this: &Dashboard, known: &str);
    /// Draws other runs beside the present one; see `compare` of www/charts/runs.js.
    #[wasm_bindgen(method)]
    fn compare(this: &Dashboard, others: &js_sys::Array);
    /// Both steps or none: all are shown then.
    #[wasm_bindgen(method)]
    fn look(this: &Dashboard, smoothing: f64, log: bool, paper: bool, from: Option<f64>, to: Option<f64>);
    /// What to call with the first and the last step of what was zoomed to, or with nothing for all.
    #[wasm_bindgen(method, js_name = onZoom)]
    fn on_zoom(this: &Dashboard, listener: &wasm_bindgen::JsValue);
}

/// A chart's place: its name in www/charts, messages with its title and what to read from it, and what it shows.
struct Place {
    name: &'static str,
    title: &'static str,
    note: &'static str,
    /// What its table has.
    table: Chart,
}

impl Place {
    /// Whether it shows evaluations, and not steps.
    fn needs_evaluation(&self) -> bool {
        self.table == Chart::Evaluations
    }
}

const PLACES: [Place; 6] = [
    Place { name: "plane", title: "chart-plane", note: "chart-plane-note", table: Chart::Evaluations },
    Place { name: "loss", title: "chart-loss", note: "chart-loss-note", table: Chart::Loss },
    Place {
        name: "spearman",
        title: "chart-spearman",
        note: "chart-spearman-note",
        table: Chart::Evaluations,
    },
    Place { name: "quality", title: "chart-quality", note: "chart-quality-note", table: Chart::Evaluations },
    Place { name: "norm", title: "chart-norm", note: "chart-norm-note", table: Chart::GradientNorm },
    Place { name: "rate", title: "chart-rate", note: "chart-rate-note", table: Chart::LearningRate },
];

/// The charts of the run, wherever they stand in the page.
#[derive(Clone, Copy)]
pub struct Charts {
    drawing: Drawing<Dashboard>,
    look: Look,
    /// The runs beside the present one.
    beside: Memo<Vec<Drawn>>,
    /// As JSON.
    landmarks: Memo<String>,
}

impl Charts {
    /// Draws into the places below `root`, once these are `there`.
    fn new(root: NodeRef<Div>, there: Signal<bool>) -> Self {
        let (store, _) = studio();
        let drawing = Drawing::<Dashboard>::new();
        Effect::new(move |_| {
            // Their bundle is as large as all else that the picture needs: the picture comes first.
            if let (Some(root), true, false) = (root.get(), there.get(), store.arriving.get()) {
                drawing.mount(Bundle::Charts, "mount", &root, &PLACES.map(|place| place.name));
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

        let look = Look::new();
        Effect::new(move |_| {
            let (from, to) = look.range.get().unzip();
            let (smoothing, log, paper) = (look.smoothing.get(), look.log.get(), look.paper.get());
            drawing.with(|charts| charts.look(smoothing, log, paper, from, to));
        });
        Effect::new(move |_| {
            drawing.with(|charts| {
                let listener =
                    Closure::<dyn Fn(Option<f64>, Option<f64>)>::new(move |from, to| match (from, to) {
                        (Some(from), Some(to)) => look.zoom(from, to),
                        _ => look.range.set(None),
                    });
                // The charts live as long as the page.
                charts.on_zoom(&listener.into_js_value());
            });
        });
        let landmarks = Memo::new(move |_| landmarks_of(store));
        Effect::new(move |_| {
            let known = landmarks.get();
            drawing.with(|charts| charts.landmarks(&known));
        });
        // Another run begins with all of it.
        Effect::new(move |_| {
            store.runs.present.track();
            look.range.set(None);
        });
        let beside = Memo::new(move |_| {
            let runs = store.runs;
            let present = runs.present.get();
            let mut drawn = runs.beside.get();
            drawn.retain(|drawn| present != Some(drawn.started));
            drawn.sort_by_key(|drawn| drawn.started);
            let named = |drawn: Beside| Some((drawn.started, runs.name(drawn.started)?, drawn.colour));
            drawn.into_iter().filter_map(named).collect::<Vec<_>>()
        });
        Effect::new(move |_| {
            let shown = beside.get();
            drawing.with(|charts| charts.compare(&compared(store.runs, &shown)));
        });
        Self { drawing, look, beside, landmarks }
    }
}

/// The charts of a run, made with the first of the [`PARTS`] that have their places.
#[derive(Clone, Copy)]
pub struct ChartsOf {
    root: NodeRef<Div>,
    made: StoredValue<Option<Charts>>,
    /// How many of the parts have got them.
    parts: RwSignal<usize>,
}

/// [`PlaneChart`] and [`RunCharts`].
const PARTS: usize = 2;

impl ChartsOf {
    /// Of the places below `root`.
    pub fn new(root: NodeRef<Div>) -> Self {
        Self { root, made: StoredValue::new(None), parts: RwSignal::new(0) }
    }

    /// For one of the parts.
    pub fn get(self) -> Charts {
        let Self { root, made, parts } = self;
        let charts = made.get_value().unwrap_or_else(|| {
            let charts = Charts::new(root, Signal::derive(move || parts.get() == PARTS));
            made.set_value(Some(charts));
            charts
        });
        parts.update(|parts| *parts += 1);
        charts
    }
}

/// The path on the plane of alignment and uniformity.
#[component]
pub fn PlaneChart(charts: Charts) -> impl IntoView {
    let [plane, ..] = PLACES;
    view! { <Figure charts place=plane /> }
}

/// All the others, and how they are looked at.
#[component]
pub fn RunCharts(charts: Charts) -> impl IntoView {
    let [_, others @ ..] = PLACES;
    let (store, _) = studio();
    // Once for all that are not drawn.
    let waiting = move |needs_evaluation: bool| {
        let beside = charts.beside.with(|beside| !beside.is_empty());
        (!beside).then(|| waiting_for(store, needs_evaluation)).flatten()
    };
    let steps = Memo::new(move |_| waiting(false));
    let evaluations = Memo::new(move |_| waiting(true).filter(|words| steps.get().as_ref() != Some(words)));
    view! {
        <div hidden=move || steps.with(Option::is_some)><ChartTools look=charts.look /></div>
        <p class="fine">{steps}" "{evaluations}</p>
        <div class="charts">{others.map(|place| view! { <Figure charts place /> }).into_iter().collect_view()}</div>
        {charts.drawing.notice()}
    }
}

#[component]
fn Figure(charts: Charts, place: Place) -> impl IntoView {
    let (store, _) = studio();
    let Charts { drawing, beside, landmarks, .. } = charts;
    let needs_evaluation = place.needs_evaluation();
    let waiting = Memo::new(move |_| {
        let drawn = beside.with(|beside| {
            beside.iter().any(|(started, ..)| {
                let run = store.runs.get(*started);
                run.is_some_and(|run| {
                    if needs_evaluation { !run.evaluations.is_empty() } else { !run.curve.is_empty() }
                })
            })
        });
        let drawn = drawn || (place.name == "plane" && landmarks.with(|known| known != "[]"));
        (!drawn).then(|| waiting_for(store, needs_evaluation)).flatten()
    });
    let empty = Signal::derive(move || waiting.with(Option::is_some));
    view! {
        <figure class=format!("chart chart-{}", place.name) hidden=move || empty.get() && place.name != "plane">
            <figcaption>
                <div class="chart-head">
                    <h3>{mt!(place.title)}</h3>
                    <ChartFiles
                        drawing
                        name=place.name
                        file=place.name
                        title=place.title
                        table=move || tabled(store.runs, &beside.get(), place.table)
                        problem=store.runs.problem
                        empty
                    />
                </div>
                <p class="fine">{mt!(place.note)}</p>
            </figcaption>
            <div class="chart-frame">
                <div class="chart-place" data-chart=place.name role="img" aria-label=move || described(store, place.name, place.title)></div>
                <p class="chart-waiting">{waiting}</p>
            </div>
        </figure>
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
            let [spearman, alignment, uniformity] =
                [spearman, alignment, uniformity].map(|value| value.unwrap_or(f64::NAN));
            charts.evaluated(*step, spearman, alignment, uniformity);
        }
    }
}

/// Why what shows evaluations is empty, or what shows steps.
pub fn waiting_for(store: Store, needs_evaluation: bool) -> Option<String> {
    let running = store.plan.with(Option::is_some);
    if needs_evaluation && store.evaluations.with(Vec::is_empty) {
        let pairs = if running {
            store.plan.with(|plan| plan.as_ref().is_some_and(|plan| plan.evaluates))
        } else {
            store.evaluation.with(Option::is_some)
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
        let values = [of(&first), of(&last)];
        let [from, to] = values.map(|value| value.map_or("–".to_owned(), significant));
        values
            .iter()
            .any(Option::is_some)
            .then(|| t!("chart-from-to", first = from, begin = first.step, last = to, end = last.step))
    };
    let latest = |of: fn(&StepMetrics) -> f64| {
        let latest = store.latest.get()?;
        Some(t!("chart-at", value = significant(of(&latest)), step = latest.step))
    };
    let words = match name {
        "loss" => latest(|step| f64::from(step.loss)),
        "norm" => latest(|step| f64::from(step.gradient_norm)),
        "rate" => latest(|step| step.learning_rate),
        "spearman" => from_to(|evaluation| evaluation.spearman),
        _ => {
            let alignment = from_to(|evaluation| evaluation.alignment);
            from_to(|evaluation| evaluation.uniformity).map(|uniformity| match alignment {
                Some(alignment) => t!("chart-both", alignment = alignment, uniformity = uniformity),
                None => t!("chart-uniformity-only", uniformity = uniformity),
            })
        }
    };
    format!("{}: {}", t!(title), words.unwrap_or_else(|| t!("chart-nothing")))
}

/// What the plane shows beside the run: encoders that were measured on the very pairs.
fn landmarks_of(store: Store) -> String {
    let of_run = store.runs.present.get().and_then(|started| store.runs.get(started));
    let pairs = match of_run {
        Some(run) => run.setting.pairs.clone(),
        None => store.evaluation.with(|pairs| pairs.as_ref().map(|pairs| pairs.name.clone())),
    };
    let known = if pairs.as_deref() == Some(LANDMARK_PAIRS) { LANDMARKS.as_slice() } else { &[] };
    let shown = known.iter().map(|Landmark { kind, alignment, uniformity, spearman }| {
        let (name, what) = match kind {
            LandmarkKind::Random => ("landmark-random", "landmark-random-what"),
            LandmarkKind::Starter => ("landmark-starter", "landmark-starter-what"),
            LandmarkKind::Unsupervised => ("landmark-unsupervised", "landmark-unsupervised-what"),
            LandmarkKind::Supervised => ("landmark-supervised", "landmark-supervised-what"),
            LandmarkKind::MiniLm => ("landmark-minilm", "landmark-minilm-what"),
        };
        serde_json::json!({
            "name": words(name),
            "what": words(what),
            "alignment": alignment,
            "uniformity": uniformity,
            "spearman": spearman,
        })
    });
    serde_json::Value::from_iter(shown).to_string()
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
        "series-smoothed",
        "run-this",
        "point-before-training",
        "point-before",
        "point-step",
        "landmarks-paper",
    ];
    messages_json(&ids)
}
