//! What to do when there is no device, or no longer.

use leptos::prelude::*;

use super::{
    i18n::{mt, say, t},
    icons::{Glyph, Icon},
    rich::rich,
    store::EngineState,
    studio,
};
use crate::app::protocol::NoWebGpu;

/// Shown above everything while the engine cannot work.
#[component]
pub fn EngineNotice() -> impl IntoView {
    let (store, engine) = studio();
    let notice = move || match store.engine.get() {
        EngineState::Starting | EngineState::Ready(_) => None,
        EngineState::Unavailable(reason) => Some(view! { <NoWebGpuPanel reason /> }.into_any()),
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
            }
            .into_any(),
        ),
        EngineState::Crashed(reason) => Some(
            view! {
                <h2><Glyph icon=Icon::Warning />{mt!("crashed-title")}</h2>
                <p>{mt!("crashed-what")}</p>
                <p class="fine">{move || say(&reason)}</p>
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

#[component]
fn NoWebGpuPanel(reason: NoWebGpu) -> impl IntoView {
    let secure = reason != NoWebGpu::InsecureContext;
    let address = window().location().href().unwrap_or_default();
    let (kind, words) = match reason {
        NoWebGpu::NoAdapter(words) => ("webgpu-no-adapter", words),
        NoWebGpu::InsecureContext => ("webgpu-insecure", String::new()),
        NoWebGpu::NotInBrowser => ("webgpu-no-browser", String::new()),
    };
    let why = move || match kind {
        "webgpu-no-adapter" => t!("webgpu-no-adapter", words = words.as_str()),
        kind => t!(kind),
    };
    let first = move || match kind {
        "webgpu-insecure" => Some(t!("webgpu-insecure-first", address = address.as_str())),
        "webgpu-no-adapter" => Some(t!("webgpu-no-adapter-first")),
        _ => None,
    };
    let browsers = ["webgpu-chrome", "webgpu-linux", "webgpu-firefox", "webgpu-safari"];
    view! {
        <h2><Glyph icon=Icon::Warning />{mt!("webgpu-title")}</h2>
        <p>{why}</p>
        {move || first().map(|first| view! { <p><strong>{first}</strong></p> })}
        <h3>{mt!(if secure { "webgpu-where" } else { "webgpu-then" })}</h3>
        <ul class="browser-list">
            {browsers.into_iter().map(|browser| view! { <li>{rich(browser)}</li> }).collect_view()}
        </ul>
        <p class="fine">{rich("webgpu-natively")}</p>
    }
}
