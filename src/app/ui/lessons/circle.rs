//! Alignment and uniformity of a dozen points on a circle, to be moved.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::{
    circle_model::CircleModel,
    glide::Glide,
    inputs::{linked, numbers},
    parts::fixed,
    story::{Step, Story},
};
use crate::{
    app::ui::words::i18n::{mt, t},
    lessons::{POINTS, alignment, partner, uniformity},
    share::Lesson,
};

/// Degrees, anticlockwise from the right; both points of a pair in turn.
type Angles = [f64; POINTS];

/// Angles to begin with: a message each.
const EXAMPLES: [(&str, Angles); 4] = [
    ("circle-random", [10.0, 95.0, 210.0, 300.0, 45.0, 155.0, 330.0, 255.0, 120.0, 185.0, 70.0, 275.0]),
    ("circle-collapsed", [84.0, 85.0, 86.0, 87.0, 88.0, 89.0, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0]),
    ("circle-uniform", [0.0, 180.0, 30.0, 210.0, 60.0, 240.0, 90.0, 270.0, 120.0, 300.0, 150.0, 330.0]),
    ("circle-both", [0.0, 8.0, 60.0, 68.0, 120.0, 128.0, 180.0, 188.0, 240.0, 248.0, 300.0, 308.0]),
];

/// Of the drawing, in its own units.
const RADIUS: f64 = 100.0;
/// What a key moves a point by, and with Shift or Page keys; degrees.
const STEP: f64 = 3.0;
const LEAP: f64 = 15.0;

pub fn story() -> Story {
    let angles = RwSignal::new(EXAMPLES[0].1);
    let held = RwSignal::new(None::<usize>);
    let plane = NodeRef::<Div>::new();
    linked(
        Lesson::Circle,
        move || {
            let points: Vec<String> = angles.get().iter().map(|angle| format!("{angle:.0}")).collect();
            vec![("points", points.join(","))]
        },
        move |key, value| match key {
            "points" => numbers(value, 0.0..=360.0).map(|points| angles.set(points.map(turned))).is_some(),
            _ => true,
        },
    );
    let drag = move |event: PointerEvent| {
        if let (Some(point), Some(plane)) = (held.get_untracked(), plane.get_untracked()) {
            event.prevent_default();
            let place = plane.get_bounding_client_rect();
            let x = f64::from(event.client_x()) - place.left() - place.width() / 2.0;
            let y = place.top() + place.height() / 2.0 - f64::from(event.client_y());
            angles.update(|angles| angles[point] = turned(y.atan2(x).to_degrees()));
        }
    };
    let moving = Glide::new(move |points: Angles| angles.set(points.map(turned)));
    let go = move |to: Angles| {
        let from = angles.get_untracked();
        // The shorter way round.
        moving.go(from, std::array::from_fn(|i| from[i] + turned(to[i] - from[i] + 180.0) - 180.0));
    };
    let [random, collapsed, uniform, both] = EXAMPLES.map(|(_, points)| move || go(points));
    let steps = vec![
        Step::new("circle-two", random),
        Step::new("circle-align", collapsed),
        Step::new("circle-spread", uniform),
        Step::new("circle-answer", both),
    ];
    let examples = EXAMPLES.map(|(name, points)| {
        view! { <button type="button" class="button button-small" on:click=move |_| go(points)>{mt!(name)}</button> }
    });
    let chords = (0..POINTS).step_by(2).map(|first| {
        let end = move |point: usize| angles.with(|angles| position(angles[point]));
        view! {
            <line
                class=format!("pair pair-{}", first / 2)
                x1=move || end(first).0
                y1=move || end(first).1
                x2=move || end(partner(first)).0
                y2=move || end(partner(first)).1
            />
        }
    });
    let points = (0..POINTS).map(|point| view! { <Point point angles held /> });
    let figure = view! {
        <section class="card circle" aria-labelledby="circle-points">
            <h2 id="circle-points">{mt!("circle-points")}</h2>
            <p class="fine">{mt!("circle-how")}</p>
            <div class="row">{examples.into_iter().collect_view()}</div>
            <div class="circle-parts">
                <div
                    class="circle-plane"
                    node_ref=plane
                    on:pointermove=drag
                    on:pointerup=move |_| held.set(None)
                    on:pointercancel=move |_| held.set(None)
                >
                    <svg viewBox="-125 -125 250 250" role="group" aria-label=mt!("circle-points")>
                        <circle class="circle-line" r=RADIUS />
                        {chords.collect_view()}
                        {points.collect_view()}
                    </svg>
                </div>
                <dl class="figures circle-figures" aria-live="polite">
                    <div>
                        <dt>{mt!("column-alignment")}</dt>
                        <dd id="circle-alignment">{move || angles.with(|angles| fixed(alignment(angles), 3))}</dd>
                        <dd class="fine">{mt!("circle-alignment-what")}</dd>
                    </div>
                    <div>
                        <dt>{mt!("column-uniformity")}</dt>
                        <dd id="circle-uniformity">{move || angles.with(|angles| fixed(uniformity(angles), 3))}</dd>
                        <dd class="fine">{move || {
                            let best = uniformity(&EXAMPLES[2].1);
                            t!("circle-uniformity-what", best = fixed(best, 3))
                        }}</dd>
                    </div>
                </dl>
            </div>
        </section>
    };
    Story { steps, figure: figure.into_any(), more: view! { <CircleModel /> }.into_any() }
}

/// A point, moved by pointer and keyboard as a slider is.
#[component]
fn Point(point: usize, angles: RwSignal<Angles>, held: RwSignal<Option<usize>>) -> impl IntoView {
    let angle = move || angles.with(|angles| angles[point]);
    let pair = char::from(b'A' + (point / 2) as u8);
    let name = if point.is_multiple_of(2) { pair.to_string() } else { format!("{pair}′") };
    let press = move |event: PointerEvent| {
        held.set(Some(point));
        if let Some(target) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            // Without capture the point is still held while the pointer is over the drawing.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { LEAP } else { STEP };
        let by = match event.key().as_str() {
            "ArrowUp" | "ArrowRight" => step,
            "ArrowDown" | "ArrowLeft" => -step,
            "PageUp" => LEAP,
            "PageDown" => -LEAP,
            "Home" => -angle(),
            _ => return,
        };
        event.prevent_default();
        angles.update(|angles| angles[point] = turned(angles[point] + by));
    };
    let label = {
        let name = name.clone();
        mt!("circle-point", name = name.as_str())
    };
    let distance = move || {
        let apart = angles.with(|angles| (angles[point] - angles[partner(point)]).abs());
        t!("circle-place", angle = angle().round(), apart = apart.min(360.0 - apart).round())
    };
    view! {
        <g
            class=format!("point pair-{}", point / 2)
            tabindex="0"
            role="slider"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="360"
            aria-valuenow=move || format!("{:.0}", angle())
            aria-valuetext=distance
            transform=move || { let (x, y) = position(angle()); format!("translate({x:.2} {y:.2})") }
            on:pointerdown=press
            on:keydown=key
        >
            <circle class="point-reach" r="18" />
            <circle class="point-disc" r="10.5" />
            <text dy="4">{name}</text>
        </g>
    }
}

/// From 0 up to 360.
fn turned(degrees: f64) -> f64 {
    degrees.rem_euclid(360.0)
}

/// x and y in the drawing, whose y grows downwards.
fn position(degrees: f64) -> (f64, f64) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    (RADIUS * cosine, -RADIUS * sine)
}
