//! The current batch through the loss' eyes: its similarity matrix and the cosines in it.

use std::sync::Arc;

use js_sys::Float32Array;
use leptos::{html::Div, prelude::*};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlDetailsElement;

use super::{
    drawing::{Drawing, words_of},
    i18n::{mt, t},
    studio,
};
use crate::{kernels::LossForm, train::BatchSimilarity};

#[wasm_bindgen]
extern "C" {
    /// What `mountBatch` of www/charts/index.js returns.
    #[derive(Clone)]
    type Charts;
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Charts, words: &str);
    #[wasm_bindgen(method)]
    fn show(this: &Charts, rows: u32, columns: u32, values: Float32Array, positives: &[u32], hard: u32);
}

/// Folded at first: reading a batch back takes the run a moment, and is asked for only while somebody looks.
#[component]
pub fn BatchPanel() -> impl IntoView {
    let (store, engine) = studio();
    let grid = NodeRef::<Div>::new();
    let open = RwSignal::new(false);
    let drawing = Drawing::<Charts>::new();

    Effect::new(move |before: Option<bool>| {
        let watched = open.get() && store.ready();
        if before.unwrap_or(false) != watched {
            engine.watch_batch(watched);
        }
        watched
    });
    Effect::new(move |_| {
        if let Some(grid) = grid.get().filter(|_| open.get()) {
            drawing.mount("mountBatch", &grid, &["matrix", "histogram"]);
        }
    });
    Effect::new(move |_| {
        let ids = ["axis-cosine", "axis-per-cent", "series-positives", "series-negatives", "series-hard"];
        let words = words_of(&ids);
        drawing.with(|charts| charts.speak(&words));
    });
    Effect::new(move |_| {
        if let Some(batch) = store.batch.get().filter(|_| open.get()) {
            drawing.with(|charts| draw(charts, &batch));
        }
    });

    let caption =
        move || store.batch.with(|batch| batch.as_ref().map_or_else(|| t!("batch-waiting"), described));
    let toggled = move |event: web_sys::Event| {
        open.set(event_target::<HtmlDetailsElement>(&event).open());
    };
    view! {
        <section class="card" aria-labelledby="batch-title">
            <h2 id="batch-title">{mt!("batch-title")}</h2>
            <details class="batch" on:toggle=toggled>
                <summary>{mt!("batch-folded")}</summary>
                <p class="fine">{mt!("batch-what")}</p>
                <p class="matrix-caption">{caption}</p>
                <div class="batch-charts" class:batch-idle=move || store.batch.with(Option::is_none) node_ref=grid>
                    <figure class="batch-chart">
                        <figcaption><h3>{mt!("batch-matrix")}</h3></figcaption>
                        <div class="chart-frame">
                            <div class="chart-place batch-matrix" data-chart="matrix" role="img" aria-label=move || format!("{}: {}", t!("batch-matrix"), caption())></div>
                        </div>
                    </figure>
                    <figure class="batch-chart">
                        <figcaption>
                            <h3>{mt!("batch-histogram")}</h3>
                            <p class="fine">{mt!("batch-histogram-note")}</p>
                        </figcaption>
                        <div class="chart-frame">
                            <div class="chart-place" data-chart="histogram" role="img" aria-label=move || format!("{}: {}", t!("batch-histogram"), caption())></div>
                        </div>
                    </figure>
                </div>
                {drawing.notice()}
            </details>
        </section>
    }
}

fn draw(charts: &Charts, batch: &BatchSimilarity) {
    let positives: Vec<u32> = (0..batch.rows).map(|row| batch.positive(row) as u32).collect();
    // NT-Xent's second block of columns are other positives.
    let hard = if batch.form == LossForm::NtXent { 2 * batch.items } else { batch.items };
    let values = Float32Array::from(batch.cosines.as_slice());
    charts.show(batch.rows as u32, batch.columns as u32, values, &positives, hard as u32);
}

fn described(batch: &Arc<BatchSimilarity>) -> String {
    let (mut positive, mut other, mut others) = (0.0, 0.0, 0_usize);
    for (row, cosines) in batch.cosines.chunks(batch.columns.max(1)).enumerate() {
        for (column, cosine) in cosines.iter().enumerate().filter(|(_, cosine)| !cosine.is_nan()) {
            if column == batch.positive(row) {
                positive += f64::from(*cosine);
            } else {
                other += f64::from(*cosine);
                others += 1;
            }
        }
    }
    t!(
        "batch-step",
        step = batch.step,
        rows = batch.rows,
        columns = batch.columns,
        positive = format!("{:.3}", positive / batch.rows.max(1) as f64),
        other = format!("{:.3}", other / others.max(1) as f64)
    )
}
