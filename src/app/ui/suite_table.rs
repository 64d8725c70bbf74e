//! The suite's scores as a table to read, copy and take home.

use leptos::{prelude::*, task::spawn_local};
use serde_json::json;
use wasm_bindgen_futures::JsFuture;

use super::{
    files::{from_text, offer_download},
    icons::{Glyph, Icon},
    store::Topic,
    studio,
};
use crate::{
    app::protocol::SuiteMeasurement,
    eval::{SuiteRow, SuiteTable},
};

#[component]
pub fn SuiteResults() -> impl IntoView {
    let (store, _) = studio();
    move || {
        store.suite_results.with(|results| {
            (!results.is_empty()).then(|| {
                let newest_first: Vec<SuiteMeasurement> = results.iter().rev().cloned().collect();
                view! { <Results results=newest_first /> }
            })
        })
    }
}

#[component]
fn Results(results: Vec<SuiteMeasurement>) -> impl IntoView {
    let (store, _) = studio();
    let table = table(&results);
    let (csv, json) = (table.to_csv(), json(&results));
    let copied = RwSignal::new("");
    let copy = {
        let csv = csv.clone();
        move |_| {
            let csv = csv.clone();
            spawn_local(async move {
                let written = JsFuture::from(window().navigator().clipboard().write_text(&csv)).await;
                copied.set(if written.is_ok() {
                    "Copied."
                } else {
                    "This browser did not let the page copy."
                });
            });
        }
    };
    let download = move |name: &'static str, content: String| {
        let offered = from_text(name, &content).and_then(|file| offer_download(name, &file.blob));
        if let Err(message) = offered {
            store.slot(Topic::Suite).error.set(Some(message));
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Scores on the STS suite">
            <table class="scores suite-scores">
                <thead>
                    <tr>
                        <th scope="col">"Model"</th>
                        <th scope="col" class="setting">"Setting"</th>
                        {table.columns.iter().map(|column| view! { <th scope="col">{column.clone()}</th> }).collect_view()}
                        <th scope="col">"Average"</th>
                    </tr>
                </thead>
                <tbody>{table.rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        <div class="row">
            <button type="button" class="button button-small" on:click=copy>"Copy as CSV"</button>
            <button type="button" class="button button-small" on:click=move |_| download("sts-suite.csv", csv.clone())>
                <Glyph icon=Icon::Download />"CSV"
            </button>
            <button type="button" class="button button-small" on:click=move |_| download("sts-suite.json", json.clone())>
                <Glyph icon=Icon::Download />"JSON"
            </button>
            <span class="fine" role="status">{copied}</span>
        </div>
        <p class="fine">
            "Grey rows are from the paper (arXiv 2104.08821, table 5: test sets, all); the average is that of the row, \
             where it has all tasks."
        </p>
    }
}

fn row(row: &SuiteRow) -> impl IntoView + use<> {
    let number = |score: &Option<f64>| score.map_or("–".to_owned(), |score| format!("{score:.2}"));
    let scores = row.scores.iter().map(|score| view! { <td>{number(score)}</td> }).collect_view();
    let setting = row.setting;
    let first = !row.published && setting == "all";
    // A measurement's three settings share its name.
    let name = (row.published || first).then(|| {
        let (scope, span) = if first { ("rowgroup", Some("3")) } else { ("row", None) };
        view! { <th scope=scope rowspan=span>{row.model.clone()}</th> }
    });
    view! {
        <tr class:published=row.published>
            {name}
            <td class="setting">{setting}</td>
            {scores}
            <td class="average">{number(&row.average)}</td>
        </tr>
    }
}

fn table(results: &[SuiteMeasurement]) -> SuiteTable {
    let measured: Vec<_> = results.iter().map(|result| (label(result), result.tasks.as_slice())).collect();
    SuiteTable::new(&measured)
}

fn label(result: &SuiteMeasurement) -> String {
    let step = if result.step == 0 { String::new() } else { format!(", step {}", result.step) };
    format!("{}{step}, {}", result.model, result.pooler.name())
}

/// Every measurement with its subsets, and the table.
fn json(results: &[SuiteMeasurement]) -> String {
    let table = table(results);
    let rows = table.rows.iter().map(|row| {
        let scores = table.columns.iter().cloned().zip(row.scores.iter().map(|score| json!(score)));
        json!({
            "model": row.model,
            "source": if row.published { "paper" } else { "measured" },
            "setting": row.setting,
            "scores": scores.collect::<serde_json::Map<_, _>>(),
            "average": row.average,
        })
    });
    format!("{:#}\n", json!({ "table": rows.collect::<Vec<_>>(), "measurements": results }))
}
