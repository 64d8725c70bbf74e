//! Runs that outlived their tab: offered to go on, and what is said of keeping the present one.

use leptos::prelude::*;

use super::split::{STUDIO, StudioPart};
use crate::{
    app::{
        protocol::SavedRun,
        ui::{
            parts::{
                icons::{Glyph, Icon},
                later::Later,
                notice::SlotProgress,
            },
            state::{
                store::{Phase, Store, Topic},
                studio,
            },
            words::{
                format::date,
                i18n::{mt, t, translated},
            },
        },
    },
    localize::Localized,
};

/// Where they are offered.
#[component]
pub fn CutOffRunsPlace() -> impl IntoView {
    let saved = studio().0.saved;
    let some = Signal::derive(move || saved.all.with(|all| all.values().any(|run| run.open)));
    view! {
        <div class="cut-off-runs" role="status">
            <Later of=STUDIO part=StudioPart::CutOffRuns wanted=some />
        </div>
    }
}

/// The runs that were cut off, each with a way to go on.
#[component]
pub fn CutOffRuns() -> impl IntoView {
    let (store, _) = studio();
    let saved = store.saved;
    let offered = move || -> Vec<SavedRun> {
        let passed = saved.passed_over.get();
        let present = store.runs.present.get();
        saved.all.with(|all| {
            let offered =
                |run: &&SavedRun| run.open && Some(run.run) != present && !passed.contains(&run.run);
            all.values().rev().filter(offered).cloned().collect()
        })
    };
    view! {
        <For each=offered key=|run| (run.run, run.step, run.elsewhere) let:run>
            <CutOffRun run />
        </For>
    }
}

#[component]
fn CutOffRun(run: SavedRun) -> impl IntoView {
    let (store, engine) = studio();
    let SavedRun { run, model, text, step, total, elsewhere, saved, .. } = run;
    let when = move || date(saved);
    let what = {
        let (model, text) = (model.clone(), text.clone());
        move || {
            if elsewhere {
                t!(
                    "saved-elsewhere",
                    model = model.as_str(),
                    text = text.as_str(),
                    step = step,
                    total = total
                )
            } else {
                t!(
                    "saved-cut-off",
                    model = model.as_str(),
                    text = text.as_str(),
                    step = step,
                    total = total,
                    date = when()
                )
            }
        }
    };
    let busy = move || store.phase.with(Phase::active) || !store.ready();
    view! {
        <section class="notice cut-off-run">
            <Glyph icon=Icon::Clock />
            <div>
                <p class="notice-title">{move || t!(if elsewhere { "saved-elsewhere-title" } else { "saved-title" })}</p>
                <p class="notice-text">{what}</p>
                <SlotProgress of=store.slot(Topic::Run) what="phase-starting" />
                {(!elsewhere).then(|| view! {
                    <div class="row">
                        <button
                            type="button"
                            class="button button-primary"
                            disabled=busy
                            on:click=move |_| engine.open_saved_run(run)
                        >
                            <Glyph icon=Icon::Play />{mt!("saved-go-on")}
                        </button>
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| engine.forget_saved_run(run)
                        >
                            {mt!("saved-forget")}
                        </button>
                    </div>
                })}
            </div>
            <button
                type="button"
                class="notice-close"
                on:click=move |_| store.saved.passed_over.update(|passed| passed.push(run))
            >
                {mt!("dismiss")}
            </button>
        </section>
    }
}

/// What is said of keeping the present run.
#[component]
pub fn Keeping(store: Store) -> impl IntoView {
    let saved = store.saved;
    let closable = |text: RwSignal<Option<Localized>>| {
        move || {
            text.get().map(|reason| view! {
            <div class="notice" role="status">
                <p class="notice-text">{move || translated(&reason)}</p>
                <button type="button" class="notice-close" on:click=move |_| text.set(None)>{mt!("dismiss")}</button>
            </div>
        })
        }
    };
    let kept = move || saved.kept.get().filter(|_| store.phase.with(Phase::active));
    view! {
        {move || kept().map(|step| view! { <p class="fine">{t!("saved-up-to", step = step)}</p> })}
        {closable(saved.recovered)}
        {closable(saved.not_kept)}
    }
}
