//! The head of a view.

use leptos::prelude::*;

use crate::app::ui::words::i18n::mt;

/// A view's name and what it is for.
#[component]
pub fn ViewHead(title: &'static str, lede: &'static str) -> impl IntoView {
    view! {
        <div class="view-head">
            <h1>{mt!(title)}</h1>
            <p class="lede">{mt!(lede)}</p>
        </div>
    }
}
