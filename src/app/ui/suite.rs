//! The paper's STS tasks in one go: files in, one table out.

use leptos::prelude::*;

use super::{
    drop_zone::DropZone,
    format::{count, counted},
    icons::{Glyph, Icon},
    notice::{ErrorNotice, SlotProgress},
    store::{Phase, Topic},
    studio,
    suite_table::SuiteResults,
};
use crate::{
    app::protocol::{PickedFile, Request, Source, SuiteReport, Weights},
    eval::published_task,
    model::Pooler,
};

#[component]
pub fn Suite(weights: RwSignal<Weights>, pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Suite);
    let empty = move || store.suite.with(|suite| suite.tasks.is_empty());
    let reason = Signal::derive(move || {
        if !store.ready() {
            Some("The engine has to be running first.")
        } else if store.model.with(Option::is_none) {
            Some("Load a model first (step 1).")
        } else if empty() {
            Some("Load tasks first.")
        } else if store.phase.with(|phase| phase.active() && *phase != Phase::Paused) {
            Some("Pause or stop the run to evaluate here.")
        } else {
            None
        }
    });
    let disabled = Signal::derive(move || !store.ready() || slot.busy());
    let on_files = move |files: Result<Vec<PickedFile>, String>| match files {
        Ok(files) => engine.send(Topic::Suite, Request::LoadSuite { source: Source::Files(files) }),
        Err(message) => slot.error.set(Some(message)),
    };
    let evaluate = move |_| {
        let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
        engine.send(Topic::Suite, Request::EvaluateSuite { weights, pooler });
    };
    view! {
        <section class="measurements suite" aria-labelledby="suite-title">
            <h3 id="suite-title">"On an STS suite"</h3>
            <p class="fine">
                "Several tasks at once, as papers report them: Spearman × 100 over all subsets together (all), averaged \
                 over subsets (mean), and weighted by their size (wmean), beside SimCSE’s published numbers."
            </p>
            <DropZone
                id="suite-files"
                label="Drop STS tasks, or choose them"
                hint="SentEval’s STS folder (STS12 … STS16), STS-B and SICK files, TSV pairs with scores; more can follow"
                accept=".txt,.csv,.tsv"
                multiple=true
                folder=true
                disabled
                on_files
            />
            {move || (!empty()).then(|| view! { <Tasks report=store.suite.get() /> })}
            <div class="row">
                <button
                    type="button"
                    class="button"
                    disabled=move || reason.with(Option::is_some) || slot.busy()
                    on:click=evaluate
                >
                    "Evaluate suite"
                </button>
                {move || (!empty()).then(|| view! {
                    <button
                        type="button"
                        class="link-button"
                        disabled=disabled
                        on:click=move |_| engine.send(Topic::Suite, Request::ClearSuite)
                    >
                        "Start over"
                    </button>
                })}
                <span class="fine">{reason}</span>
            </div>
            <SlotProgress of=slot what="Reading" />
            <ErrorNotice of=slot title="The suite was not evaluated" />
            <SuiteResults />
        </section>
    }
}

#[component]
fn Tasks(report: SuiteReport) -> impl IntoView {
    let pairs: usize = report.tasks.iter().map(|task| task.pairs).sum();
    let tasks = report.tasks.iter().map(|task| {
        let known = published_task(&task.name);
        let name = match known {
            Some(known) if task.name.starts_with(known) => known.to_owned(),
            Some(known) => format!("{known} ({})", task.name),
            _ => task.name.clone(),
        };
        let parts = match task.subsets {
            1 => String::new(),
            parts => format!(" in {}", counted(parts, "subset", "subsets")),
        };
        let facts = format!(" · {}{parts}", counted(task.pairs, "pair", "pairs"));
        view! { <li>{name}<span class="fine">{facts}</span></li> }
    });
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name">
                <Glyph icon=Icon::Check />
                {counted(report.tasks.len(), "task", "tasks")}
                <span class="fine">{format!(" · {} pairs", count(pairs))}</span>
            </p>
            <ul class="suite-tasks">{tasks.collect_view()}</ul>
            {report.notes.iter().map(|note| view! { <p class="fine">{note.clone()}</p> }).collect_view()}
        </div>
    }
}
