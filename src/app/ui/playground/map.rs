//! The list as points of a plane, drawn by `www/charts`, laid out by `www/map`.

use std::sync::Arc;

use js_sys::Float32Array;
use leptos::{html::Figure, prelude::*};
use strum::IntoStaticStr;
use wasm_bindgen::{closure::Closure, prelude::wasm_bindgen};

use super::{
    encoded::Encoded,
    shared::{AUTO_LAYOUT_LINES, Chosen},
    vectors::{Encoding, Vectors},
};
use crate::{
    app::ui::{
        parts::{
            chart_files::ChartFiles,
            drawing::{Bundle, Drawing},
            fields::Segments,
            notice::{Bar, ProgressRow},
        },
        words::i18n::{mt, t, translated},
    },
    localize::Localized,
    text::csv_text,
};

#[wasm_bindgen]
extern "C" {
    /// What `mountMap` of www/charts/index.js returns.
    #[derive(Clone)]
    type Charts;
    #[wasm_bindgen(method)]
    fn show(
        this: &Charts,
        values: Float32Array,
        hidden: u32,
        sentences: &str,
        method: &str,
        progress: &Closure<dyn FnMut(f64)>,
        done: &Closure<dyn FnMut(Vec<f64>, Vec<f64>)>,
        failed: &Closure<dyn FnMut(String)>,
    );
    #[wasm_bindgen(method)]
    fn cancel(this: &Charts);
}

/// More points cannot be told apart and take minutes to lay out; of a longer list this many, evenly spaced, are drawn.
const MAX_POINTS: usize = 2_000;
/// Fewer cannot be laid out.
const LEAST_POINTS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
enum Method {
    Pca,
    Umap,
}

impl Method {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// What is drawn.
#[derive(Debug)]
struct Drawn {
    method: Method,
    /// A line of the list each.
    points: Vec<usize>,
    lines: Arc<Vec<String>>,
    /// x and y of each point in turn.
    positions: Vec<f64>,
    /// Shares of the variance that the axes explain; none for UMAP.
    explained: Vec<f64>,
}

impl Drawn {
    fn csv(&self) -> String {
        let rows = self.points.iter().zip(self.positions.chunks(2)).map(|(line, position)| {
            let numbers = position.iter().map(f64::to_string);
            std::iter::once(self.lines[*line].clone()).chain(numbers)
        });
        csv_text(["sentence", "x", "y"], rows)
    }
}

#[derive(Clone, Copy)]
struct Layout {
    drawing: Drawing<Charts>,
    progress: RwSignal<Option<f64>>,
    drawn: RwSignal<Option<Drawn>>,
    problem: RwSignal<Option<Localized>>,
    /// Kept while the worker may call them.
    calls: StoredValue<Option<Calls>, LocalStorage>,
}

struct Calls {
    progress: Closure<dyn FnMut(f64)>,
    done: Closure<dyn FnMut(Vec<f64>, Vec<f64>)>,
    failed: Closure<dyn FnMut(String)>,
}

impl Layout {
    fn start(self, charts: &Charts, encoding: &Encoding, method: Method) {
        let of = encoding.lines.len();
        let points = of.min(MAX_POINTS);
        // Evenly, the first among them.
        let chosen: Vec<usize> = (0..points).map(|point| point * of / points).collect();
        let mut values = Vec::with_capacity(points * encoding.hidden);
        chosen.iter().for_each(|index| values.extend_from_slice(encoding.row(*index)));
        let sentences: Vec<&str> = chosen.iter().map(|index| encoding.lines[*index].as_str()).collect();
        let sentences = serde_json::to_string(&sentences).unwrap_or_default();
        let lines = encoding.lines.clone();

        let calls = Calls {
            progress: Closure::new(move |share| self.progress.set(Some(share))),
            done: Closure::new(move |positions, explained| {
                self.progress.set(None);
                let (lines, points) = (lines.clone(), chosen.clone());
                self.drawn.set(Some(Drawn { method, points, lines, positions, explained }));
            }),
            failed: Closure::new(move |words: String| {
                self.progress.set(None);
                self.problem.set(Some(words.into()));
            }),
        };
        self.problem.set(None);
        self.progress.set(Some(0.0));
        let values = Float32Array::from(values.as_slice());
        let Calls { progress, done, failed } = &calls;
        charts.show(values, encoding.hidden as u32, &sentences, method.name(), progress, done, failed);
        // Those of the layout before, which has been ended, go.
        self.calls.set_value(Some(calls));
    }

