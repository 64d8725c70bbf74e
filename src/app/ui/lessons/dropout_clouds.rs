//! Many draws of each sentence: a cloud of points, and how near it keeps to itself and to others.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    dropout_sample::{Sample, sentence_letter},
    parts::fixed,
};
use crate::app::ui::words::i18n::{mt, t};

/// The drawing, in its own units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 34.0;
/// From the place without dropout to the letter.
const AWAY: f64 = 20.0;

/// The points stay the same ones from draw to draw, so that they move where they are drawn anew.
#[component]
pub fn Clouds(drawn: RwSignal<Option<Arc<Sample>>>) -> impl IntoView {
    let places = Memo::new(move |_| {
        drawn.with(|drawn| drawn.as_ref().map(|drawn| fitted(drawn.views.places())).unwrap_or_default())
    });
    // Passes, the one without dropout among them, and sentences.
    let shape = Memo::new(move |_| places.with(|places| (places.len(), places.first().map_or(0, Vec::len))));
    let place = move |view: usize, sentence: usize| {
        places
            .with(|places| places.get(view).and_then(|view| view.get(sentence)).copied())
            .unwrap_or_default()
    };
    let clouds = move || {
        let (views, sentences) = shape.get();
        let cloud = |sentence: usize| {
            let points = (1..views).map(|view| {
                let style = move || {
                    let (x, y) = place(view, sentence);
                    format!("cx:{x:.1}px;cy:{y:.1}px")
                };
                view! { <circle style=style r="3.5" /> }
            });
            let middle = move |(x, y): (f64, f64)| format!("transform:translate({x:.1}px,{y:.1}px)");
            view! {
                <g class=format!("cloud pair-{sentence}")>
                    {points.collect_view()}
                    <path class="cloud-plain" d="M-6 0h12M0 -6v12" style=move || middle(place(0, sentence)) />
                    <text dy="5" style=move || middle(outwards(place(0, sentence)))>{sentence_letter(sentence).to_string()}</text>
                </g>
            }
        };
        (0..sentences).map(cloud).collect_view()
    };
    let label = move || {
        let (views, sentences) = shape.get();
        t!("views-clouds-label", count = views.saturating_sub(1), sentences = sentences)
    };
    view! {
        <svg class="clouds" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>{clouds}</svg>
    }
}

/// How near each sentence's draws are to each other, and to another sentence.
#[component]
pub fn Cosines(drawn: Arc<Sample>) -> impl IntoView {
    let views = &drawn.views;
    let rows = (0..views.sentences()).map(|sentence| {
        let words = drawn.asked.sentences.get(sentence).cloned().unwrap_or_default();
        let nearest = views.nearest(sentence);
        view! {
            <tr>
                <th scope="row">
                    <span class=format!("cloud-letter pair-{sentence}")>{sentence_letter(sentence).to_string()}</span>
                    <span>{words}</span>
                </th>
                <td>{fixed(views.within(sentence), 3)}</td>
                <td>{nearest.map(|(other, cosine)| format!("{} {}", fixed(cosine, 3), sentence_letter(other)))}</td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("views-cosines")>
            <table class="scores cloud-scores">
                <thead>
                    <tr>
                        <th scope="col">{mt!("views-column-sentence")}</th>
                        <th scope="col">{mt!("views-column-within")}</th>
                        <th scope="col">{mt!("views-column-nearest")}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="fine">{mt!("views-plane-what")}</p>
    }
}

/// Into the drawing, as large as it allows, with the same scale in both directions.
fn fitted(places: Vec<Vec<[f64; 2]>>) -> Vec<Vec<(f64, f64)>> {
    let range = |axis: usize| {
        let all = places.iter().flatten().map(|place| place[axis]);
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x, y) = (range(0), range(1));
    let scale = |(low, high): (f64, f64), room: f64| (room - 2.0 * MARGIN) / (high - low).max(1e-6);
    let scale = scale(x, WIDTH).min(scale(y, HEIGHT));
    let place = |place: &[f64; 2]| {
        let across = (place[0] - (x.0 + x.1) / 2.0) * scale;
        let up = (place[1] - (y.0 + y.1) / 2.0) * scale;
        (WIDTH / 2.0 + across, HEIGHT / 2.0 - up)
    };
    places.iter().map(|view| view.iter().map(place).collect()).collect()
}

/// A little farther from the middle.
fn outwards((x, y): (f64, f64)) -> (f64, f64) {
    let (across, down) = (x - WIDTH / 2.0, y - HEIGHT / 2.0);
    let length = across.hypot(down);
    if length < 1.0 { (x, y - AWAY) } else { (x + AWAY * across / length, y + AWAY * down / length) }
}
