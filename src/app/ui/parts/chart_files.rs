//! Charts taken home, and runs handed to www/charts.

use gloo_timers::future::TimeoutFuture;
use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::Blob;

use super::drawing::Drawing;
use crate::{
    app::ui::{
        browser::files::{offer_download, offer_text},
        state::runs::Runs,
        words::i18n::{mt, t},
    },
    localize::Localized,
    runs::{Chart, csv},
};

#[wasm_bindgen(module = "/www/glue/clipboard.js")]
extern "C" {
    #[wasm_bindgen(js_name = copyImage, catch)]
    async fn copy_image(charts: &JsValue, name: &str) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// What every function of www/charts/index.js returns.
    type Pictures;
    /// A chart as a PNG, a `Blob`; nothing where the browser makes none.
    #[wasm_bindgen(method, catch)]
    async fn image(this: &Pictures, name: &str) -> Result<JsValue, JsValue>;
}

/// When it began, its name and its colour.
pub type Drawn = (u64, String, usize);

/// How long a button says that it has done what it was pressed for, in milliseconds.
const SAID: u32 = 2_000;

/// A chart of `drawing` on the clipboard, as a picture and as a table. `name`: in www/charts; `file`: of what is taken home, without its
/// ending; `title`: a message.
#[component]
pub fn ChartFiles<T: JsCast + Clone + 'static>(
    drawing: Drawing<T>,
    name: &'static str,
    file: &'static str,
    title: &'static str,
    /// CSV.
    table: impl Fn() -> String + Send + 'static,
    /// What went wrong.
    problem: RwSignal<Option<Localized>>,
    empty: Signal<bool>,
) -> impl IntoView {
    let named = move |ending: &str| format!("simcse-lab-{file}.{ending}");
    let said = move |offered: Result<(), Localized>| {
        if let Err(error) = offered {
            problem.set(Some(error));
        }
    };
    let picture = move |_| {
        let Some(charts) = drawing.handle() else { return };
        spawn_local(async move {
            let made = charts.unchecked_ref::<Pictures>().image(name).await;
            said(offer_picture(&named("png"), made));
        });
    };
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let Some(charts) = drawing.handle() else { return };
        spawn_local(async move {
            match copy_image(charts.as_ref(), name).await {
                Ok(()) => {
                    copied.set(true);
                    TimeoutFuture::new(SAID).await;
                    copied.set(false);
                }
                Err(_) => problem.set(Some(t!("copy-image-refused").into())),
            }
        });
    };
    let copy_words = move || if copied.get() { t!("copied") } else { t!("copy-image") };
    let numbers = move |_| said(offer_text(&named("csv"), &untrack(&table), "text/csv"));
    view! {
        <span class="chart-files">
            {offered(copy_words, mt!("chart-copy", title = t!(title)), empty, copy)}
            {offered(|| "PNG".to_owned(), mt!("chart-as-png", title = t!(title)), empty, picture)}
            {offered(|| "CSV".to_owned(), mt!("chart-as-csv", title = t!(title)), empty, numbers)}
        </span>
    }
}

/// Hands the visitor what www/charts made, a `Blob`, or nothing where the browser makes none.
///
/// # Errors
/// It was not made, or the browser refuses to hand it over.
pub fn offer_picture(file: &str, made: Result<JsValue, JsValue>) -> Result<(), Localized> {
    let made = made.map_err(|error| Localized::from(format!("{error:?}")))?;
    let blob = made.dyn_into::<Blob>().map_err(|_| Localized::from(t!("chart-no-picture")))?;
    offer_download(file, &blob)
}

fn offered(
    words: impl Fn() -> String + Send + 'static,
    label: impl Fn() -> String + Send + 'static,
    disabled: Signal<bool>,
    on_press: impl FnMut(MouseEvent) + Send + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="link-button" aria-label=label disabled=disabled on:click=on_press>{words}</button>
    }
}

/// What a chart over runs shows of the present run and of those beside it.
pub fn tabled(runs: Runs, beside: &[Drawn], table: Chart) -> String {
    let present = runs.present.get_untracked().and_then(|started| {
        let (name, run) = untrack(|| (runs.name(started), runs.current(started)));
        Some((name.unwrap_or_else(|| t!("run-this")), run?))
    });
    let others =
        beside.iter().filter_map(|(started, name, _)| Some((name.clone(), untrack(|| runs.get(*started))?)));
    let drawn: Vec<_> = present.into_iter().chain(others).collect();
    let named: Vec<_> = drawn.iter().map(|(name, run)| (name.clone(), run.as_ref())).collect();
    csv(&named, table)
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
                let [spearman, alignment, uniformity] = [known.spearman, known.alignment, known.uniformity]
                    .map(|value| value.unwrap_or(f64::NAN));
                [f64::from(known.step), spearman, alignment, uniformity]
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
