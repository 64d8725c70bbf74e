//! The similarity matrix as a table that is a heat map.

use leptos::prelude::*;

use super::encoder_bar::weights_in_caption;
use crate::app::{
    protocol::SimilarityMatrix,
    ui::{
        state::studio,
        words::i18n::{mt, t},
    },
};

/// With more sentences, the numbers move from the cells to their tooltips.
const MAX_WITH_NUMBERS: usize = 20;

#[component]
pub fn SimilarityTable() -> impl IntoView {
    let (store, _) = studio();
    move || match store.similarity.get() {
        Some(matrix) => {
            let before = store.similarity_before.get();
            table(&matrix, before.filter(|before| before.is_of(&matrix.sentences, matrix.pooler))).into_any()
        }
        None => view! {
            <div class="matrix matrix-empty">
                <p>{mt!("matrix-empty")}</p>
            </div>
        }
        .into_any(),
    }
}

/// `before`: the same of the loaded weights, where these are others.
fn table(matrix: &SimilarityMatrix, before: Option<SimilarityMatrix>) -> impl IntoView + use<> {
    let count = matrix.sentences.len();
    let numbers = count <= MAX_WITH_NUMBERS;
    let heads = (1..=count).zip(matrix.sentences.clone()).map(|(number, sentence)| {
        view! { <th scope="col" title=sentence>{number}</th> }
    });
    let rows = matrix.cosines.chunks(count.max(1)).enumerate().zip(&matrix.sentences).map(|((row, cosines), sentence)| {
        let cells = cosines.iter().enumerate().map(|(column, cosine)| {
            let (own, heat) = (row == column, heat(*cosine));
            let was = before.as_ref().map(|before| before.cosines[row * count + column]);
            let (words, words_before) = (format!("{cosine:.3}"), was.map(|was| format!("{was:.3}")));
            let title = move || {
                let cosine = words.as_str();
                match &words_before {
                    Some(before) => {
                        t!("matrix-cell-before", row = row + 1, column = column + 1, cosine = cosine, before = before.as_str())
                    }
                    None => t!("matrix-cell", row = row + 1, column = column + 1, cosine = cosine),
                }
            };
            let was = was.filter(|_| numbers && !own).map(|was| view! { <span class="was">{short(was)}</span> });
            view! {
                <td class:own=own class:warm={heat > WARM} class:hot={heat > HOT} style=format!("--heat:{heat:.3}") title=title>
                    {if numbers { short(*cosine) } else { String::new() }}{was}
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row"><span class="matrix-number">{row + 1}</span><span class="matrix-sentence">{sentence.clone()}</span></th>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <div class="matrix">
            <p class="matrix-caption" role="status">{caption(matrix)}</p>
            <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("matrix-title")>
                <table class:matrix-dense=!numbers>
                    <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="fine" hidden=before.is_none()>{mt!("matrix-was")}</p>
            <p class="matrix-scale fine" aria-hidden="true"><span>{mt!("matrix-low")}</span><span class="matrix-ramp"></span><span>"1"</span></p>
        </div>
    }
}

/// Where a cell's text must change its colour to stay readable (4.5:1): in the dark scheme, and in the light one.
pub const WARM: f32 = 0.63;
pub const HOT: f32 = 0.78;

/// 0 for cosines of 0 and below, 1 for 1.
fn heat(cosine: f32) -> f32 {
    cosine.clamp(0.0, 1.0)
}

/// ".73", "−.05", "1".
fn short(cosine: f32) -> String {
    let rounded = (cosine * 100.0).round() as i32;
    match rounded {
        100.. => "1".to_owned(),
        0..100 => format!(".{rounded:02}"),
        _ => format!("−.{:02}", rounded.unsigned_abs().min(99)),
    }
}

/// Of every two sentences, once.
pub fn pair_cosines(matrix: &SimilarityMatrix) -> Vec<f64> {
    let count = matrix.sentences.len();
    let each = (0..count).flat_map(|row| (0..row).map(move |column| row * count + column));
    each.map(|index| f64::from(matrix.cosines[index])).collect()
}

fn caption(matrix: &SimilarityMatrix) -> String {
    let weights = weights_in_caption(matrix.weights, matrix.step);
    let pairs = pair_cosines(matrix);
    let mean = pairs.iter().sum::<f64>() / pairs.len().max(1) as f64;
    t!("matrix-caption", weights = weights, pooler = matrix.pooler.name(), mean = format!("{mean:.2}"))
}
