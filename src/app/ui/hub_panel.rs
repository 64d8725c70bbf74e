//! Models from the Hugging Face hub: asked for by id, kept in the browser's storage.

use leptos::prelude::*;

use super::{
    format::bytes,
    i18n::{mt, t},
    icons::{Glyph, Icon},
    notice::{ErrorNotice, SlotProgress},
    rich::rich_text,
    store::Topic,
    studio,
};
use crate::{
    app::protocol::{CachedModel, HubAddress, Request, Source},
    said::Say,
    store::hub::{HubModel, hub_base},
};

/// The page's own address may name another hub: `?hub=https://mirror.example`.
const HUB_PARAMETER: &str = "hub";

fn hub() -> String {
    let query = window().location().search().unwrap_or_default();
    let parameters = web_sys::UrlSearchParams::new_with_str(&query);
    hub_base(parameters.ok().and_then(|parameters| parameters.get(HUB_PARAMETER)).as_deref())
}

fn host(base: &str) -> String {
    base.split_once("://").map_or(base, |(_, host)| host).to_owned()
}

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
        Err(error) => slot.error.set(Some(error.reason())),
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
        {move || slot.busy().then(|| view! {
            <div class="progress-row">
                <SlotProgress of=slot what="hub-downloading" />
                <button
                    type="button"
                    class="button button-small"
                    on:click=move |_| engine.tell(Topic::Download, Request::CancelDownload)
                >
                    {mt!("hub-cancel")}
                </button>
            </div>
        })}
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
            engine.send(Topic::Model, Request::LoadModel { source: Source::Cached(address.clone()) });
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
