//! Why a tiny loss is no collapse: the present run, and what a collapse would show.

use leptos::prelude::*;

use super::{
    glide::Glide,
    inputs::{linked, number},
    loss_line::{LossLine, Mark},
    parts::{self, Slider, fixed, once_by_itself},
    prepare::{Needs, Prepare},
    story::{Step, Story},
};
use crate::{
    app::{
        protocol::{RunPlan, TrainingKind, Weights},
        ui::{
            state::{
                preset::Preset,
                store::{Phase, Store},
                studio,
            },
            words::{
                format::decimals,
                i18n::{mt, t, words},
            },
        },
    },
    kernels::LossForm,
    lessons::even_loss,
    share::Lesson,
    train::Objective,
};

const ITEMS: (f64, f64) = (2.0, 1024.0);
const TEMPERATURES: (f64, f64) = (0.01, 1.0);
const COSINES: (f64, f64) = (-1.0, 1.0);
/// Batch sizes of the table.
const BATCHES: [usize; 4] = [16, 64, 256, 512];
/// Above it, all vectors are nearly the same: their mean squared distance is below a twentieth or so.
const COLLAPSED: f64 = -0.1;

/// Cosines of a batch whose pairs are found, and of one that has collapsed: with its own view, with others.
const FOUND: [f64; 2] = [0.9, 0.3];
const ALL_ONE: [f64; 2] = [1.0, 1.0];

/// A batch in which all pairs are alike.
#[derive(Clone, Copy)]
struct Batch {
    items: RwSignal<f64>,
    temperature: RwSignal<f64>,
    own: RwSignal<f64>,
    other: RwSignal<f64>,
}

impl Batch {
    /// Tracked.
    fn items(self) -> usize {
        self.items.get().round() as usize
    }

    /// With this many sentences; tracked.
    fn loss(self, items: usize) -> f64 {
        even_loss(items, self.own.get(), self.other.get(), self.temperature.get())
    }

    /// All vectors the same; tracked.
    fn collapsed(self) -> f64 {
        even_loss(self.items(), 1.0, 1.0, 1.0)
    }
}

pub fn story() -> Story {
    let [own, other] = FOUND.map(RwSignal::new);
    let batch = Batch { items: RwSignal::new(64.0), temperature: RwSignal::new(0.05), own, other };
    let moving = Glide::new(move |cosines: [f64; 2]| {
        // Two digits, as the sliders have them.
        let [to_own, to_other] = cosines.map(|cosine| (100.0 * cosine).round() / 100.0);
        own.set(to_own);
        other.set(to_other);
    });
    let go = move |to: [f64; 2]| move || moving.go([own.get_untracked(), other.get_untracked()], to);
    let steps = vec![
        Step::new("collapse-found", go(FOUND)),
        Step::new("collapse-question", go(ALL_ONE)),
        Step::new("collapse-look", go(FOUND)),
    ];
    let figure = view! { <RunAtHand batch /> }.into_any();
    let more = view! { <Calculator batch /> }.into_any();
    Story { steps, figure, more }
}

/// Sentences among which a row of the loss finds its own.
fn candidates(plan: &RunPlan, triplets: bool) -> usize {
    let views = if triplets && plan.options.objective == Objective::Sup { 3 } else { 2 };
    let all = plan.options.loss.candidates(plan.options.batch_size, views);
    // A sentence is not compared with itself.
    if plan.options.loss == LossForm::NtXent { all - 1 } else { all }
}

