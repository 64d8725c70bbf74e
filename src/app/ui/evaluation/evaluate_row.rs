//! The button that evaluates something, with what stands beside it, and what it evaluates on.

use leptos::prelude::*;

use crate::app::ui::{
    parts::icons::{Glyph, Icon},
    state::store::Slot,
    words::i18n::{mt, words},
};

/// The button with the message `label`, `children` beside it, and why it cannot be pressed.
#[component]
pub fn EvaluateRow(
    label: &'static str,
    #[prop(into)] reason: Signal<Option<&'static str>>,
    of: Slot,
    on_evaluate: impl Fn() + 'static,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="row">
            <button
                type="button"
                class="button"
                disabled=move || reason.with(Option::is_some) || of.busy()
                on:click=move |_| on_evaluate()
            >
                {mt!(label)}
            </button>
            {children.map(|children| children())}
            <span class="fine">{move || reason.get().map(words)}</span>
        </div>
    }
}

/// Lets what was loaded go, while there is something.
#[component]
pub fn StartOver(
    #[prop(into)] empty: Signal<bool>,
    disabled: Signal<bool>,
    on_clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    move || {
        (!empty.get()).then(|| {
            view! {
                <button type="button" class="link-button" disabled=disabled on:click=move |_| on_clear()>
                    {mt!("start-over")}
                </button>
            }
        })
    }
}

/// How many tasks are loaded, and `total` in words, then a line each as `children`.
#[component]
pub fn LoadedTasks(
    count: usize,
    #[prop(into)] total: Signal<String>,
    notes: Vec<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name">
                <Glyph icon=Icon::Check />
                {mt!("counted-tasks", count = count)}
                <span class="fine">" · "{total}</span>
            </p>
            <ul class="suite-tasks">{children()}</ul>
            {notes.into_iter().map(|note| view! { <p class="fine">{note}</p> }).collect_view()}
        </div>
    }
}
