//! The model: which one is loaded, and others to load.

use leptos::prelude::*;

use super::{
    hub_panel::{HubPanel, HubProgress},
    split::{AfterPicture, StudioPart},
};
use crate::{
    app::{
        protocol::{ModelReport, PickedFile, Request, Source},
        ui::{
            offline::KeptOffline,
            parts::{
                drop_zone::{DropZone, Inputs},
                fold::Fold,
                icons::{Glyph, Icon},
                notice::{self, ErrorNotice, SlotProgress},
            },
            state::{links::shared, site_models::SiteModel, store::Topic, studio},
            words::{
                format::{bytes, millions},
                i18n::{mt, t, words},
            },
        },
    },
    localize::Localized,
    share::Part,
};

#[component]
pub fn ModelPanel() -> impl IntoView {
    let ((store, _), shared) = (studio(), shared());
    let slot = store.slot(Topic::Model);
    let state = move || match store
        .model
        .with(|model| Some((model.as_ref()?.name.clone(), model.as_ref()?.parameters)))
    {
        Some((name, parameters)) => {
            format!("{name} · {}", t!("model-parameters-short", count = millions(parameters)))
        }
        None => slot
            .progress
            .with(|progress| progress.as_ref().map_or_else(|| t!("fold-none"), notice::progress_words)),
    };
    let done = Signal::derive(move || store.model.with(Option::is_some));
    let hidden = Signal::derive(move || shared.hides(Part::Model));
    view! {
        <Fold id="model-title" title="model-card" state done hidden>
            <AfterPicture part=StudioPart::ModelInputs />
        </Fold>
    }
}

/// What is loaded, and what else can be.
#[component]
pub fn ModelInputs() -> impl IntoView {
    let ((store, engine), shared) = (studio(), shared());
    let slot = store.slot(Topic::Model);
    let reason = Signal::derive(move || {
        if !store.ready() {
            Some("engine-first")
        } else if shared.locks(Part::Model) {
            Some("part-locked")
        } else if store.phase.with(|phase| phase.active()) {
            Some("model-stop-first")
        } else if slot.busy() {
            Some("model-busy")
        } else {
            None
        }
    });
    let disabled = Signal::derive(move || reason.get().is_some());
    let load = move |source: Source| engine.send(Topic::Model, Request::LoadModel { source, glimpse: None });
    let on_files = move |files: Result<Vec<PickedFile>, Localized>| match files {
        Ok(files) => load(Source::Files(files)),
        Err(message) => slot.error.set(Some(message)),
    };
    let offered = move || {
        store.site_models.get().map(|models| match models {
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
                <p class="fine">{mt!("model-none")}</p>
            }
            .into_any(),
        })
    };
    view! {
        {move || store.model.get().map(|report| view! { <LoadedModel report /> })}
        <SlotProgress of=slot what="model-loading" />
        <ErrorNotice of=slot title="model-failed" />
        <HubProgress />
        <Inputs loaded=Signal::derive(move || store.model.with(Option::is_some)) again="model-again">
            <div class="offers">{offered}</div>
            <DropZone
                id="model-files"
                label="model-drop"
                hint="model-drop-hint"
                accept=".json,.safetensors,.txt"
                multiple=true
                folder=true
                disabled
                on_files
            />
            <HubPanel disabled />
            <p class="fine reason">{move || reason.get().filter(|_| !slot.busy()).map(words)}</p>
        </Inputs>
    }
}

#[component]
fn SiteModelCard(
    model: SiteModel,
    disabled: Signal<bool>,
    on_load: impl Fn() + Send + 'static,
) -> impl IntoView {
    let licence = model.licence_url();
    let (name, licensed) = (model.name.clone(), model.licence.clone());
    let load_label = mt!("model-load-name", name = name.as_str());
    let addresses = model.addresses();
    let kept_name = model.name.clone();
    view! {
        <div class="offer">
            <div>
                <p class="offer-name">{model.name}</p>
                <p class="fine">
                    {bytes(model.bytes)}" · "
                    <a href=licence target="_blank" rel="noopener">
                        {mt!("model-licence", licence = licensed.as_str())}
                    </a>
                    {model.pooler.map(|pooler| view! { " · "{mt!("model-pools-with", pooler = pooler.name())} })}
                </p>
                <KeptOffline name=kept_name addresses />
            </div>
            <button type="button" class="button" disabled=disabled aria-label=load_label on:click=move |_| on_load()>
                {mt!("model-load")}
            </button>
        </div>
    }
}

#[component]
fn LoadedModel(report: ModelReport) -> impl IntoView {
    let (unused, missing) = (report.unused.len(), report.missing.len());
    let shown = report.clone();
    let facts = move || {
        let report = &shown;
        [
            ("model-parameters", millions(report.parameters)),
            (
                "model-shape",
                t!(
                    "model-shape-value",
                    layers = report.layers,
                    hidden = report.hidden_size,
                    heads = report.attention_heads
                ),
            ),
            ("model-vocabulary", t!("model-tokens", count = report.vocabulary)),
            ("model-longest", t!("model-tokens", count = report.max_positions)),
            ("model-stored", report.dtype.clone()),
            ("model-pooler", report.pooler.to_string()),
        ]
    };
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name"><Glyph icon=Icon::Check />{report.name}<span class="fine">" "{mt!("model-loaded")}</span></p>
            <dl class="facts">
                {move || facts()
                    .into_iter()
                    .map(|(term, value)| view! { <div><dt>{mt!(term)}</dt><dd>{value}</dd></div> })
                    .collect_view()}
            </dl>
            {report.notes.iter().map(|note| view! { <p class="fine">{note.clone()}</p> }).collect_view()}
            {(unused > 0 || !report.missing.is_empty()).then(|| view! {
                <details class="fine">
                    <summary>
                        {mt!("model-keys", unused = unused, missing = missing)}
                    </summary>
                    <ul class="keys">
                        {report.unused.iter().map(|key| view! { <li>{mt!("model-not-used")}<code>{key.clone()}</code></li> }).collect_view()}
                        {report.missing.iter().map(|key| view! { <li>{mt!("model-absent")}<code>{key.clone()}</code></li> }).collect_view()}
                    </ul>
                </details>
            })}
        </div>
    }
}
