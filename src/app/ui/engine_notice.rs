//! What to do when the device or the engine is gone.

use leptos::prelude::*;

use crate::{
    app::ui::{
        parts::icons::{Glyph, Icon},
        state::{store::EngineState, studio},
        words::i18n::{mt, t, translated},
    },
    device::DeviceChoice,
};

/// Shown above everything while the engine cannot work.
#[component]
pub fn EngineNotice() -> impl IntoView {
    let (store, engine) = studio();
    let notice = move || match store.engine.get() {
        EngineState::Starting | EngineState::Ready(_) => None,
        EngineState::Lost { message, resumable } => Some(
            view! {
                <h2><Glyph icon=Icon::Warning />{mt!("lost-title")}</h2>
                <p>{mt!("lost-what")}</p>
                <p>{move || match resumable {
                    Some(step) => t!("lost-run", step = step),
                    None => t!("lost-no-run"),
                }}</p>
                <p class="fine">{message}</p>
                <button type="button" class="button button-primary" on:click=move |_| engine.recover()>
                    {mt!(if resumable.is_some() { "lost-restore" } else { "lost-reopen" })}
                </button>
                <button type="button" class="button" on:click=move |_| engine.use_device(DeviceChoice::Cpu)>
                    {mt!(if resumable.is_some() { "lost-restore-cpu" } else { "lost-reopen-cpu" })}
                </button>
            }
            .into_any(),
        ),
        EngineState::Crashed(reason) => Some(
            view! {
                <h2><Glyph icon=Icon::Warning />{mt!("crashed-title")}</h2>
                <p>{mt!("crashed-what")}</p>
                <p class="fine">{move || translated(&reason)}</p>
                <button
                    type="button"
                    class="button button-primary"
                    on:click=move |_| {
                        let _ = window().location().reload();
                    }
                >
                    {mt!("crashed-reload")}
                </button>
            }
            .into_any(),
        ),
    };
    view! {
        <div role="alert" class="engine-alert">
            {move || notice().map(|content| view! { <section class="engine-notice">{content}</section> })}
        </div>
    }
}
