//! First views by second views, and what the paper found for each probability.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    dropout_sample::{Sample, format_probability, sentence_letter},
    parts::{Folding, fixed},
};
use crate::{
    app::ui::{
        parts::similarity_table::{HOT, WARM},
        words::i18n::{mt, t},
    },
    lessons::{Masks, PublishedDropout, published_dropout},
};

/// Cosines of every sentence's first view with every one's second.
#[component]
pub fn Pairs(drawn: Arc<Sample>) -> impl IntoView {
    let views = &drawn.views;
    let sentences = views.sentences();
    let heads =
        (0..sentences).map(|column| view! { <th scope="col">{format!("{}′", sentence_letter(column))}</th> });
    let rows = (0..sentences).map(|row| {
        let cells = (0..sentences).map(|column| {
            let cosine = views.cosine((1, row), (2, column));
            let heat = cosine.clamp(0.0, 1.0);
            view! {
                <td
                    class:positive={row == column}
                    class:warm={heat > f64::from(WARM)}
                    class:hot={heat > f64::from(HOT)}
                    style=format!("--heat:{heat:.3}")
                >
                    {fixed(cosine, 2)}
                </td>
            }
        });
        view! { <tr><th scope="row">{sentence_letter(row).to_string()}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <p class="fine">{mt!("views-pairs-what")}</p>
        <div class="matrix lesson-grid">
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("views-pairs")>
                <table>
                    <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// The paper's table 3; the row of what is set stands out.
#[component]
pub fn Published(masks: RwSignal<Masks>, p: RwSignal<f64>) -> impl IntoView {
    let is_set = move |row: PublishedDropout| {
        let set = if masks.get() == Masks::None { 0.0 } else { p.get() };
        // The same mask twice drops nothing at p = 0, as none does.
        let fixed_mask = masks.get() == Masks::Fixed && set > 0.0;
        row.fixed_mask == fixed_mask && (row.p - set).abs() < 1e-9
    };
    let rows = published_dropout().map(|row| {
        let name = move || {
            if row.fixed_mask { t!("setting-fixed") } else { format!("p = {}", format_probability(row.p)) }
        };
        let current = move || is_set(row);
        view! {
            <tr class:current=current aria-current=move || current().then_some("true")>
                <th scope="row">{name}</th>
                <td class="published-score">{fixed(row.spearman, 1)}</td>
                <td class="published-bar" aria-hidden="true">
                    <span style=format!("--part:{:.3}", row.spearman / 100.0)></span>
                </td>
            </tr>
        }
    });
    view! {
        <Folding id="views-published">
            <table class="scores published-scores">
                <thead>
                    <tr>
                        <th scope="col">{mt!("ablation-column-setting")}</th>
                        <th scope="col">{mt!("ablation-results")}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().collect_view()}</tbody>
            </table>
            <p class="fine">{mt!("views-published-what")}</p>
        </Folding>
    }
}
