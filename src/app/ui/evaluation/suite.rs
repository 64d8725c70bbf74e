//! The paper's STS tasks in one go: files in, one table out.

use leptos::prelude::*;

use super::{
    evaluate_row::{EvaluateRow, LoadedTasks, StartOver},
    score_table::{Scores, ScoresTable, label},
};
use crate::{
    app::{
        protocol::{PickedFile, Request, Source, SuiteMeasurement, SuiteReport, Weights},
        ui::{
            parts::{
                drop_zone::DropZone,
                fields::Segments,
                notice::{ErrorNotice, SlotProgress},
            },
            state::{store::Topic, studio},
            words::i18n::{mt, t},
        },
    },
    eval::{published_task, suite_table},
    localize::Localized,
    model::Pooler,
};

#[component]
pub fn Suite(weights: RwSignal<Weights>, pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Suite);
    let empty = move || store.suite.with(|suite| suite.tasks.is_empty());
    let whiten = RwSignal::new(false);
    let reason = Signal::derive(move || store.encoding_blocked().or_else(|| empty().then_some("need-tasks")));
    let disabled = Signal::derive(move || !store.ready() || slot.busy());
    let on_files = move |files: Result<Vec<PickedFile>, Localized>| match files {
        Ok(files) => engine.send(Topic::Suite, Request::LoadSuite { source: Source::Files(files) }),
        Err(message) => slot.error.set(Some(message)),
    };
    let evaluate = move || {
        let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
        let whiten = whiten.get_untracked();
        engine.send(Topic::Suite, Request::EvaluateSuite { weights, pooler, whiten });
    };
    view! {
        <section class="measurements suite" aria-labelledby="suite-title">
            <h3 id="suite-title">{mt!("suite-title")}</h3>
            <p class="fine">{mt!("suite-what")}</p>
            <DropZone
                id="suite-files"
                label="suite-drop"
                hint="suite-hint"
                accept=".txt,.csv,.tsv,.jsonl,.ndjson,.json"
                multiple=true
                folder=true
                disabled
                on_files
            />
            {move || (!empty()).then(|| view! { <Tasks report=store.suite.get() /> })}
            <div class="suite-options">
                <Segments
                    name="suite-vectors"
                    legend="suite-vectors"
                    value=whiten
                    choices=vec![(false, "suite-as-is"), (true, "suite-whitened")]
                    help=vectors_help
                    disabled
                />
            </div>
            <EvaluateRow label="suite-evaluate" reason of=slot on_evaluate=evaluate>
                <StartOver empty=Signal::derive(empty) disabled on_clear=move || engine.send(Topic::Suite, Request::ClearSuite) />
            </EvaluateRow>
            <SlotProgress of=slot what="reading" />
            <ErrorNotice of=slot title="suite-failed" />
            <SuiteResults />
        </section>
    }
}

fn vectors_help(whiten: bool) -> &'static str {
    if whiten { "suite-whitened-help" } else { "suite-as-is-help" }
}

#[component]
fn SuiteResults() -> impl IntoView {
    let (store, _) = studio();
    move || {
        let results: Vec<SuiteMeasurement> = store.suite_results.get().into_iter().rev().collect();
        (!results.is_empty()).then(|| {
            let whitened = |result: &SuiteMeasurement| if result.whitened { ", whitened" } else { "" };
            let name = |result: &SuiteMeasurement| {
                label(&result.model, result.step, result.pooler) + whitened(result)
            };
            let measured: Vec<_> =
                results.iter().map(|result| (name(result), result.tasks.as_slice())).collect();
            let undefined =
                results.iter().flat_map(|result| &result.tasks).any(|task| task.undefined_subsets() > 0);
            view! {
                <ScoresTable
                    of=Scores::new(suite_table(&measured), &results)
                    topic=Topic::Suite
                    label="suite-scores"
                    files=["sts-suite.csv", "sts-suite.json"]
                    note="suite-note"
                />
                {undefined.then(|| view! { <p class="fine">{mt!("suite-undefined")}</p> })}
            }
        })
    }
}

#[component]
fn Tasks(report: SuiteReport) -> impl IntoView {
    let tasks_count = report.tasks.len();
    let pairs: usize = report.tasks.iter().map(|task| task.pairs).sum();
    let tasks = report.tasks.into_iter().map(move |task| {
        let known = published_task(&task.name);
        let name = match known {
            Some(known) if task.name.starts_with(known) => known.to_owned(),
            Some(known) => format!("{known} ({})", task.name),
            _ => task.name.clone(),
        };
        let (subsets, pairs) = (task.subsets, task.pairs);
        let facts = move || {
            let pairs = t!("counted-pairs", count = pairs);
            if subsets == 1 { pairs } else { t!("suite-subsets", pairs = pairs, subsets = subsets) }
        };
        view! { <li>{name}<span class="fine">" · "{facts}</span></li> }
    });
    view! {
        <LoadedTasks count=tasks_count total=Signal::derive(move || t!("counted-pairs", count = pairs)) notes=report.notes>{tasks.collect_view()}</LoadedTasks>
    }
}
