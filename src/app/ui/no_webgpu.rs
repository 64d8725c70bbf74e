//! What to do when there is no device, or no longer.

use leptos::prelude::*;

use super::{
    icons::{Glyph, Icon},
    store::EngineState,
    studio,
};
use crate::app::protocol::NoWebGpu;

/// Shown above everything while the engine cannot work.
#[component]
pub fn EngineNotice() -> impl IntoView {
    let (store, engine) = studio();
    let notice = move || {
        match store.engine.get() {
        EngineState::Starting | EngineState::Ready(_) => None,
        EngineState::Unavailable(reason) => Some(view! { <NoWebGpuPanel reason /> }.into_any()),
        EngineState::Lost { message, resumable } => Some(
            view! {
                <h2><Glyph icon=Icon::Warning />"The GPU went away"</h2>
                <p>
                    "The browser or the driver took the device back, as it does when memory runs out, the driver \
                     restarts or the machine sleeps. Your model and texts are still here."
                </p>
                <p>{match resumable {
                    Some(step) => format!("The run's state at step {step} is at hand: it goes on from there."),
                    None => "There was no run, or it had not been evaluated yet; it can be started again.".to_owned(),
                }}</p>
                <p class="fine">{message}</p>
                <button type="button" class="button button-primary" on:click=move |_| engine.recover()>
                    {if resumable.is_some() { "Reopen the GPU and restore the run" } else { "Reopen the GPU" }}
                </button>
            }
            .into_any(),
        ),
        EngineState::Crashed(message) => Some(
            view! {
                <h2><Glyph icon=Icon::Warning />"The engine stopped"</h2>
                <p>
                    "The part of the page that computes has stopped. Reload the page to start it again; the model and \
                     texts have to be loaded again too."
                </p>
                <p class="fine">{message}</p>
                <button
                    type="button"
                    class="button button-primary"
                    on:click=move |_| {
                        let _ = window().location().reload();
                    }
                >
                    "Reload the page"
                </button>
            }
            .into_any(),
        ),
    }
    };
    view! {
        <div role="alert" class="engine-alert">
            {move || notice().map(|content| view! { <section class="engine-notice">{content}</section> })}
        </div>
    }
}

#[component]
fn NoWebGpuPanel(reason: NoWebGpu) -> impl IntoView {
    let address = window().location().href().unwrap_or_default();
    let secure = reason != NoWebGpu::InsecureContext;
    let (why, first) = match reason {
        NoWebGpu::InsecureContext => (
            "Browsers offer WebGPU to secure pages only, and this one was opened over plain http.".to_owned(),
            Some(format!("Open it by https, or from localhost on your own machine. This address is {address}.")),
        ),
        NoWebGpu::NotInBrowser => (
            "This browser does not offer WebGPU, the interface that lets a page compute on the GPU, to this page."
                .to_owned(),
            None,
        ),
        NoWebGpu::NoAdapter(words) => (
            format!("This browser knows WebGPU but gave the page no GPU to work with. It said: {words}"),
            Some(
                "Update the graphics driver, switch on hardware acceleration in the browser's settings, and look at \
                 chrome://gpu or about:support for a line on WebGPU."
                    .to_owned(),
            ),
        ),
    };
    view! {
        <h2><Glyph icon=Icon::Warning />"Training needs WebGPU, and it is not available here"</h2>
        <p>{why}</p>
        {first.map(|first| view! { <p><strong>{first}</strong></p> })}
        <h3>{if secure { "Where it works" } else { "Then, any of these" }}</h3>
        <ul class="browser-list">
            <li><strong>"Chrome or Edge 113"</strong>" and later, on Windows, macOS and ChromeOS; on Android from 121."</li>
            <li>
                <strong>"Chrome on Linux"</strong>
                ": current versions offer it on many GPUs; where not, switch on "
                <code>"chrome://flags/#enable-unsafe-webgpu"</code>" and "<code>"#enable-vulkan"</code>
                ", and restart the browser."
            </li>
            <li><strong>"Firefox 141"</strong>" and later on Windows, "<strong>"145"</strong>" and later on macOS with Apple silicon."</li>
            <li><strong>"Safari 26"</strong>" and later, on macOS, iOS, iPadOS and visionOS 26."</li>
        </ul>
        <p class="fine">
            "The page must come by https or from localhost. No GPU at all? The command line "
            <code>"simcse-lab"</code>" of this project runs the same engine on a software Vulkan driver."
        </p>
    }
}
