//! Charts taken home, and runs handed to www/charts.

use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::{
    charts::Dashboard,
    drawing::Drawing,
    files::{offer_download, text_blob},
    i18n::{mt, t},
    runs::Runs,
    studio,
};
use crate::runs::{Chart, csv};

/// When it began, its name and its colour.
pub type Drawn = (u64, String, usize);

/// A chart as a picture and as a table.
#[component]
pub fn ChartFiles(
    drawing: Drawing<Dashboard>,
    name: &'static str,
    title: &'static str,
    table: Chart,
    beside: Memo<Vec<Drawn>>,
    empty: Signal<bool>,
) -> impl IntoView {
    let runs = studio().0.runs;
    let problem = runs.problem;
    let offer = move |file: String, blob: Result<Blob, String>| {
        if let Err(error) = blob.and_then(|blob| offer_download(&file, &blob)) {
            problem.set(Some(error));
        }
    };
    let picture = move |_| {
        let Some(charts) = untrack(|| drawing.handle()) else { return };
        spawn_local(async move {
            let blob = match charts.image(name).await {
                Ok(blob) => blob.dyn_into::<Blob>().map_err(|_| t!("chart-no-picture")),
                Err(error) => Err(format!("{error:?}")),
            };
            offer(format!("simcse-lab-{name}.png"), blob);
        });
    };
    let numbers = move |_| {
        let text = tabled(runs, &beside.get_untracked(), table);
        offer(format!("simcse-lab-{name}.csv"), text.and_then(|text| text_blob(&text, "text/csv")));
    };
    view! {
        <span class="chart-files">
            {offered("PNG", mt!("chart-as-png", title = t!(title)), empty, picture)}
            {offered("CSV", mt!("chart-as-csv", title = t!(title)), empty, numbers)}
        </span>
    }
}

fn offered(
    format: &'static str,
    label: impl Fn() -> String + Send + 'static,
    disabled: Signal<bool>,
    on_press: impl FnMut(MouseEvent) + Send + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="link-button" aria-label=label disabled=disabled on:click=on_press>{format}</button>
    }
}

/// The present run and those beside it.
fn tabled(runs: Runs, beside: &[Drawn], table: Chart) -> Result<String, String> {
    let present = runs.present.get_untracked().and_then(|started| {
        let (name, run) = untrack(|| (runs.name(started), runs.current(started)));
        Some((name.unwrap_or_else(|| t!("run-this")), run?))
    });
    let others =
        beside.iter().filter_map(|(started, name, _)| Some((name.clone(), untrack(|| runs.get(*started))?)));
    let drawn: Vec<_> = present.into_iter().chain(others).collect();
    let named: Vec<_> = drawn.iter().map(|(name, run)| (name.clone(), run.as_ref())).collect();
    csv(&named, table).map_err(|error| error.to_string())
}

/// What `compare` of www/charts/runs.js takes.
pub fn compared(runs: Runs, drawn: &[Drawn]) -> js_sys::Array {
    let other = |(started, name, colour): &Drawn| {
        let run = untrack(|| runs.get(*started))?;
        let curve: Vec<f64> = run
            .curve
            .points()
            .flat_map(|point| {
                let (loss, norm) = (f64::from(point.loss), f64::from(point.gradient_norm));
                [f64::from(point.step), loss, point.learning_rate, norm]
            })
            .collect();
        let evaluations: Vec<f64> = run
            .evaluations
            .iter()
            .flat_map(|known| {
                let alignment = known.alignment.unwrap_or(f64::NAN);
                [f64::from(known.step), known.spearman, alignment, known.uniformity]
            })
            .collect();
        let fields: [(&str, JsValue); 5] = [
            ("id", JsValue::from_f64(*started as f64)),
            ("name", name.as_str().into()),
            ("colour", JsValue::from_f64(*colour as f64)),
            ("curve", js_sys::Float64Array::from(curve.as_slice()).into()),
            ("evaluations", js_sys::Float64Array::from(evaluations.as_slice()).into()),
        ];
        let object = js_sys::Object::new();
        for (name, value) in fields {
            // Setting a property of a plain object cannot fail.
            let _ = js_sys::Reflect::set(&object, &name.into(), &value);
        }
        Some(object)
    };
    drawn.iter().filter_map(other).collect()
}