#[component]
fn RunAtHand(batch: Batch) -> impl IntoView {
    let (store, engine) = studio();
    let needs = Needs { pairs: true, sentences: true, training: true };
    let reason = move || needs.reason(store);
    let demo = move || engine.train(Preset::Demo.recipe(store, Objective::Unsup), Weights::Original);
    once_by_itself(Lesson::Collapse, reason, demo);
    let loss = move || store.latest.with(|latest| latest.as_ref().map(|step| f64::from(step.loss)));
    let collapsed = move || {
        let triplets = store
            .training
            .with(|training| training.as_ref().is_some_and(|report| report.kind == TrainingKind::Triplets));
        store.plan.with(|plan| plan.as_ref().map(|plan| candidates(plan, triplets)))
    };
    let figures = move || {
        let ends = store.evaluations.with(|all| all.first().copied().zip(all.last().copied()));
        let uniformity = ends.map(|(first, last)| {
            t!("collapse-from-to", first = decimals(first.uniformity, 3), last = decimals(last.uniformity, 3))
        });
        [
            ("collapse-loss-now", loss().map(parts::loss)),
            (
                "collapse-loss-then",
                collapsed().map(|items| format!("ln {items} = {:.3}", (items as f64).ln())),
            ),
            ("collapse-uniformity-now", uniformity),
            ("collapse-uniformity-then", collapsed().map(|_| "0".to_owned())),
        ]
    };
    let mark = |name, class, loss| Mark { name, class, loss };
    let marks = [
        mark("collapse-column-collapsed", "loss-collapsed", Signal::derive(move || Some(batch.collapsed()))),
        mark(
            "collapse-column-cosines",
            "loss-cosines",
            Signal::derive(move || Some(batch.loss(batch.items()))),
        ),
        mark("collapse-run", "loss-run", Signal::derive(loss)),
    ];
    view! {
        <section class="card" aria-labelledby="collapse-line">
            <h2 id="collapse-line">{mt!("collapse-line")}</h2>
            <LossLine marks />
            <h3 class="collapse-run-title">{mt!("collapse-run")}</h3>
            <dl class="figures collapse-figures">
                {move || figures().map(|(term, value)| view! {
                    <div><dt>{mt!(term)}</dt><dd>{value.unwrap_or_else(|| "–".to_owned())}</dd></div>
                })}
            </dl>
            <p class="lesson-result" role="status">{move || words(verdict(store))}</p>
            {move || store.plan.with(Option::is_none).then(|| view! {
                <Prepare needs />
                <div class="row">
                    <button type="button" class="button" disabled=move || reason().is_some() on:click=move |_| demo()>{mt!("collapse-train")}</button>
                    <span class="fine">{move || reason().map(words)}</span>
                </div>
            })}
        </section>
    }
}

/// What the numbers of the run say: a message.
fn verdict(store: Store) -> &'static str {
    let last = store.evaluations.with(|all| all.last().and_then(|evaluation| evaluation.uniformity));
    match last {
        _ if store.latest.with(Option::is_none) && !store.phase.with(Phase::active) => "collapse-no-run",
        _ if store.latest.with(Option::is_none) => "collapse-starting",
        None => "collapse-no-pairs",
        Some(uniformity) if uniformity > COLLAPSED => "collapse-is",
        Some(_) => "collapse-is-not",
    }
}

#[component]
fn Calculator(batch: Batch) -> impl IntoView {
    let Batch { items, temperature, own, other } = batch;
    linked(
        Lesson::Collapse,
        move || {
            vec![
                ("items", format!("{:.0}", items.get())),
                ("tau", parts::temperature(temperature.get())),
                ("own", format!("{:.2}", own.get())),
                ("other", format!("{:.2}", other.get())),
            ]
        },
        move |key, value| {
            let (signal, range) = match key {
                "items" => (items, ITEMS),
                "tau" => (temperature, TEMPERATURES),
                "own" => (own, COSINES),
                "other" => (other, COSINES),
                _ => return true,
            };
            number(value, range.0..=range.1).map(|number| signal.set(number)).is_some()
        },
    );
    let cosine = |value: f64| fixed(value, 2);
    let rows = BATCHES.map(|items| {
        view! {
            <tr>
                <th scope="row">{items}</th>
                <td>{format!("{:.3}", even_loss(items, 1.0, 1.0, 1.0))}</td>
                <td>{move || parts::loss(batch.loss(items))}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="collapse-calculator">
            <h2 id="collapse-calculator">{mt!("collapse-calculator")}</h2>
            <p class="fine">{mt!("collapse-calculator-what")}</p>
            <div class="sliders">
                <Slider id="collapse-items" label="collapse-items" value=items range=ITEMS step=0.01 log=true written=|items| format!("{items:.0}") />
                <Slider id="collapse-tau" label="contrast-tau" value=temperature range=TEMPERATURES step=0.01 log=true written=parts::temperature />
                <Slider id="collapse-own" label="collapse-own" value=own range=COSINES step=0.01 written=cosine />
                <Slider id="collapse-other" label="collapse-other" value=other range=COSINES step=0.01 written=cosine />
            </div>
            <p class="lesson-result">
                {move || t!("collapse-even", items = batch.items())}" "<output id="collapse-loss">{move || parts::loss(batch.loss(batch.items()))}</output>
            </p>
            <p class="lesson-result">
                {move || t!("collapse-all-one", items = batch.items())}" "<output id="collapse-logarithm">{move || format!("{:.3}", batch.collapsed())}</output>
            </p>
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("collapse-calculator")>
                <table class="scores collapse-scores">
                    <thead>
                        <tr>
                            <th scope="col">{mt!("collapse-items")}</th>
                            <th scope="col">{mt!("collapse-column-collapsed")}</th>
                            <th scope="col">{mt!("collapse-column-cosines")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
