//! Losses on one line, from pairs that are found to a collapse.

use leptos::prelude::*;

use super::parts;
use crate::app::ui::words::i18n::{mt, t, words};

/// The drawing, in its own units: a row's name and its line above one another.
const WIDTH: f64 = 520.0;
const ROW: f64 = 50.0;
const AXIS: f64 = 24.0;
const MARGIN: f64 = 14.0;
/// The axis in decimal logarithms; a smaller loss stands at its beginning.
const RANGE: (i32, i32) = (-6, 1);

/// A loss, its name (a message), and the class of its point.
#[derive(Clone, Copy)]
pub struct Mark {
    pub name: &'static str,
    pub class: &'static str,
    pub loss: Signal<Option<f64>>,
}

#[component]
pub fn LossLine(marks: [Mark; 3]) -> impl IntoView {
    let span = f64::from(RANGE.1 - RANGE.0);
    let at = move |logarithm: f64| {
        let part = (logarithm - f64::from(RANGE.0)) / span;
        MARGIN + part.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN)
    };
    let height = ROW * marks.len() as f64;
    let ticks = (RANGE.0..=RANGE.1).map(|power| {
        let x = at(f64::from(power));
        let written = if power < -2 { format!("1e{power}") } else { 10_f64.powi(power).to_string() };
        view! {
            <line class="axis" x1=x x2=x y1="0" y2=height />
            <text class="tick" x=x y=height + 16.0>{written}</text>
        }
    });
    let rows = marks.into_iter().enumerate().map(|(index, Mark { name, class, loss })| {
        let y = index as f64 * ROW;
        let point = move || {
            loss.get().map(|loss| {
                let place = format!("transform:translate({:.1}px,{:.1}px)", at(loss.log10()), y + 34.0);
                view! { <circle class=format!("loss-point {class}") r="7" style=place /> }
            })
        };
        view! {
            <g class="margin-row">
                <text class="margin-name" x=MARGIN y=y + 18.0>{mt!(name)}</text>
                <text class="margin-value" x=WIDTH - MARGIN y=y + 18.0>
                    {move || loss.get().map_or_else(|| "–".to_owned(), parts::loss)}
                </text>
                <line class="margin" x1=MARGIN x2=WIDTH - MARGIN y1=y + 34.0 y2=y + 34.0 />
                {point}
            </g>
        }
    });
    let label = move || {
        let each = marks.map(|Mark { name, loss, .. }| {
            let value = loss.get().map_or_else(|| "–".to_owned(), parts::loss);
            format!("{}: {value}", words(name))
        });
        t!("collapse-line-label", losses = each.join("; "))
    };
    view! {
        <svg class="margins" viewBox=format!("0 0 {WIDTH} {}", height + AXIS) role="img" aria-label=label>
            {ticks.collect_view()}
            {rows.collect_view()}
        </svg>
    }
}
