//! How far a positive is ahead of a hard negative, on a line of cosines for each state of the encoder.

use leptos::prelude::*;

use super::{
    hard_negatives::STAGES,
    parts::{fixed, signed},
};
use crate::{
    app::ui::words::i18n::{mt, t, words},
    lessons::Sides,
};

/// The drawing, in its own units: a row's name and its line above one another.
const WIDTH: f64 = 520.0;
const ROW: f64 = 58.0;
const AXIS: f64 = 24.0;
const MARGIN: f64 = 14.0;
/// Room between the outermost points and the ends of the axis, as a cosine; the axis has at least twice as much.
const AROUND: f64 = 0.08;

#[component]
pub fn Margins(
    /// Messages that name the states there are, with their mean cosines.
    means: Vec<(&'static str, Sides)>,
    /// A triplet, sentence, positive, negative, with its cosines.
    sample: Option<([String; 3], Sides)>,
    /// The state that is pointed out.
    shown: RwSignal<Option<usize>>,
) -> impl IntoView {
    let all = || means.iter().flat_map(|(_, sides)| [sides.positive, sides.negative]);
    let low = all().fold(1.0, f64::min) - AROUND;
    let high = all().fold(-1.0, f64::max) + AROUND;
    let at = move |cosine: f64| MARGIN + (cosine - low) / (high - low) * (WIDTH - 2.0 * MARGIN);
    let height = ROW * STAGES.len() as f64;
    let ticks = (-10..=10).map(|tenth| f64::from(tenth) / 10.0).filter(|tick| (low..=high).contains(tick));
    let ticks = ticks.map(|tick| {
        view! {
            <line class="axis" x1=at(tick) x2=at(tick) y1="0" y2=height />
            <text class="tick" x=at(tick) y=height + 16.0>{fixed(tick, 1)}</text>
        }
    });
    let count = means.len();
    let rows = STAGES.into_iter().enumerate().map(|(index, name)| {
        let sides = means.get(index).map(|(_, sides)| *sides);
        let y = index as f64 * ROW;
        let dim = move || shown.get().is_some_and(|shown| shown != index) || index >= count;
        let line = sides.map(|Sides { positive, negative }| {
            let ahead = positive >= negative;
            view! {
                <line class="margin" class:behind=!ahead x1=at(negative) x2=at(positive) y1=y + 38.0 y2=y + 38.0 />
                <circle class="hard-negative-point" cx=at(negative) cy=y + 38.0 r="7" />
                <circle class="hard-positive-point" cx=at(positive) cy=y + 38.0 r="7" />
            }
        });
        let margin = sides.map(|sides| {
            let margin = signed(sides.margin(), 3);
            move || t!("hard-margin-of", margin = margin.as_str())
        });
        view! {
            <g class="margin-row" class:dim=dim>
                <text class="margin-name" x=MARGIN y=y + 20.0>{mt!(name)}</text>
                <text class="margin-value" x=WIDTH - MARGIN y=y + 20.0>{margin}</text>
                {line}
            </g>
        }
    });
    let label = {
        let means = means.clone();
        move || {
            let each = means.iter().map(|(name, sides)| {
                let (positive, negative) = (fixed(sides.positive, 3), fixed(sides.negative, 3));
                t!("hard-margins-row", state = words(name), positive = positive, negative = negative)
            });
            each.collect::<Vec<_>>().join(" ")
        }
    };
    let sample = sample.map(|([sentence, positive, negative], sides)| {
        view! {
            <dl class="hard-sample">
                <dt>{sentence}</dt>
                <dd class="hard-sample-positive"><span>{positive}</span><b>{fixed(sides.positive, 2)}</b></dd>
                <dd class="hard-sample-negative"><span>{negative}</span><b>{fixed(sides.negative, 2)}</b></dd>
            </dl>
        }
    });
    view! {
        {sample}
        <p class="hard-legend">
            <span class="hard-sample-positive">{mt!("hard-column-positive")}</span>
            <span class="hard-sample-negative">{mt!("hard-column-negative")}</span>
        </p>
        <svg class="margins" viewBox=format!("0 0 {WIDTH} {}", height + AXIS) role="img" aria-label=label>
            {ticks.collect_view()}
            {rows.collect_view()}
        </svg>
    }
}
