//! How far a positive is ahead of a hard negative, on a line of cosines for each state of the encoder.

use leptos::prelude::*;

use super::{
    hard_negatives::STAGES,
    number_line::{NumberLine, across, heading, line},
    parts::{fixed, signed},
};
use crate::{
    app::ui::words::i18n::{mt, t, words},
    lessons::Sides,
};

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
    let share = move |cosine: f64| (cosine - low) / (high - low);
    let ticks = (-10..=10).map(|tenth| f64::from(tenth) / 10.0).filter(|tick| (low..=high).contains(tick));
    let ticks = ticks.map(|tick| (share(tick), fixed(tick, 1)));
    let count = means.len();
    let rows = STAGES.into_iter().enumerate().map(|(row, name)| {
        let sides = means.get(row).map(|(_, sides)| *sides);
        let y = line(row);
        let dim = move || shown.get().is_some_and(|shown| shown != row) || row >= count;
        let points = sides.map(|Sides { positive, negative }| {
            let behind = positive < negative;
            let [positive, negative] = [positive, negative].map(|cosine| across(share(cosine)));
            view! {
                <line class="margin" class:behind=behind x1=negative x2=positive y1=y y2=y />
                <circle class="hard-negative-point" cx=negative cy=y r="7" />
                <circle class="hard-positive-point" cx=positive cy=y r="7" />
            }
        });
        let margin = sides.map(|sides| {
            let margin = signed(sides.margin(), 3);
            move || t!("hard-margin-of", margin = margin.as_str())
        });
        view! { <g class="margin-row" class:dim=dim>{heading(row, name, margin)}{points}</g> }.into_any()
    });
    let (ticks, rows) = (ticks.collect(), rows.collect());
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
        <NumberLine label=Signal::derive(label) ticks rows />
    }
}
