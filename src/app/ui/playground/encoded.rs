//! Whether the list is encoded, and what encodes it.

use leptos::prelude::*;

use super::vectors::Vectors;
use crate::app::ui::{
    parts::notice::{ErrorNotice, ProgressRow, SlotProgress},
    state::{store::Topic, studio},
    words::i18n::t,
};

/// What stands above a view that needs all vectors: why it cannot have them, the button that gets them, how far they are.
#[component]
pub fn Encoded() -> impl IntoView {
    let (store, engine) = studio();
    let vectors: Vectors = expect_context();
    let slot = store.slot(Topic::Embedding);
    let words = move || match vectors.count() {
        0 => t!("encode-none"),
        count => t!("encode-count", count = count),
    };
    view! {
        <div class="encoded">
            {move || (!vectors.fresh() && !slot.busy()).then(|| view! {
                <div class="row">
                    <button
                        type="button"
                        class="button button-primary"
                        disabled=move || vectors.blocked().is_some()
                        on:click=move |_| vectors.encode(engine)
                    >
                        {words}
                    </button>
                    <span class="fine">{move || vectors.blocked()}</span>
                </div>
            })}
            <ProgressRow
                cancel="encode-cancel"
                cancellable=Signal::derive(move || slot.busy())
                on_cancel=move || vectors.cancel(engine)
            >
                <SlotProgress of=slot what="encoding" />
            </ProgressRow>
            <ErrorNotice of=slot title="matrix-failed" />
            <p class="fine" role="status">{move || vectors.caption()}</p>
        </div>
    }
}
