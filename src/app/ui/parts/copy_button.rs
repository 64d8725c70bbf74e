//! A button that copies a text, and says whether the browser let it.

use leptos::prelude::*;

use crate::app::ui::{
    browser::clipboard,
    words::i18n::{mt, words},
};

/// `label` is a message id. Stands in a row of buttons, at whose end the outcome is said.
#[component]
pub fn CopyButton(label: &'static str, text: String, #[prop(optional)] small: bool) -> impl IntoView {
    let copied = RwSignal::new("");
    view! {
        <button type="button" class="button" class:button-small=small on:click=move |_| clipboard::copy(&text, copied)>
            {mt!(label)}
        </button>
        <span class="fine copy-outcome" role="status">{move || words(copied.get())}</span>
    }
}
