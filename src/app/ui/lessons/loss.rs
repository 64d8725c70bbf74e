//! The contrastive loss of four pairs, number by number.

use leptos::prelude::*;

use super::{
    glide::Glide,
    inputs::{linked, number, numbers},
    parts::{self, Slider, fixed, signed},
    story::{Step, Story},
};
use crate::{
    app::ui::{
        parts::similarity_table::{HOT, WARM},
        words::i18n::{mt, t},
    },
    lessons::{Contrast, ITEMS},
    share::Lesson,
};

type Matrix = [[f64; ITEMS]; ITEMS];

/// Matrices to begin with: a message each.
const EXAMPLES: [(&str, Matrix); 3] = [
    (
        "contrast-example-trained",
        [[0.9, 0.1, 0.0, 0.2], [0.2, 0.85, 0.3, 0.1], [0.1, 0.3, 0.8, 0.0], [0.1, 0.0, 0.1, 0.9]],
    ),
    (
        "contrast-example-near",
        [[0.9, 0.1, 0.0, 0.2], [0.2, 0.7, 0.75, 0.1], [0.1, 0.7, 0.8, 0.0], [0.1, 0.0, 0.1, 0.9]],
    ),
    ("contrast-example-collapsed", [[1.0; ITEMS]; ITEMS]),
];

const NAMES: [char; ITEMS] = ['A', 'B', 'C', 'D'];
const TEMPERATURES: (f64, f64) = (0.01, 1.0);
const USUAL_TEMPERATURE: f64 = 0.05;

/// At which even the nearest rival hardly counts for more than the others.
const HIGH_TEMPERATURE: f64 = 0.5;

pub fn story() -> Story {
    let cosines = RwSignal::new(EXAMPLES[1].1);
    // What the fields show: not what is being typed, which they know themselves.
    let shown = RwSignal::new(EXAMPLES[1].1);
    let temperature = RwSignal::new(USUAL_TEMPERATURE);
    let contrast = Memo::new(move |_| Contrast::new(&cosines.get(), temperature.get()));
    let fill = move |matrix: Matrix| {
        cosines.set(matrix);
        shown.set(matrix);
    };
    linked(
        Lesson::Loss,
        move || {
            let cosines: Vec<String> = cosines.get().iter().flatten().map(f64::to_string).collect();
            vec![("cosines", cosines.join(",")), ("tau", parts::temperature(temperature.get()))]
        },
        move |key, value| match key {
            "cosines" => numbers::<{ ITEMS * ITEMS }>(value, -1.0..=1.0)
                .map(|numbers| fill(std::array::from_fn(|i| std::array::from_fn(|j| numbers[i * ITEMS + j]))))
                .is_some(),
            "tau" => number(value, TEMPERATURES.0..=TEMPERATURES.1).map(|tau| temperature.set(tau)).is_some(),
            _ => true,
        },
    );
    let moving = Glide::new(move |numbers: [f64; ITEMS * ITEMS + 1]| {
        // Two digits, as they may be typed.
        fill(std::array::from_fn(|i| {
            std::array::from_fn(|j| (100.0 * numbers[i * ITEMS + j]).round() / 100.0)
        }));
        temperature.set(numbers[ITEMS * ITEMS]);
    });
    let go = move |matrix: Matrix, to: f64| {
        let joined = |matrix: Matrix, temperature: f64| {
            std::array::from_fn(|i| matrix.as_flattened().get(i).copied().unwrap_or(temperature))
        };
        moving.go(joined(cosines.get_untracked(), temperature.get_untracked()), joined(matrix, to));
    };
    let [trained, near, collapsed] = EXAMPLES.map(|(_, matrix)| matrix);
    let steps = vec![
        Step::new("contrast-rows", move || go(near, USUAL_TEMPERATURE)),
        Step::new("contrast-found", move || go(trained, USUAL_TEMPERATURE)),
        Step::new("contrast-high", move || go(near, HIGH_TEMPERATURE)),
        Step::new("contrast-all-one", move || go(collapsed, USUAL_TEMPERATURE)),
        Step::new("contrast-gradient", move || go(near, USUAL_TEMPERATURE)),
    ];
    let examples = EXAMPLES.map(|(name, matrix)| {
        let press = move |_| {
            moving.stop();
            fill(matrix);
        };
        view! { <button type="button" class="button button-small" on:click=press>{mt!(name)}</button> }
    });
    let figure = view! {
        <div class="loss-parts">
            <section class="card" aria-labelledby="contrast-set">
                <h2 id="contrast-set">{mt!("contrast-set")}</h2>
                <p class="fine">{mt!("contrast-set-what")}</p>
                <Grid label="contrast-set" cell=move |row, column| view! {
                    <td class:own={row == column}><Cosine row column cosines shown /></td>
                }.into_any() />
            </section>
            <section class="card" aria-labelledby="contrast-shares">
                <h2 id="contrast-shares">{mt!("contrast-shares")}</h2>
                <p class="fine">{mt!("contrast-shares-what")}</p>
                <Grid
                    label="contrast-shares"
                    cell=move |row, column| {
                        let share = move || contrast.with(|contrast| contrast.shares[row][column]);
                        view! {
                            <td
                                class:warm={move || share() > f64::from(WARM)}
                                class:hot={move || share() > f64::from(HOT)}
                                style=move || format!("--heat:{:.3}", share())
                            >
                                {move || format!("{:.3}", share())}
                            </td>
                        }.into_any()
                    }
                    last=("contrast-row-loss", Box::new(move |row| parts::loss(contrast.with(|contrast| contrast.losses[row]))))
                />
                <p class="lesson-result">
                    {mt!("contrast-mean")}" "<output id="contrast-loss">{move || parts::loss(contrast.with(|contrast| contrast.loss))}</output>
                </p>
            </section>
            <section class="card" aria-labelledby="contrast-pulls">
                <h2 id="contrast-pulls">{mt!("contrast-pulls")}</h2>
                <p class="fine">{mt!("contrast-pulls-what")}</p>
                <Grid label="contrast-pulls" cell=move |row, column| view! { <Pull row column contrast /> }.into_any() />
            </section>
            <section class="card" aria-labelledby="contrast-own">
                <h2 id="contrast-own">{mt!("lesson-own")}</h2>
                <Slider id="contrast-tau" label="contrast-tau" value=temperature range=TEMPERATURES step=0.01 log=true written=parts::temperature />
                <div class="row">{examples.into_iter().collect_view()}</div>
            </section>
        </div>
    };
    Story { steps, figure: figure.into_any(), more: ().into_any() }
}

