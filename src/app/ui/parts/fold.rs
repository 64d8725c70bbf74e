//! A card that is one line until one wants more of it.

use leptos::prelude::*;

use crate::app::ui::words::i18n::words;

/// `title`: a message id; `state`: what stands in the line; `done`: whether there is nothing left to do here; `open`: whether
/// it begins unfolded.
#[component]
pub fn Fold(
    id: &'static str,
    title: &'static str,
    #[prop(optional, into)] class: String,
    #[prop(optional)] open: bool,
    state: impl Fn() -> String + Send + 'static,
    done: Signal<bool>,
    hidden: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("card fold {class}") aria-labelledby=id hidden=hidden>
            <details open=open>
                <summary>
                    <h2 id=id class:step-done=done>{move || words(title)}</h2>
                    <span class="fold-state">{state}</span>
                </summary>
                <div class="fold-body">{children()}</div>
            </details>
        </section>
    }
}
