//! Tabs as the WAI-ARIA practices describe them: arrows, Home and End move between them, Tab goes on into the panel.

use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::app::ui::words::i18n::words;

pub struct Tab {
    name: &'static str,
    /// A message id.
    label: &'static str,
    panel: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Tab {
    pub fn new(
        name: &'static str,
        label: &'static str,
        panel: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self { name, label, panel: Box::new(panel) }
    }
}

/// All panels stand from the beginning, so that nothing computed is lost by a look at another.
#[component]
pub fn Tabs(
    /// Tells the ids of several from each other.
    name: &'static str,
    /// A message id.
    label: &'static str,
    tabs: Vec<Tab>,
    chosen: RwSignal<&'static str>,
) -> impl IntoView {
    let names: Vec<&'static str> = tabs.iter().map(|tab| tab.name).collect();
    let tab_id = move |tab: &str| format!("{name}-tab-{tab}");
    let panel_id = move |tab: &str| format!("{name}-panel-{tab}");
    let on_key = move |event: KeyboardEvent| {
        let at = names.iter().position(|tab| *tab == chosen.get_untracked()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % names.len(),
            "ArrowLeft" => (at + names.len() - 1) % names.len(),
            "Home" => 0,
            "End" => names.len() - 1,
            _ => return,
        };
        event.prevent_default();
        chosen.set(names[to]);
        let tab = document().get_element_by_id(&tab_id(names[to]));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            // A button takes the focus.
            let _ = tab.focus();
        }
    };
    let (buttons, panels): (Vec<_>, Vec<_>) = tabs
        .into_iter()
        .map(|Tab { name, label, panel }| {
            let button = view! {
                <button
                    type="button"
                    role="tab"
                    class="tab"
                    id=tab_id(name)
                    aria-controls=panel_id(name)
                    aria-selected=move || (chosen.get() == name).to_string()
                    tabindex=move || if chosen.get() == name { "0" } else { "-1" }
                    on:click=move |_| chosen.set(name)
                >
                    {move || words(label)}
                </button>
            };
            let panel = view! {
                <div
                    role="tabpanel"
                    class="tab-panel"
                    id=panel_id(name)
                    aria-labelledby=tab_id(name)
                    hidden=move || chosen.get() != name
                >
                    {panel()}
                </div>
            };
            (button, panel)
        })
        .unzip();
    view! {
        <div class="tabs" role="tablist" aria-label=move || words(label) on:keydown=on_key>{buttons}</div>
        {panels}
    }
}
