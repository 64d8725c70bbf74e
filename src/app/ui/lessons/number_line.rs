//! Rows of points over one axis: a row has its name and its value above its line.

use leptos::prelude::*;

use crate::app::ui::words::i18n::mt;

/// The drawing, in its own units.
const WIDTH: f64 = 520.0;
const ROW: f64 = 58.0;
const AXIS: f64 = 24.0;
const MARGIN: f64 = 14.0;

/// Where a share of the axis is.
pub fn across(share: f64) -> f64 {
    MARGIN + share * (WIDTH - 2.0 * MARGIN)
}

/// Where the line of a row is.
pub fn line(row: usize) -> f64 {
    row as f64 * ROW + 38.0
}

/// What stands above the line of a row; `name` is a message.
pub fn heading(row: usize, name: &'static str, value: impl IntoView) -> impl IntoView {
    let y = line(row) - 18.0;
    view! {
        <text class="margin-name" x=across(0.0) y=y>{mt!(name)}</text>
        <text class="margin-value" x=across(1.0) y=y>{value}</text>
    }
}

/// `ticks`: shares of the axis and what is written there; `rows`: the content of so many rows.
#[component]
pub fn NumberLine(
    #[prop(into)] label: Signal<String>,
    ticks: Vec<(f64, String)>,
    rows: Vec<AnyView>,
) -> impl IntoView {
    let height = ROW * rows.len() as f64;
    let ticks = ticks.into_iter().map(|(share, written)| {
        let x = across(share);
        view! {
            <line class="axis" x1=x x2=x y1="0" y2=height />
            <text class="tick" x=x y=height + 16.0>{written}</text>
        }
    });
    view! {
        <svg class="margins" viewBox=format!("0 0 {WIDTH} {}", height + AXIS) role="img" aria-label=label>
            {ticks.collect_view()}
            {rows}
        </svg>
    }
}
