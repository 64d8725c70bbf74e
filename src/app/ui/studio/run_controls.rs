//! Train, pause, resume, stop; and how far the run is.

use leptos::prelude::*;

use super::cut_off_runs::Keeping;
use crate::{
    app::{
        protocol::{EndReason, RunPlan},
        ui::{
            parts::{
                icons::{Glyph, Icon},
                notice::{Bar, ErrorNotice, UnknownWords, progress_words},
                run_buttons::{PauseOrResume, StopButton},
            },
            state::{
                engine::Engine,
                store::{NoRoom, Phase, Store, Topic},
                studio,
            },
            words::{
                format::{bytes, count, duration, significant},
                i18n::{mt, t, translated},
            },
        },
    },
    device::DeviceChoice,
    train::Objective,
};

#[component]
pub fn RunControls() -> impl IntoView {
    let (store, engine) = studio();
    let unknown =
        Signal::derive(move || store.plan.with(|plan| plan.as_ref().map_or(0.0, |plan| plan.unknown_share)));
    view! {
        <div class="run-bar">
            <div class="run-head">
                <h2 id="run-title">{mt!("run-title")}</h2>
                <p class="run-phase" role="status">{move || phase_words(store)}</p>
                <div class="row run-buttons"><Buttons store engine /></div>
            </div>
            <p id="train-reason" class="fine reason">{move || idle_reason(store)}</p>
            {move || store.plan.with(Option::is_some).then(|| view! { <RunProgress store /> })}
            <ErrorNotice of=store.slot(Topic::Run) title="run-error" />
            {move || match store.phase.get() {
                Phase::Failed { reason, kept_step } => Some(view! {
                    <div class="notice notice-error" role="alert">
                        <Glyph icon=Icon::Warning />
                        <div>
                            <p class="notice-title">{mt!("run-ended")}</p>
                            <p class="notice-text">{move || translated(&reason)}</p>
                            {(kept_step > 0).then(|| view! {
                                <p class="notice-text">{mt!("run-best-kept", step = kept_step)}</p>
                            })}
                        </div>
                    </div>
                }),
                _ => None,
            }}
            <Keeping store />
            <UnknownWords share=unknown />
            {move || store.no_room.get().map(|no_room| view! { <OnTheCpu no_room /> })}
        </div>
    }
}

/// What else there is where the GPU has no room for the run.
#[component]
fn OnTheCpu(no_room: NoRoom) -> impl IntoView {
    let (_, engine) = studio();
    let label = move || match no_room.resumable {
        Some(step) => t!("run-resume-on-cpu", step = step),
        None => t!("run-on-cpu"),
    };
    view! {
        <div class="notice" role="status">
            <p class="notice-text">{mt!("run-no-room")}</p>
            <button type="button" class="button" on:click=move |_| engine.use_device(DeviceChoice::Cpu)>
                {label}
            </button>
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
    // Not made again at every change of the phase: a button that is pressed or has the focus stays.
    let active = Memo::new(move |_| store.phase.with(Phase::active));
    let paused = Memo::new(move |_| store.phase.with(|phase| *phase == Phase::Paused));
    move || {
        if active.get() {
            view! {
                <PauseOrResume />
                {move || paused.get().then(|| view! {
                    <button type="button" class="button" on:click=move |_| engine.step()>
                        <Glyph icon=Icon::Step />{mt!("run-step")}
                    </button>
                })}
                <StopButton on_stop=move || engine.stop() />
            }
            .into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="button button-primary"
                    disabled=move || blocked(store).is_some()
                    aria-describedby="train-reason"
                    on:click=train
                >
                    <Glyph icon=Icon::Play />{mt!("run-train")}
                </button>
            }
            .into_any()
        }
    }
}

#[component]
fn RunProgress(store: Store) -> impl IntoView {
    let done = move || store.latest_step();
    let total = move || store.plan.with(|plan| plan.as_ref().map_or(0, |plan| plan.total));
    let left = move || {
        let speed = store.speed.get()?.steps;
        let evaluations = store.plan.with(|plan| {
            let plan = plan.as_ref().filter(|plan| plan.evaluates)?;
            Some(plan.options.evaluations_after(done(), plan.total))
        });
        let evaluating = f64::from(evaluations.unwrap_or(0)) * store.evaluation_seconds.get().unwrap_or(0.0);
        let running = store.phase.with(Phase::active);
        (running && speed > 0.0)
            .then(|| duration(f64::from(total().saturating_sub(done())) / speed + evaluating))
    };
    // A run that is over and was taken up again for its weights has none.
    let memory = move || {
        let bytes_of = |plan: &RunPlan| (plan.gpu_bytes > 0).then(|| bytes(plan.gpu_bytes as f64));
        store.plan.with(|plan| plan.as_ref().and_then(bytes_of))
    };
    let figures = move || {
        let latest = store.latest.get();
        let speed = store.speed.get();
        [
            ("figure-loss", latest.map(|latest| significant(f64::from(latest.loss)))),
            ("figure-left", left()),
            ("figure-steps", speed.map(|speed| significant(speed.steps))),
            ("figure-tokens", speed.map(|speed| count(speed.tokens.round() as usize))),
            ("figure-norm", latest.map(|latest| significant(f64::from(latest.gradient_norm)))),
            ("figure-memory", memory()),
        ]
    };
    view! {
        {move || {
            let (done, total) = (done(), total());
            let label = t!("run-step-of", done = done, total = total);
            view! { <Bar fraction=Some(f64::from(done) / f64::from(total.max(1))) label /> }
        }}
        <dl class="figures">
            {move || figures().map(|(term, value)| view! {
                <div><dt>{mt!(term)}</dt><dd>{value.unwrap_or_else(|| "–".to_owned())}</dd></div>
            })}
        </dl>
    }
}

/// What keeps a run from starting.
pub fn blocked(store: Store) -> Option<String> {
    let missing = store.missing();
    if !missing.is_empty() {
        return Some(t!("run-needed", what = missing.join(", ")));
    }
    let items =
        store.training.with(|training| training.as_ref().map(|report| (report.kind, report.name.clone())));
    let (kind, name) = items?;
    let wanted = store.recipe.objective();
    let fits = kind.objective() == wanted;
    (!fits).then(|| match wanted {
        Objective::Unsup => t!("run-wants-sentences", name = name),
        Objective::Sup => t!("run-wants-pairs", name = name),
    })
}

fn idle_reason(store: Store) -> Option<String> {
    (!store.phase.with(Phase::active)).then(|| blocked(store)).flatten()
}

fn phase_words(store: Store) -> String {
    match store.phase.get() {
        Phase::Idle => t!("phase-idle"),
        Phase::Starting => store.slot(Topic::Run).progress.with(|progress| match progress {
            Some(progress) => progress_words(progress),
            None => t!("phase-starting"),
        }),
        Phase::Running => t!("phase-running"),
        Phase::Evaluating { done, of } => t!("phase-evaluating", done = done, of = of),
        Phase::Pausing => t!("phase-pausing"),
        Phase::Paused => t!("phase-paused"),
        Phase::Stopping => t!("phase-stopping"),
        Phase::Failed { .. } => t!("phase-failed"),
        Phase::Finished(end) => {
            let how = match end.reason {
                EndReason::Completed => t!("phase-finished"),
                EndReason::Stopped => t!("phase-stopped"),
            };
            match (end.step, end.kept_step) {
                (0, _) => t!("phase-none", how = how),
                (step, kept) if step == kept => t!("phase-kept", how = how, kept = kept),
                (step, kept) => t!("phase-best", how = how, step = step, kept = kept),
            }
        }
    }
}
