//! Taking the result home, and coming back to a run.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::{ExportFormat, PickedFile, Request, Source},
        ui::{
            parts::{
                drop_zone::DropZone,
                icons::{Glyph, Icon},
                notice::{ErrorNotice, SlotProgress},
            },
            state::{
                store::{Phase, Topic},
                studio,
            },
            words::{
                i18n::{mt, t, words},
                rich::rich,
            },
        },
    },
    localize::Localized,
};

#[component]
pub fn Downloads() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Export);
    let reason = Signal::derive(move || {
        if !store.trained.get() {
            Some("take-nothing")
        } else if !store.ready() {
            Some("engine-first")
        } else if store.phase.with(|phase| matches!(phase, Phase::Starting | Phase::Stopping)) {
            Some("take-between")
        } else if slot.busy() {
            Some("take-writing")
        } else {
            None
        }
    });
    let in_run = Signal::derive(move || store.phase.with(Phase::active));
    let disabled = Signal::derive(move || reason.get().is_some());
    let export = move |format: ExportFormat| engine.send(Topic::Export, Request::Export { format });
    let restore_disabled = Signal::derive(move || {
        in_run.get()
            || !store.ready()
            || store.model.with(Option::is_none)
            || store.training.with(Option::is_none)
    });
    let restore = move |files: Result<Vec<PickedFile>, Localized>| match files {
        Ok(files) => engine.send(Topic::Run, Request::RestoreCheckpoint { source: Source::Files(files) }),
        Err(message) => store.slot(Topic::Run).error.set(Some(message)),
    };
    view! {
        <section class="take" aria-labelledby="downloads-title">
            <h2 id="downloads-title">{mt!("take-home")}</h2>
            <div class="row">
                <button
                    type="button"
                    class="button"
                    disabled=disabled
                    on:click=move |_| export(ExportFormat::HuggingFaceZip)
                >
                    <Glyph icon=Icon::Download />{mt!("take-zip")}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=disabled
                    on:click=move |_| export(ExportFormat::Safetensors)
                >
                    <Glyph icon=Icon::Download />{mt!("take-weights")}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=move || disabled.get() || !in_run.get()
                    on:click=move |_| engine.send(Topic::Export, Request::SaveCheckpoint)
                >
                    <Glyph icon=Icon::Download />{mt!("take-checkpoint")}
                </button>
            </div>
            <p class="fine reason">{move || reason.get().map(words)}</p>
            <p class="fine">{rich("take-what")}</p>
            <SlotProgress of=slot what="take-progress" />
            <ErrorNotice of=slot title="take-failed" />
            <p class="fine" role="status">
                {move || store.exported.get().map(|name| t!("take-done", name = name))}
            </p>
            <details class="restore">
                <summary>{mt!("restore-title")}</summary>
                <p class="fine">{mt!("restore-what")}</p>
                <DropZone
                    id="checkpoint-file"
                    label="restore-drop"
                    hint="restore-hint"
                    accept=".safetensors"
                    disabled=restore_disabled
                    on_files=restore
                />
                <p class="fine reason">
                    {move || restore_disabled.get().then(|| t!("restore-needs"))}
                </p>
            </details>
        </section>
    }
}