    fn cancel(self) {
        self.progress.set(None);
        untrack(|| self.drawing.with(Charts::cancel));
    }
}

#[component]
pub fn Map() -> impl IntoView {
    let vectors: Vectors = expect_context();
    let figure = NodeRef::<Figure>::new();
    let method = RwSignal::new(Method::Pca);
    let layout = Layout {
        drawing: Drawing::new(),
        progress: RwSignal::new(None),
        drawn: RwSignal::new(None),
        problem: RwSignal::new(None),
        calls: StoredValue::new_local(None),
    };
    // What is to be drawn as soon as that is possible.
    let wanted = RwSignal::new(None::<(Encoding, Method)>);
    let draw = move || {
        let encoding = untrack(|| vectors.current());
        if let (Some(encoding), Some(figure)) = (encoding, figure.get_untracked()) {
            layout.drawing.mount(Bundle::Charts, "mountMap", &figure, &["map"]);
            wanted.set(Some((encoding, method.get_untracked())));
        }
    };
    Effect::new(move |_| {
        if let Some((encoding, method)) = wanted.get() {
            layout.drawing.with(|charts| layout.start(charts, &encoding, method));
        }
    });
    let Chosen(chosen) = expect_context();
    // A map that somebody looks at follows its list, the encoder and the method, where that takes no time worth mentioning.
    Effect::new(move |_| {
        method.track();
        let small = vectors
            .current()
            .is_some_and(|encoding| (LEAST_POINTS..=AUTO_LAYOUT_LINES).contains(&encoding.lines.len()));
        if small && (chosen.get() == "map" || layout.drawn.with_untracked(Option::is_some)) {
            draw();
        }
    });
    let disabled = move || !vectors.fresh() || vectors.count() < LEAST_POINTS;
    let empty = Signal::derive(move || layout.drawn.with(Option::is_none));
    let table = move || layout.drawn.with(|drawn| drawn.as_ref().map(Drawn::csv)).unwrap_or_default();
    let caption = move || {
        let (method, points, of, explained) = layout.drawn.with(|drawn| {
            let Drawn { method, points, lines, explained, .. } = drawn.as_ref()?;
            Some((*method, points.len(), lines.len(), explained.clone()))
        })?;
        let percent = |share: Option<&f64>| format!("{:.0}", 100.0 * share.copied().unwrap_or(0.0));
        let how = match method {
            Method::Pca => {
                t!("map-pca-caption", first = percent(explained.first()), second = percent(explained.get(1)))
            }
            Method::Umap => t!("map-umap-caption"),
        };
        let which = if points == of {
            t!("counted-sentences", count = points)
        } else {
            t!("map-some", points = points, count = of)
        };
        Some(format!("{which}. {how}"))
    };
    view! {
        <div class="playground-head">
            <h2>{mt!("map-title")}</h2>
            <p class="fine">{mt!("map-what")}</p>
        </div>
        <Encoded />
        <div class="map-options">
            <Segments
                name="map-method"
                legend="map-method"
                value=method
                choices=vec![(Method::Pca, "PCA"), (Method::Umap, "UMAP")]
                help=|method| match method {
                    Method::Pca => "map-pca-help",
                    Method::Umap => "map-umap-help",
                }
                disabled=Signal::derive(|| false)
            />
            <div class="row">
                <button type="button" class="button button-primary" disabled=disabled on:click=move |_| draw()>
                    {mt!("map-draw")}
                </button>
                <span class="fine">
                    {move || (vectors.count() < LEAST_POINTS).then(|| t!("map-few", least = LEAST_POINTS))}
                </span>
            </div>
        </div>
        <ProgressRow
            cancel="encode-cancel"
            cancellable=Signal::derive(move || layout.progress.with(Option::is_some))
            on_cancel=move || layout.cancel()
        >
            {move || layout.progress.get().map(|share| view! {
                <Bar fraction=(share > 0.0).then_some(share) label=t!("map-laying-out") />
            })}
        </ProgressRow>
        <p class="field-error" role="alert">
            {move || layout.problem.get().map(|error| t!("map-failed", error = translated(&error)))}
        </p>
        {layout.drawing.notice()}
        <figure class="map" node_ref=figure class:map-idle=empty>
            <figcaption class="chart-head">
                <span class="matrix-caption" role="status">{caption}</span>
                <ChartFiles
                    drawing=layout.drawing
                    name="map"
                    file="map"
                    title="map-title"
                    table
                    problem=layout.problem
                    empty
                />
            </figcaption>
            <div class="chart-frame">
                <div class="chart-place" data-chart="map" role="img" aria-label=move || caption().unwrap_or_else(|| t!("map-empty"))></div>
                <p class="chart-waiting">{move || empty.get().then(|| t!("map-empty"))}</p>
            </div>
        </figure>
    }
}
