//! Taking the result home, and coming back to a run.

use leptos::prelude::*;

use super::{
    drop_zone::DropZone,
    icons::{Glyph, Icon},
    notice::{ErrorNotice, SlotProgress},
    store::{Phase, Topic},
    studio,
};
use crate::app::protocol::{ExportFormat, PickedFile, Request, Source};

#[component]
pub fn Downloads() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Export);
    let reason = Signal::derive(move || {
        if !store.trained.get() {
            Some("There is something to download once a run has made a step.")
        } else if !store.ready() {
            Some("The engine has to be running.")
        } else if store.phase.with(|phase| matches!(phase, Phase::Starting | Phase::Stopping)) {
            Some("One moment: the run is starting or stopping.")
        } else if slot.busy() {
            Some("A file is being written.")
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
    let restore = move |files: Result<Vec<PickedFile>, String>| match files {
        Ok(files) => engine.send(Topic::Run, Request::RestoreCheckpoint { source: Source::Files(files) }),
        Err(message) => store.slot(Topic::Run).error.set(Some(message)),
    };
    view! {
        <section class="card" aria-labelledby="downloads-title">
            <h2 id="downloads-title">"Take it home"</h2>
            <div class="row">
                <button
                    type="button"
                    class="button"
                    disabled=disabled
                    on:click=move |_| export(ExportFormat::HuggingFaceZip)
                >
                    <Glyph icon=Icon::Download />"Model folder (.zip)"
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=disabled
                    on:click=move |_| export(ExportFormat::Safetensors)
                >
                    <Glyph icon=Icon::Download />"Weights (.safetensors)"
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=move || disabled.get() || !in_run.get()
                    on:click=move |_| engine.send(Topic::Export, Request::SaveCheckpoint)
                >
                    <Glyph icon=Icon::Download />"Run so far (checkpoint)"
                </button>
            </div>
            <p class="fine reason">{reason}</p>
            <p class="fine">
                "The folder loads in "<code>"transformers"</code>" and "<code>"sentence-transformers"</code>
                ". A checkpoint is the state of a run that is on or paused: weights, optimizer and place in the text."
            </p>
            <SlotProgress of=slot what="Writing" />
            <ErrorNotice of=slot title="The file was not written" />
            <p class="fine" role="status">
                {move || store.exported.get().map(|name| format!("{name} was handed to your browser’s downloads."))}
            </p>
            <details class="restore">
                <summary>"Go on from a checkpoint"</summary>
                <p class="fine">
                    "Load the same model and training text first; the recipe is in the checkpoint. The run comes back \
                     paused."
                </p>
                <DropZone
                    id="checkpoint-file"
                    label="Drop a checkpoint, or choose it"
                    hint="a .safetensors file saved here during a run"
                    accept=".safetensors"
                    disabled=restore_disabled
                    on_files=restore
                />
                <p class="fine reason">
                    {move || restore_disabled.get().then_some("Needs a model, a training text and no run under way.")}
                </p>
            </details>
        </section>
    }
}
