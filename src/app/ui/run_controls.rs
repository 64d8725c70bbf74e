//! Train, pause, resume, stop; and how far the run is.

use leptos::prelude::*;

use super::{
    engine::Engine,
    format::{bytes, count, duration, significant},
    icons::{Glyph, Icon},
    notice::{Bar, ErrorNotice, words},
    store::{Phase, Store, Topic},
    studio,
};
use crate::{app::protocol::EndReason, train::Objective};

#[component]
pub fn RunControls() -> impl IntoView {
    let (store, engine) = studio();
    view! {
        <div class="run-bar">
            <div class="run-head">
                <h2 id="run-title">"Run"</h2>
                <p class="run-phase" role="status">{move || phase_words(store)}</p>
                <div class="row run-buttons"><Buttons store engine /></div>
            </div>
            <p id="train-reason" class="fine reason">{move || idle_reason(store)}</p>
            {move || store.plan.with(Option::is_some).then(|| view! { <RunProgress store /> })}
            <ErrorNotice of=store.slot(Topic::Run) title="That did not work" />
            {move || match store.phase.get() {
                Phase::Failed { message, kept_step } => Some(view! {
                    <div class="notice notice-error" role="alert">
                        <Glyph icon=Icon::Warning />
                        <div>
                            <p class="notice-title">"The run ended early"</p>
                            <p class="notice-text">{message}</p>
                            {(kept_step > 0).then(|| view! {
                                <p class="notice-text">{format!("The best weights, of step {}, are kept.", count(kept_step as usize))}</p>
                            })}
                        </div>
                    </div>
                }),
                _ => None,
            }}
        </div>
    }
}

#[component]
fn Buttons(store: Store, engine: Engine) -> impl IntoView {
    let train = move |_| {
        if let Ok(options) = store.recipe.options() {
            engine.train(options, store.recipe.start_from.get_untracked());
        }
    };
    move || match store.phase.get() {
        Phase::Idle | Phase::Finished(_) | Phase::Failed { .. } => view! {
            <button
                type="button"
                class="button button-primary"
                disabled=move || blocked(store).is_some()
                aria-describedby="train-reason"
                on:click=train
            >
                <Glyph icon=Icon::Play />"Train"
            </button>
        }
        .into_any(),
        phase => {
            let waiting = matches!(phase, Phase::Starting | Phase::Pausing | Phase::Stopping);
            let paused = phase == Phase::Paused;
            view! {
                {if paused {
                    view! {
                        <button type="button" class="button button-primary" on:click=move |_| engine.resume()>
                            <Glyph icon=Icon::Play />"Resume"
                        </button>
                    }.into_any()
                } else {
                    view! {
                        <button type="button" class="button" disabled=waiting on:click=move |_| engine.pause()>
                            <Glyph icon=Icon::Pause />"Pause"
                        </button>
                    }.into_any()
                }}
                <button
                    type="button"
                    class="button"
                    disabled=matches!(phase, Phase::Starting | Phase::Stopping)
                    on:click=move |_| engine.stop()
                >
                    <Glyph icon=Icon::Stop />"Stop"
                </button>
            }
            .into_any()
        }
    }
}

#[component]
fn RunProgress(store: Store) -> impl IntoView {
    let done = move || store.latest.get().map_or(0, |latest| latest.step);
    let total = move || store.plan.with(|plan| plan.as_ref().map_or(0, |plan| plan.total));
    let left = move || {
        let speed = store.speed.get()?.steps;
        let running = store.phase.with(Phase::active);
        (running && speed > 0.0).then(|| duration(f64::from(total().saturating_sub(done())) / speed))
    };
    let figures = move || {
        let latest = store.latest.get();
        let speed = store.speed.get();
        [
            ("Loss", latest.map(|latest| significant(f64::from(latest.loss)))),
            ("Time left", left()),
            ("Steps/s", speed.map(|speed| significant(speed.steps))),
            ("Tokens/s", speed.map(|speed| count(speed.tokens.round() as usize))),
            ("Gradient norm", latest.map(|latest| significant(f64::from(latest.gradient_norm)))),
            ("GPU memory", store.plan.with(|plan| plan.as_ref().map(|plan| bytes(plan.gpu_bytes as f64)))),
        ]
    };
    view! {
        {move || {
            let (done, total) = (done(), total());
            let label = format!("Step {} of {}", count(done as usize), count(total as usize));
            view! { <Bar fraction=Some(f64::from(done) / f64::from(total.max(1))) label /> }
        }}
        <dl class="figures">
            {move || figures().map(|(term, value)| view! {
                <div><dt>{term}</dt><dd>{value.unwrap_or_else(|| "–".to_owned())}</dd></div>
            })}
        </dl>
    }
}

/// What keeps a run from starting.
pub fn blocked(store: Store) -> Option<String> {
    let missing = store.missing();
    if !missing.is_empty() {
        return Some(format!("Still needed: {}.", missing.join(", ")));
    }
    let items =
        store.training.with(|training| training.as_ref().map(|report| (report.kind, report.name.clone())));
    let (kind, name) = items?;
    let wanted = store.recipe.objective.get();
    let fits = super::recipe_form::objective_of(kind) == wanted;
    (!fits).then(|| match wanted {
        Objective::Unsup => format!(
            "{name} holds pairs or triplets: choose the supervised objective, or load plain sentences."
        ),
        Objective::Sup => format!(
            "{name} holds plain sentences: choose the unsupervised objective, or load pairs or triplets."
        ),
    })
}

fn idle_reason(store: Store) -> Option<String> {
    (!store.phase.with(Phase::active)).then(|| blocked(store)).flatten()
}

fn phase_words(store: Store) -> String {
    match store.phase.get() {
        Phase::Idle => "Not started".to_owned(),
        Phase::Starting => store.slot(Topic::Run).progress.with(|progress| match progress {
            Some(progress) => words(progress),
            None => "Preparing the GPU for this recipe…".to_owned(),
        }),
        Phase::Running => "Training".to_owned(),
        Phase::Evaluating { done, of } => format!("Evaluating: {} of {} sentences", count(done), count(of)),
        Phase::Pausing => "Pausing after this step…".to_owned(),
        Phase::Paused => "Paused".to_owned(),
        Phase::Stopping => "Stopping…".to_owned(),
        Phase::Failed { .. } => "Ended early".to_owned(),
        Phase::Finished(end) => {
            let how = match end.reason {
                EndReason::Completed => "Finished",
                EndReason::Stopped => "Stopped",
            };
            match (end.step, end.kept_step) {
                (0, _) => format!("{how} before the first step"),
                (step, kept) if step == kept => format!("{how}; the weights of step {kept} are kept"),
                (step, kept) => format!("{how} at step {step}; the best weights, of step {kept}, are kept"),
            }
        }
    }
}
