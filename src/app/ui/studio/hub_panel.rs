//! Models from the Hugging Face hub: asked for by id, kept in the browser's storage.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::{CachedModel, HubAddress, Request, Source},
        ui::{
            browser::address::parameter,
            parts::{
                icons::{Glyph, Icon},
                notice::{ErrorNotice, ProgressRow, SlotProgress},
            },
            state::{store::Topic, studio},
            words::{
                format::bytes,
                i18n::{mt, t, words},
                rich::rich_text,
            },
        },
    },
    files::hub::{HubModel, hub_base},
    localize::Localize,
};

/// The page's own address may name another hub: `?hub=https://mirror.example`.
const HUB_PARAMETER: &str = "hub";

fn hub() -> String {
    hub_base(parameter(HUB_PARAMETER).as_deref())
}

fn host(base: &str) -> String {
    base.split_once("://").map_or(base, |(_, host)| host).to_owned()
}

/// A model of the hub's that is known to work here.
struct Suggestion {
    id: &'static str,
    /// Of its weights.
    bytes: f64,
    licence: &'static str,
    /// Message that says what it is.
    what: &'static str,
}

/// Sizes and licences as the hub shows them.
const SUGGESTIONS: [Suggestion; 3] = [
    Suggestion { id: "BAAI/bge-small-zh-v1.5", bytes: 95.8e6, licence: "MIT", what: "hub-bge-small-zh" },
    Suggestion {
        id: "google-bert/bert-base-chinese",
        bytes: 412e6,
        licence: "Apache-2.0",
        what: "hub-bert-base-chinese",
    },
    Suggestion {
        id: "google-bert/bert-base-uncased",
        bytes: 440e6,
        licence: "Apache-2.0",
        what: "hub-bert-base-uncased",
    },
];

/// The field for a model's id, and the models that were downloaded before. `disabled`: no model can be loaded now.
#[component]
pub fn HubPanel(disabled: Signal<bool>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Download);
    let base = hub();
    let asked = host(&base);
    let text = RwSignal::new(String::new());
    let download = move || match text.get_untracked().parse::<HubModel>() {
        Ok(model) => {
            let address = HubAddress { base: base.clone(), model };
            engine.send(Topic::Download, Request::Download { address });
        }
        Err(error) => slot.error.set(Some(error.localized())),
    };
    let empty = move || text.with(|text| text.trim().is_empty());
    let blocked = move || disabled.get() || slot.busy() || empty();
    let cached = move || {
        store.cached.with(|models| {
            models
                .iter()
                .map(|model| view! { <CachedCard model=model.clone() base=hub() disabled /> })
                .collect_view()
        })
    };
    view! {
        <form
            class="hub field"
            on:submit=move |event| {
                event.prevent_default();
                if !untrack(blocked) {
                    download();
                }
            }
        >
            <label for="hub-id">{mt!("hub-label")}</label>
            <div class="hub-row">
                <input
                    id="hub-id"
                    type="text"
                    placeholder="owner/name"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="hub-help"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
                <button type="submit" class="button" disabled=blocked>{mt!("hub-download")}</button>
            </div>
            <p id="hub-help" class="field-help">
                {rich_text(mt!("hub-help", host = asked.as_str()))}
            </p>
            <ul class="hub-suggestions" aria-label=mt!("hub-suggestions")>
                {SUGGESTIONS.map(|Suggestion { id, bytes: size, licence, what }| view! {
                    <li>
                        <button type="button" class="button button-small" on:click=move |_| text.set(id.to_owned())>
                            {id}
                        </button>
                        <span class="fine">{move || format!("{} · {} · {licence}", words(what), bytes(size))}</span>
                    </li>
                }).into_iter().collect_view()}
            </ul>
        </form>
        <div class="offers">{cached}</div>
    }
}

/// The download under way, wherever its form is folded away.
#[component]
pub fn HubProgress() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Download);
    view! {
        <ProgressRow
            cancel="hub-cancel"
            cancellable=Signal::derive(move || slot.busy())
            on_cancel=move || engine.tell(Topic::Download, Request::CancelDownload)
        >
            <SlotProgress of=slot what="hub-downloading" />
        </ProgressRow>
        <ErrorNotice of=slot title="hub-failed" />
    }
}

#[component]
fn CachedCard(model: CachedModel, base: String, disabled: Signal<bool>) -> impl IntoView {
    let (_, engine) = studio();
    let CachedModel { address, bytes: size } = model;
    let name = address.model.to_string();
    let place = (address.base != base).then(|| host(&address.base));
    let facts = move || {
        let facts = match size {
            Some(size) => t!("hub-in-browser", size = bytes(size)),
            None => t!("hub-broken-off"),
        };
        match &place {
            Some(place) => format!("{facts} · {}", t!("hub-from", host = place.as_str())),
            None => facts,
        }
    };
    let load = {
        let address = address.clone();
        move |_| {
            engine.send(
                Topic::Model,
                Request::LoadModel { source: Source::Cached(address.clone()), glimpse: None },
            );
        }
    };
    let remove = move |_| engine.tell(Topic::Download, Request::RemoveCached { address: address.clone() });
    let (to_remove, to_load) = (name.clone(), name.clone());
    let remove_label = mt!("hub-remove-name", name = to_remove.as_str());
    let load_label = StoredValue::new(to_load);
    view! {
        <div class="offer">
            <div>
                <p class="offer-name">{name}</p>
                <p class="fine">{facts}</p>
            </div>
            <div class="offer-actions">
                <button type="button" class="icon-button" aria-label=remove_label title=mt!("hub-remove") on:click=remove>
                    <Glyph icon=Icon::Bin />
                </button>
                {size.is_some().then(|| view! {
                    <button type="button" class="button" aria-label=move || t!("model-load-name", name = load_label.get_value()) disabled=disabled on:click=load>{mt!("model-load")}</button>
                })}
            </div>
        </div>
    }
}
