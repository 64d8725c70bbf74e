//! Losses on one line, from pairs that are found to a collapse.

use leptos::prelude::*;

use super::{
    number_line::{NumberLine, across, heading, line},
    parts,
};
use crate::app::ui::words::i18n::{t, words};

/// The axis in decimal logarithms; a smaller loss stands at its beginning.
const RANGE: (i32, i32) = (-6, 1);

/// A loss, its name (a message), and the class of its point.
#[derive(Clone, Copy)]
pub struct Mark {
    pub name: &'static str,
    pub class: &'static str,
    pub loss: Signal<Option<f64>>,
}

impl Mark {
    /// Tracked.
    fn written(self) -> String {
        self.loss.get().map_or_else(|| "–".to_owned(), parts::loss)
    }
}

#[component]
pub fn LossLine(marks: [Mark; 3]) -> impl IntoView {
    let share = |logarithm: f64| (logarithm - f64::from(RANGE.0)) / f64::from(RANGE.1 - RANGE.0);
    let ticks = (RANGE.0..=RANGE.1).map(|power| {
        let written = if power < -2 { format!("1e{power}") } else { 10_f64.powi(power).to_string() };
        (share(f64::from(power)), written)
    });
    let rows = marks.into_iter().enumerate().map(|(row, mark)| {
        let y = line(row);
        let point = move || {
            mark.loss.get().map(|loss| {
                let x = across(share(loss.log10()).clamp(0.0, 1.0));
                let place = format!("transform:translate({x:.1}px,{y:.1}px)");
                view! { <circle class=format!("loss-point {}", mark.class) r="7" style=place /> }
            })
        };
        view! {
            <g class="margin-row">
                {heading(row, mark.name, move || mark.written())}
                <line class="margin" x1=across(0.0) x2=across(1.0) y1=y y2=y />
                {point}
            </g>
        }
        .into_any()
    });
    let label = move || {
        let each = marks.map(|mark| format!("{}: {}", words(mark.name), mark.written()));
        t!("collapse-line-label", losses = each.join("; "))
    };
    view! { <NumberLine label=Signal::derive(label) ticks=ticks.collect() rows=rows.collect() /> }
}
