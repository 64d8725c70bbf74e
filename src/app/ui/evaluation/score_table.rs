//! Scores on several tasks as a table to read, copy and download.

use leptos::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::{
    app::ui::{
        parts::{
            copy_button::CopyButton,
            icons::{Glyph, Icon},
        },
        state::{store::Topic, studio},
        words::{format::decimals, i18n::mt},
    },
    eval::{ScoreRow, ScoreTable},
};

/// A table with its measurements behind it.
pub struct Scores {
    pub table: ScoreTable,
    /// Every measurement whole, and the table.
    pub json: String,
}

impl Scores {
    pub fn new(table: ScoreTable, measurements: &impl Serialize) -> Self {
        let rows = table.rows.iter().map(|row| {
            let scores = table.columns.iter().cloned().zip(row.scores.iter().map(|score| json!(score)));
            json!({
                "model": row.model,
                "source": row.source(),
                "setting": row.setting,
                "scores": scores.collect::<serde_json::Map<_, _>>(),
                "average": row.average,
                "averaged": row.average.map(|_| row.averaged),
            })
        });
        let all = json!({ "table": rows.collect::<Vec<_>>(), "measurements": measurements });
        Scores { table, json: format!("{all:#}\n") }
    }
}

/// `label` and `note` are message ids; `files` are the names of the CSV and the JSON file.
#[component]
pub fn ScoresTable(
    of: Scores,
    topic: Topic,
    label: &'static str,
    files: [&'static str; 2],
    note: &'static str,
) -> impl IntoView {
    let (store, _) = studio();
    let Scores { table, json } = of;
    let csv = table.to_csv();
    let slot = store.slot(topic);
    let [csv_file, json_file] = files;
    let rows = (0..table.rows.len()).map(|index| row(&table.rows, index)).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=mt!(label)>
            <table class="scores suite-scores">
                <thead>
                    <tr>
                        <th scope="col">{mt!("column-model")}</th>
                        <th scope="col" class="setting">{mt!("column-setting")}</th>
                        {table.columns.iter().map(|column| view! { <th scope="col">{column.clone()}</th> }).collect_view()}
                        <th scope="col">{mt!("column-average")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="row">
            <CopyButton label="copy-csv" text=csv.clone() small=true />
            <button type="button" class="button button-small" on:click=move |_| slot.offer_text(csv_file, &csv, "text/csv")>
                <Glyph icon=Icon::Download />"CSV"
            </button>
            <button type="button" class="button button-small" on:click=move |_| slot.offer_text(json_file, &json, "application/json")>
                <Glyph icon=Icon::Download />"JSON"
            </button>
        </div>
        <p class="fine">{mt!(note)}</p>
    }
}

fn row(rows: &[ScoreRow], index: usize) -> impl IntoView + use<> {
    let row = &rows[index];
    let scores = row.scores.iter().map(|score| view! { <td>{decimals(*score, 2)}</td> }).collect_view();
    // Over how many tasks it is, where not over all.
    let partial = row.partial().map(|(averaged, of)| format!(" ({averaged}/{of})"));
    // A measurement's settings share its name.
    let same = |other: &&ScoreRow| other.model == row.model && other.published == row.published;
    let settings = rows[index..].iter().take_while(same).count();
    let first = rows[..index].last().is_none_or(|above| !same(&above));
    let name = first.then(|| {
        let (scope, span) = match settings {
            1 => ("row", None),
            settings => ("rowgroup", Some(settings.to_string())),
        };
        view! { <th scope=scope rowspan=span>{row.model.clone()}</th> }
    });
    view! {
        <tr class:published=row.published>
            {name}
            <td class="setting">{row.setting}</td>
            {scores}
            <td class="average">{decimals(row.average, 2)}{partial}</td>
        </tr>
    }
}

/// "all-MiniLM-L6-v2, step 20, avg".
pub fn label(model: &str, step: u32, pooler: crate::model::Pooler) -> String {
    let step = if step == 0 { String::new() } else { format!(", step {step}") };
    format!("{model}{step}, {}", pooler.name())
}
