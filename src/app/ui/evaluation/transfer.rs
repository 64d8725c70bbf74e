//! SentEval's transfer tasks: files in, one table out.

use leptos::prelude::*;

use super::{
    evaluate_row::{EvaluateRow, LoadedTasks, StartOver},
    score_table::{Scores, ScoresTable, label},
};
use crate::{
    app::{
        protocol::{PickedFile, Request, Source, Stage, TransferMeasurement, TransferReport, Weights},
        ui::{
            parts::{
                drop_zone::DropZone,
                fields::Number,
                notice::{ErrorNotice, ProgressRow, SlotProgress},
            },
            state::{number_field::NumberField, store::Topic, studio},
            words::i18n::{mt, t},
        },
    },
    eval::{TransferOptions, transfer_table},
    localize::Localized,
    model::Pooler,
    train::Kind,
};

#[component]
pub fn Transfer(weights: RwSignal<Weights>, pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Transfer);
    let usual = TransferOptions::default();
    let folds = NumberField::new("transfer-folds", "folds", Kind::whole(2.0, 100.0), usual.folds as f64);
    let seed = NumberField::new(
        "transfer-seed",
        "classifier-seed",
        Kind::whole(0.0, f64::from(u32::MAX)),
        f64::from(usual.seed),
    );
    let options = move || -> Option<TransferOptions> {
        Some(TransferOptions { folds: folds.value().ok()? as usize, seed: seed.value().ok()? as u32 })
    };
    let empty = move || store.transfer.with(|report| report.tasks.is_empty());
    let reason = Signal::derive(move || {
        let blocked = store.encoding_blocked().or_else(|| empty().then_some("need-tasks"));
        blocked.or_else(|| options().is_none().then_some("need-numbers"))
    });
    let disabled = Signal::derive(move || !store.ready() || slot.busy());
    let evaluating = move || {
        let stage = slot.progress.with(|progress| progress.as_ref().map(|progress| progress.stage));
        matches!(stage, Some(Stage::EncodingTask(_) | Stage::Fitting(_)))
    };
    let on_files = move |files: Result<Vec<PickedFile>, Localized>| match files {
        Ok(files) => engine.send(Topic::Transfer, Request::LoadTransfer { source: Source::Files(files) }),
        Err(message) => slot.error.set(Some(message)),
    };
    let evaluate = move || {
        if let Some(options) = untrack(options) {
            let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
            engine.send(Topic::Transfer, Request::EvaluateTransfer { weights, pooler, options });
        }
    };
    view! {
        <section class="measurements suite" aria-labelledby="transfer-title">
            <h3 id="transfer-title">{mt!("transfer-title")}</h3>
            <p class="fine">{mt!("transfer-what")}</p>
            <DropZone
                id="transfer-files"
                label="transfer-drop"
                hint="transfer-hint"
                accept=""
                multiple=true
                folder=true
                disabled
                on_files
            />
            {move || (!empty()).then(|| view! { <Tasks report=store.transfer.get() /> })}
            <div class="suite-options field-pair">
                <Number field=folds disabled />
                <Number field=seed disabled />
            </div>
            <EvaluateRow label="transfer-evaluate" reason of=slot on_evaluate=evaluate>
                <StartOver empty=Signal::derive(empty) disabled on_clear=move || engine.send(Topic::Transfer, Request::ClearTransfer) />
            </EvaluateRow>
            <ProgressRow
                cancel="transfer-cancel"
                cancellable=Signal::derive(evaluating)
                on_cancel=move || engine.tell(Topic::Transfer, Request::CancelTransfer)
            >
                <SlotProgress of=slot what="reading" />
            </ProgressRow>
            <ErrorNotice of=slot title="transfer-failed" />
            <Results />
        </section>
    }
}

#[component]
fn Tasks(report: TransferReport) -> impl IntoView {
    let tasks_count = report.tasks.len();
    let items: usize = report.tasks.iter().map(|task| task.items).sum();
    let tasks = report.tasks.into_iter().map(move |task| {
        let counted = if task.kind.sentences_per_item() == 1 { "counted-sentences" } else { "counted-pairs" };
        let items = task.items;
        view! { <li>{task.kind.name()}<span class="fine">" · "{mt!(counted, count = items)}</span></li> }
    });
    view! {
        <LoadedTasks count=tasks_count total=Signal::derive(move || t!("counted-items", count = items)) notes=report.notes>{tasks.collect_view()}</LoadedTasks>
    }
}

#[component]
fn Results() -> impl IntoView {
    let (store, _) = studio();
    move || {
        let results: Vec<TransferMeasurement> = store.transfer_results.get().into_iter().rev().collect();
        (!results.is_empty()).then(|| {
            let name = |result: &TransferMeasurement| {
                let TransferOptions { folds, seed } = result.options;
                let encoder = label(&result.model, result.step, result.pooler);
                format!("{encoder}, {folds} folds, seed {seed}")
            };
            let measured: Vec<_> =
                results.iter().map(|result| (name(result), result.tasks.as_slice())).collect();
            view! {
                <ScoresTable
                    of=Scores::new(transfer_table(&measured), &results)
                    topic=Topic::Transfer
                    label="transfer-scores"
                    files=["transfer.csv", "transfer.json"]
                    note="transfer-note"
                />
            }
        })
    }
}
