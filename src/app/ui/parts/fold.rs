//! A part of the studio that is one line until one wants more of it.

use leptos::prelude::*;

use crate::app::ui::words::i18n::words;

/// `title`: a message id; `state`: what stands in the line; `done`: whether there is nothing left to do here.
#[component]
pub fn Fold(
    id: &'static str,
    title: &'static str,
    state: impl Fn() -> String + Send + 'static,
    done: Signal<bool>,
    hidden: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card fold" aria-labelledby=id hidden=hidden>
            <details>
                <summary>
                    <h2 id=id class:step-done=done>{move || words(title)}</h2>
                    <span class="fold-state">{state}</span>
                </summary>
                <div class="fold-body">{children()}</div>
            </details>
        </section>
    }
}
