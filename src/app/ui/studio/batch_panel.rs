//! The current batch through the loss' eyes: its similarity matrix and the cosines in it.

use js_sys::Float32Array;
use leptos::{html::Div, prelude::*};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    app::ui::{
        parts::{
            chart_files::ChartFiles,
            drawing::{Bundle, Drawing, messages_json},
            notice::Problem,
        },
        state::studio,
        words::i18n::{mt, t},
    },
    train::BatchSimilarity,
};

#[wasm_bindgen]
extern "C" {
    /// What `mountBatch` of www/charts/index.js returns.
    #[derive(Clone)]
    type Charts;
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Charts, words: &str);
    #[wasm_bindgen(method)]
    fn show(this: &Charts, rows: u32, columns: u32, values: Float32Array, hard: u32, counts: &[u32]);
}

/// The batch is asked for only while it is `seen`.
#[component]
pub fn BatchPanel(seen: Signal<bool>) -> impl IntoView {
    let (store, engine) = studio();
    let grid = NodeRef::<Div>::new();
    let drawing = Drawing::<Charts>::new();

    Effect::new(move |before: Option<bool>| {
        let watched = seen.get() && store.ready();
        if before.unwrap_or(false) != watched {
            engine.watch_batch(watched);
        }
        watched
    });
    Effect::new(move |_| {
        if let Some(grid) = grid.get().filter(|_| seen.get()) {
            drawing.mount(Bundle::Charts, "mountBatch", &grid, &["matrix", "histogram"]);
        }
    });
    Effect::new(move |_| {
        let ids = ["axis-cosine", "axis-per-cent", "series-positives", "series-negatives", "series-hard"];
        let words = messages_json(&ids);
        drawing.with(|charts| charts.speak(&words));
    });
    Effect::new(move |_| {
        if let Some(batch) = store.batch.get().filter(|_| seen.get()) {
            drawing.with(|charts| draw(charts, &batch));
        }
    });

    let caption = Memo::new(move |_| {
        store.batch.with(|batch| batch.as_deref().map_or_else(|| t!("batch-waiting"), described))
    });
    let problem = RwSignal::new(None);
    let empty = Signal::derive(move || store.batch.with(Option::is_none));
    let files = move |name, file, title, of: fn(&BatchSimilarity) -> String| {
        let table = move || store.batch.with(|batch| batch.as_deref().map(of)).unwrap_or_default();
        view! { <ChartFiles drawing name file title table problem empty /> }
    };
    view! {
        <p class="fine">{mt!("batch-what")}</p>
        <p class="matrix-caption">{caption}</p>
        <div class="batch-charts" class:batch-idle=empty node_ref=grid>
            <figure class="batch-chart">
                <figcaption class="chart-head">
                    <h3>{mt!("batch-matrix")}</h3>
                    {files("matrix", "batch", "batch-matrix", BatchSimilarity::matrix_csv)}
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-place batch-matrix" data-chart="matrix" role="img" aria-label=move || format!("{}: {}", t!("batch-matrix"), caption.get())></div>
                </div>
            </figure>
            <figure class="batch-chart">
                <figcaption>
                    <div class="chart-head">
                        <h3>{mt!("batch-histogram")}</h3>
                        {files("histogram", "batch-histogram", "batch-histogram", BatchSimilarity::histogram_csv)}
                    </div>
                    <p class="fine">{mt!("batch-histogram-note")}</p>
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-place" data-chart="histogram" role="img" aria-label=move || format!("{}: {}", t!("batch-histogram"), caption.get())></div>
                </div>
            </figure>
        </div>
        <Problem error=problem title="chart-problem" />
        {drawing.notice()}
    }
}

fn draw(charts: &Charts, batch: &BatchSimilarity) {
    let values = Float32Array::from(batch.cosines.as_slice());
    let counts = batch.histogram().concat();
    let (rows, columns, hard) = (batch.rows, batch.columns, batch.hard_negatives());
    charts.show(rows as u32, columns as u32, values, hard as u32, &counts);
}

fn described(batch: &BatchSimilarity) -> String {
    let [positive, other] = batch.means().map(|mean| format!("{mean:.3}"));
    t!(
        "batch-step",
        step = batch.step,
        rows = batch.rows,
        columns = batch.columns,
        positive = positive,
        other = other
    )
}
