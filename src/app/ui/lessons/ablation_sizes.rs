//! How small an encoder SimCSE still helps.

use leptos::prelude::*;

use super::parts::{Folding, fixed};
use crate::{
    app::ui::words::i18n::{mt, t},
    lessons::{OF_STARTERS, PUBLISHED_SIZES, SizedScore},
};

/// Published scores by size, and those of the starter's own kind.
#[component]
pub fn Sizes() -> impl IntoView {
    view! {
        <Folding id="ablation-sizes">
            <p>{mt!("ablation-sizes-what")}</p>
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("ablation-sizes")>
                <table class="scores size-scores">
                    <thead>
                        <tr>
                            <th scope="col">{mt!("size-column-encoder")}</th>
                            <th scope="col">{mt!("size-column-parameters")}</th>
                            <th scope="col">{mt!("size-column-before")}</th>
                            <th scope="col">{mt!("size-column-after")}</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>
                        {group("size-published")}
                        {PUBLISHED_SIZES.map(|row| line(row, None)).into_iter().collect_view()}
                        {group("size-starters")}
                        {OF_STARTERS.map(|row| line(row, row.name.parse().ok())).into_iter().collect_view()}
                    </tbody>
                </table>
            </div>
            <p class="fine">{mt!("ablation-sizes-source")}</p>
        </Folding>
    }
}

fn group(words: &'static str) -> impl IntoView {
    view! { <tr class="size-group"><th scope="rowgroup" colspan="5">{move || crate::app::ui::words::i18n::words(words)}</th></tr> }
}

/// `layers`: names a starter by its number of layers.
fn line(row: SizedScore, layers: Option<usize>) -> impl IntoView {
    let SizedScore { name, parameters, before, after } = row;
    let name = move || layers.map_or_else(|| name.to_owned(), |layers| t!("size-layers", layers = layers));
    let part = |score: f64| score / 100.0;
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{fixed(parameters, 1)}</td>
            <td>{before.map_or_else(|| "–".to_owned(), |before| fixed(before, 1))}</td>
            <td>{fixed(after, 1)}</td>
            <td class="size-bar" aria-hidden="true">
                <span class="size-after" style=format!("--part:{:.3}", part(after))></span>
                {before.map(|before| view! {
                    <span class="size-before" style=format!("--part:{:.3}", part(before))></span>
                })}
            </td>
        </tr>
    }
}
