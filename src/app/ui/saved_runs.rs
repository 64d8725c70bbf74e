//! Runs that outlived their tab: offered to go on, and what is said of keeping the present one.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::{
    format::date,
    i18n::{mt, say, t},
    icons::{Glyph, Icon},
    notice::SlotProgress,
    store::{Phase, Store, Topic},
    studio,
};
use crate::{
    app::protocol::{Event, SavedRun},
    said::Reason,
};

/// So many milliseconds of a run are worth asking the browser never to remove them.
const WORTH_ASKING: f64 = 60_000.0;

/// What the browser keeps of runs.
#[derive(Debug, Clone, Copy)]
pub struct SavedRuns {
    /// By when they began.
    pub all: RwSignal<BTreeMap<u64, SavedRun>>,
    /// Bytes of the models and texts that they read.
    pub input_bytes: RwSignal<f64>,
    /// Steps of the present run that nothing takes away any more.
    pub kept: RwSignal<Option<u32>>,
    /// Why the present run is not kept.
    pub not_kept: RwSignal<Option<Reason>>,
    /// That the present run lost its device, and goes on.
    pub recovered: RwSignal<Option<Reason>>,
    /// Which are not offered any more in this visit.
    passed_over: RwSignal<Vec<u64>>,
    /// Whether the browser has been asked never to remove them.
    asked: StoredValue<bool>,
}

impl SavedRuns {
    pub fn new() -> Self {
        Self {
            all: RwSignal::new(BTreeMap::new()),
            input_bytes: RwSignal::new(0.0),
            kept: RwSignal::new(None),
            not_kept: RwSignal::new(None),
            recovered: RwSignal::new(None),
            passed_over: RwSignal::new(Vec::new()),
            asked: StoredValue::new(false),
        }
    }

    /// Takes in what the worker says of keeping.
    pub fn follow(&self, event: &Event) {
        match event {
            Event::SavedRuns { runs, input_bytes } => {
                self.all.set(runs.iter().map(|run| (run.run, run.clone())).collect());
                self.input_bytes.set(*input_bytes);
            }
            Event::RunStarted(plan) => {
                self.kept.set(None);
                self.passed_over.update(|passed| passed.push(plan.run));
            }
            Event::RunKept { step } => {
                self.kept.set(Some(*step));
                self.not_kept.set(None);
            }
            Event::RunNotKept { message, said } => {
                self.kept.set(None);
                self.not_kept.set(Some(Reason::new(message.clone(), said.clone())));
            }
            _ => {}
        }
    }

    /// Asks the browser, once a visit, never to remove what is kept, where there is something to lose by now.
    pub fn hold_on_to(&self, began: u64) {
        if js_sys::Date::now() - began as f64 > WORTH_ASKING
            && self.asked.try_update_value(|asked| std::mem::replace(asked, true)) == Some(false)
        {
            // Its answer changes nothing here: browsers that refuse remove files only when the disk is full.
            drop(window().navigator().storage().persist());
        }
    }

    /// Bytes of all of them.
    pub fn all_bytes(&self) -> f64 {
        self.input_bytes.get() + self.all.with(|all| all.values().map(|run| run.bytes).sum::<f64>())
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
        <div class="cut-off-runs" role="status">
            <For each=offered key=|run| (run.run, run.step, run.elsewhere) let:run>
                <CutOffRun run />
            </For>
        </div>
    }
}

#[component]
fn CutOffRun(run: SavedRun) -> impl IntoView {
    let (store, engine) = studio();
    let SavedRun { run, model, text, step, total, elsewhere, saved, .. } = run;
    let when = move || date(saved);
    let what = {
        let (model, text) = (model.clone(), text.clone());
        move || match elsewhere {
            true => t!(
                "saved-elsewhere",
                model = model.as_str(),
                text = text.as_str(),
                step = step,
                total = total
            ),
            false => t!(
                "saved-cut-off",
                model = model.as_str(),
                text = text.as_str(),
                step = step,
                total = total,
                date = when()
            ),
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
    let closable = |text: RwSignal<Option<Reason>>| {
        move || {
            text.get().map(|reason| view! {
            <div class="notice" role="status">
                <p class="notice-text">{move || say(&reason)}</p>
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
