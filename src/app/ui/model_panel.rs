//! Step 1: the model.

use leptos::prelude::*;

use super::{
    drop_zone::{DropZone, Inputs},
    format::{bytes, count, counted, millions},
    hub_panel::{HubPanel, HubProgress},
    icons::{Glyph, Icon},
    notice::{ErrorNotice, SlotProgress},
    sample::{SiteModel, site_models},
    store::Topic,
    studio,
};
use crate::app::protocol::{ModelReport, PickedFile, Request, Source};

#[component]
pub fn ModelPanel() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Model);
    let models = LocalResource::new(site_models);
    let reason = Signal::derive(move || {
        if !store.ready() {
            Some("The engine has to be running first.")
        } else if store.phase.with(|phase| phase.active()) {
            Some("Stop the run before loading another model.")
        } else if slot.busy() {
            Some("A model is being loaded.")
        } else {
            None
        }
    });
    let disabled = Signal::derive(move || reason.get().is_some());
    let load = move |source: Source| engine.send(Topic::Model, Request::LoadModel { source });
    let on_files = move |files: Result<Vec<PickedFile>, String>| match files {
        Ok(files) => load(Source::Files(files)),
        Err(message) => slot.error.set(Some(message)),
    };
    let offered = move || {
        models.get().map(|models| match models {
            Ok(models) => models
                .into_iter()
                .map(|model| {
                    let on_load = {
                        let model = model.clone();
                        move || load(model.source())
                    };
                    view! { <SiteModelCard model disabled on_load /> }
                })
                .collect_view()
                .into_any(),
            Err(_) => view! {
                <p class="fine">"No model was set up with this site; load one of your own."</p>
            }
            .into_any(),
        })
    };
    view! {
        <section class="card" aria-labelledby="model-title">
            <h2 id="model-title" class="step-title" class:step-done=move || store.model.with(Option::is_some)>
                <span class="step-number">"1"</span>"Model"
            </h2>
            {move || store.model.get().map(|report| view! { <LoadedModel report /> })}
            <SlotProgress of=slot what="Loading" />
            <ErrorNotice of=slot title="The model was not loaded" />
            <HubProgress />
            <Inputs loaded=Signal::derive(move || store.model.with(Option::is_some)) again="Load another model">
                <div class="offers">{offered}</div>
                <DropZone
                    id="model-files"
                    label="Drop a BERT’s or RoBERTa’s files, or choose them"
                    hint="config.json, model.safetensors, tokenizer.json or vocabulary"
                    accept=".json,.safetensors,.txt"
                    multiple=true
                    folder=true
                    disabled
                    on_files
                />
                <HubPanel disabled />
                <p class="fine reason">{move || reason.get().filter(|_| !slot.busy())}</p>
            </Inputs>
        </section>
    }
}

#[component]
fn SiteModelCard(
    model: SiteModel,
    disabled: Signal<bool>,
    on_load: impl Fn() + Send + 'static,
) -> impl IntoView {
    let licence = model.licence_url();
    view! {
        <div class="offer">
            <div>
                <p class="offer-name">{model.name}</p>
                <p class="fine">
                    {bytes(model.bytes)}" · "
                    <a href=licence target="_blank" rel="noopener">{model.licence}" licence"</a>
                    {model.pooler.map(|pooler| format!(" · pools with {pooler}"))}
                </p>
            </div>
            <button type="button" class="button" disabled=disabled on:click=move |_| on_load()>"Load"</button>
        </div>
    }
}

#[component]
fn LoadedModel(report: ModelReport) -> impl IntoView {
    let unused = report.unused.len();
    let facts = [
        ("Parameters", millions(report.parameters)),
        (
            "Shape",
            format!("{} layers × {}, {} heads", report.layers, report.hidden_size, report.attention_heads),
        ),
        ("Vocabulary", format!("{} tokens", count(report.vocabulary))),
        ("Longest input", format!("{} tokens", count(report.max_positions))),
        ("Stored as", report.dtype),
        ("Pooler", report.pooler.to_string()),
    ];
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name"><Glyph icon=Icon::Check />{report.name}<span class="fine">" is loaded"</span></p>
            <dl class="facts">
                {facts
                    .into_iter()
                    .map(|(term, value)| view! { <div><dt>{term}</dt><dd>{value}</dd></div> })
                    .collect_view()}
            </dl>
            {report.notes.iter().map(|note| view! { <p class="fine">{note.clone()}</p> }).collect_view()}
            {(unused > 0 || !report.missing.is_empty()).then(|| view! {
                <details class="fine">
                    <summary>
                        {format!(
                            "{} not used, {} absent",
                            counted(unused, "tensor", "tensors"),
                            counted(report.missing.len(), "optional one", "optional ones"),
                        )}
                    </summary>
                    <ul class="keys">
                        {report.unused.iter().map(|key| view! { <li>"not used: "<code>{key.clone()}</code></li> }).collect_view()}
                        {report.missing.iter().map(|key| view! { <li>"absent: "<code>{key.clone()}</code></li> }).collect_view()}
                    </ul>
                </details>
            })}
        </div>
    }
}
