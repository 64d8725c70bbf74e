//! Two vectors of one sentence: their cosine, and as bars with the dropout masks behind their difference.

use std::{fmt::Write, sync::Arc};

use leptos::prelude::*;

use super::{
    dropout_sample::{Sample, format_probability},
    parts::fixed,
};
use crate::{
    app::ui::{
        parts::encoder_bar::weights_of,
        words::i18n::{mt, t, words},
    },
    lessons::Masks,
};

/// Numbers of a vector that are drawn: more are thinner than a point on a phone.
const SHOWN: usize = 96;
/// Share of its place that a bar fills.
const BAR_WIDTH: f64 = 0.76;

/// How near they are to each other, and what that means.
#[component]
pub fn Agreement(drawn: Arc<Sample>) -> impl IntoView {
    let cosine = fixed(drawn.views.cosine((1, 0), (2, 0)), 3);
    let alignment = fixed(drawn.views.alignment(), 3);
    let verdict = {
        let cosine = cosine.clone();
        move || verdict(&drawn, &cosine)
    };
    view! {
        <dl class="figures views-figures">
            <div>
                <dt>{mt!("views-cosine")}</dt>
                <dd id="views-cosine">{cosine}</dd>
                <dd class="fine">{mt!("views-cosine-what")}</dd>
            </div>
            <div>
                <dt>{mt!("column-alignment")}</dt>
                <dd id="views-alignment">{alignment}</dd>
                <dd class="fine">{mt!("views-alignment-what")}</dd>
            </div>
        </dl>
        <p class="lesson-result" role="status">{verdict}</p>
    }
}

#[component]
pub fn Vectors(drawn: Arc<Sample>) -> impl IntoView {
    let views = &drawn.views;
    let shown = SHOWN.min(views.hidden());
    let shown_values =
        |view: usize| -> Vec<f64> { views.vector(view, 0)[..shown].iter().copied().map(f64::from).collect() };
    let (one, two) = (shown_values(1), shown_values(2));
    let difference: Vec<f64> = one.iter().zip(&two).map(|(one, two)| two - one).collect();
    let largest_value = one.iter().chain(&two).fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let largest_difference = fixed(difference.iter().fold(0.0, |most: f64, value| most.max(value.abs())), 3);
    let hidden = views.hidden();
    let sentence = drawn.asked.sentences[0].clone();
    let masks = [0, 1].map(|pass| {
        let kept = &drawn.kept[pass][..shown.min(drawn.kept[pass].len())];
        let dropped = kept.iter().filter(|kept| !**kept).count();
        let title = mt!("views-mask", pass = pass + 1);
        let label = mt!("views-mask-what", pass = pass + 1, dropped = dropped, shown = shown);
        lane(title, label, "lane-mask", mask_path(kept), shown)
    });
    let vectors = [(1, &one), (2, &two)].map(|(pass, values)| {
        let title = mt!("views-vector", pass = pass);
        let label = mt!("views-vector-what", pass = pass, shown = shown, hidden = hidden);
        lane(
            title,
            label,
            if pass == 1 { "lane-one" } else { "lane-two" },
            bars_path(values, largest_value),
            shown,
        )
    });
    let differ = {
        let label = mt!("views-difference-what", most = largest_difference.as_str());
        lane(mt!("views-difference"), label, "lane-difference", bars_path(&difference, largest_value), shown)
    };
    let source = {
        let (step, pooler) = (drawn.step, drawn.asked.pooler.name());
        move || {
            t!("views-lanes-what", shown = shown, hidden = hidden, state = weights_of(step), pooler = pooler)
        }
    };
    view! {
        <p class="views-quoted">{sentence}</p>
        <div class="lanes">
            {masks.into_iter().collect_view()}
            {vectors.into_iter().collect_view()}
            {differ}
        </div>
        <p class="fine">{source}</p>
    }
}

/// Says what the cosine means for these masks.
fn verdict(drawn: &Sample, cosine: &str) -> String {
    let p = format_probability(drawn.asked.p);
    match drawn.asked.masks {
        Masks::Own if drawn.asked.p > 0.0 => t!("views-verdict-own", p = p, cosine = cosine),
        Masks::Fixed if drawn.asked.p > 0.0 => t!("views-verdict-fixed", p = p),
        _ => words("views-verdict-none"),
    }
}

/// A named strip of bars, one for each of `count` numbers.
fn lane(
    title: impl Fn() -> String + Send + 'static,
    label: impl Fn() -> String + Send + 'static,
    class: &'static str,
    path: String,
    count: usize,
) -> impl IntoView {
    view! {
        <div class=format!("lane {class}")>
            <p class="lane-title" aria-hidden="true">{title}</p>
            <svg viewBox=format!("0 -1 {count} 2") preserveAspectRatio="none" role="img" aria-label=label>
                <line class="lane-zero" x1="0" x2=count y1="0" y2="0" />
                <path d=path />
            </svg>
        </div>
    }
}

/// A bar from 0 for each value, upwards where it is above.
fn bars_path(values: &[f64], largest_value: f64) -> String {
    let mut path = String::new();
    for (index, value) in values.iter().enumerate() {
        let (x, y) = (index as f64 + (1.0 - BAR_WIDTH) / 2.0, -value / largest_value);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{x:.2} 0h{BAR_WIDTH}V{y:.4}h-{BAR_WIDTH}z");
    }
    path
}

/// A whole bar for what is kept, and a gap for what is dropped.
fn mask_path(kept: &[bool]) -> String {
    let mut path = String::new();
    for (index, _) in kept.iter().enumerate().filter(|(_, kept)| **kept) {
        let x = index as f64 + (1.0 - BAR_WIDTH) / 2.0;
        let _ = write!(path, "M{x:.2} -1h{BAR_WIDTH}v2h-{BAR_WIDTH}z");
    }
    path
}
