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

#[component]
pub fn Clouds(drawn: Arc<Sample>) -> impl IntoView {
    let views = &drawn.views;
    let (count, sentences) = (views.views(), views.sentences());
    let places = fitted(views.places());
    let clouds = (0..sentences).map(|sentence| {
        let points = places[1..].iter().map(|view| {
            let (x, y) = view[sentence];
            view! { <circle cx=format!("{x:.1}") cy=format!("{y:.1}") r="3.5" /> }
        });
        let (x, y) = places[0][sentence];
        let (label_x, label_y) = outwards((x, y));
        view! {
            <g class=format!("cloud pair-{sentence}")>
                {points.collect_view()}
                <path class="cloud-plain" d=format!("M{:.1} {y:.1}h12M{x:.1} {:.1}v12", x - 6.0, y - 6.0) />
                <text x=format!("{label_x:.1}") y=format!("{label_y:.1}") dy="5">{sentence_letter(sentence).to_string()}</text>
            </g>
        }
    });
    let rows = (0..sentences).map(|sentence| {
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
    let rows = rows.collect_view();
    view! {
        <section class="card" aria-labelledby="views-clouds">
            <h2 id="views-clouds">{mt!("views-clouds", count = count)}</h2>
            <p class="fine">{mt!("views-clouds-what")}</p>
            <div class="cloud-parts">
                <svg
                    class="clouds"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    role="img"
                    aria-label=move || t!("views-clouds-label", count = count, sentences = sentences)
                >
                    {clouds.collect_view()}
                </svg>
                <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("views-clouds", count = count)>
                    <table class="scores cloud-scores">
                        <thead>
                            <tr>
                                <th scope="col">{mt!("views-column-sentence")}</th>
                                <th scope="col">{mt!("views-column-within")}</th>
                                <th scope="col">{mt!("views-column-nearest")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
        </section>
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