/// A last column: its head, a message, and its words by row.
type Last = (&'static str, Box<dyn Fn(usize) -> String + Send + Sync>);

/// A table of first views by second views.
#[component]
fn Grid(
    /// The message that names it.
    label: &'static str,
    cell: impl Fn(usize, usize) -> AnyView,
    #[prop(optional)] last: Option<Last>,
) -> impl IntoView {
    let last: Option<(&'static str, StoredValue<_>)> = last.map(|(head, of)| (head, StoredValue::new(of)));
    let heads = NAMES.map(|name| view! { <th scope="col">{format!("{name}′")}</th> });
    let rows = (0..ITEMS).map(|row| {
        let cells = (0..ITEMS).map(|column| cell(row, column)).collect_view();
        let end =
            last.map(|(_, of)| view! { <td class="row-end">{move || of.with_value(|of| of(row))}</td> });
        view! { <tr><th scope="row">{NAMES[row].to_string()}</th>{cells}{end}</tr> }
    });
    view! {
        <div class="matrix lesson-grid">
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!(label)>
                <table>
                    <thead>
                        <tr>
                            <td></td>
                            {heads.into_iter().collect_view()}
                            {last.map(|(head, _)| view! { <th scope="col">{mt!(head)}</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// A cosine to be changed. What is no number leaves the last one, which shows again when the field is left.
#[component]
fn Cosine(row: usize, column: usize, cosines: RwSignal<Matrix>, shown: RwSignal<Matrix>) -> impl IntoView {
    let on_input = move |event| {
        if let Ok(cosine) = event_target_value(&event).trim().parse::<f64>()
            && cosine.is_finite()
        {
            cosines.update(|cosines| cosines[row][column] = cosine.clamp(-1.0, 1.0));
        }
    };
    let label = move || {
        let (first, second) = (NAMES[row].to_string(), format!("{}′", NAMES[column]));
        t!("contrast-cosine", first = first, second = second)
    };
    view! {
        <input
            type="number"
            class="cosine"
            min="-1"
            max="1"
            step="0.05"
            aria-label=label
            prop:value=move || shown.with(|shown| shown[row][column].to_string())
            on:input=on_input
            on:change=move |_| shown.set(cosines.get_untracked())
        />
    }
}

/// How hard the loss pulls two sentences together or pushes them apart, as a bar from the middle.
#[component]
fn Pull(row: usize, column: usize, contrast: Memo<Contrast>) -> impl IntoView {
    let gradient = move || contrast.with(|contrast| contrast.gradient[row][column]);
    let largest = move || {
        contrast
            .with(|contrast| contrast.gradient.iter().flatten().fold(0.0_f64, |most, of| most.max(of.abs())))
    };
    let part = move || if largest() > 0.0 { gradient() / largest() } else { 0.0 };
    let title = move || {
        let names = (NAMES[row].to_string(), format!("{}′", NAMES[column]), fixed(gradient(), 4));
        let id = if row == column { "contrast-pull" } else { "contrast-push" };
        t!(id, first = names.0, second = names.1, gradient = names.2)
    };
    view! {
        <td class="pull" class:together={move || gradient() < 0.0} title=title>
            <span class="pull-bar" style=move || format!("--part:{:.3}", part().abs()) aria-hidden="true"></span>
            <span class="pull-number">{move || signed(gradient(), 3)}</span>
        </td>
    }
}
