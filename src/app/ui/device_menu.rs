//! What computes, at the top of every view: a word, and unfolded what it is, why, and what else there is.

use leptos::prelude::*;

use super::{
    i18n::{mt, t},
    rich::rich,
    store::{EngineState, Phase},
    studio,
};
use crate::{
    app::protocol::NoWebGpu,
    device::{DeviceChoice, DeviceInfo},
};

#[component]
pub fn DeviceMenu() -> impl IntoView {
    let (store, _) = studio();
    let chip = move || {
        store.engine.with(|engine| match engine {
            EngineState::Starting => ("chip chip-wait", t!("engine-starting")),
            EngineState::Ready(info) => ("chip chip-ready", name(info)),
            EngineState::Lost { .. } => ("chip chip-off", t!("engine-lost")),
            EngineState::Crashed(_) => ("chip chip-off", t!("engine-crashed")),
        })
    };
    view! {
        <details class="device-menu">
            <summary>
                <span class=move || chip().0 role="status">
                    <span class="chip-dot" aria-hidden="true"></span>
                    {move || chip().1}
                </span>
            </summary>
            <div class="device-panel">
                <p>{what}</p>
                <Choice />
                <Why />
            </div>
        </details>
    }
}

fn name(info: &DeviceInfo) -> String {
    match info.is_cpu() {
        true => t!("device-cpu", threads = info.threads),
        false => info.name.clone(),
    }
}

fn what() -> String {
    let (store, _) = studio();
    store.engine.with(|engine| match engine {
        EngineState::Ready(info) if info.is_cpu() => t!("device-cpu-what", threads = info.threads),
        EngineState::Ready(info) if info.software => t!("device-imitated-what", name = info.name.as_str()),
        EngineState::Ready(info) => {
            t!("device-gpu-what", name = info.name.as_str(), backend = info.backend.as_str())
        }
        _ => String::new(),
    })
}

/// Automatic, GPU or CPU. Not during a run.
#[component]
fn Choice() -> impl IntoView {
    let (store, engine) = studio();
    let busy = move || store.phase.with(Phase::active) || !store.ready();
    let options = [
        (DeviceChoice::Auto, "device-auto"),
        (DeviceChoice::Gpu, "device-gpu"),
        (DeviceChoice::Cpu, "device-cpu-only"),
    ];
    let options = options.map(|(choice, label)| {
        view! {
            <label class="device-option">
                <input
                    type="radio"
                    name="device"
                    prop:checked=move || store.device.get() == choice
                    disabled=busy
                    on:change=move |_| engine.use_device(choice)
                />
                <span>{mt!(label)}</span>
            </label>
        }
    });
    view! {
        <fieldset class="device-choice">
            <legend>{mt!("device-choice")}</legend>
            {options.into_iter().collect_view()}
        </fieldset>
        {move || busy().then(|| view! { <p class="fine">{mt!("device-busy")}</p> })}
    }
}

/// Why there is no GPU, and what helps.
#[component]
fn Why() -> impl IntoView {
    let (store, _) = studio();
    move || store.no_gpu.get().map(|reason| view! { <NoGpu reason /> })
}

#[component]
fn NoGpu(reason: NoWebGpu) -> impl IntoView {
    let address = window().location().href().unwrap_or_default();
    let why = move || match &reason {
        NoWebGpu::InsecureContext => t!("webgpu-insecure", address = address.as_str()),
        NoWebGpu::NotInBrowser => t!("webgpu-no-browser"),
        NoWebGpu::NoAdapter(words) => t!("webgpu-no-adapter", words = words.as_str()),
        NoWebGpu::Imitated(name) => t!("webgpu-imitated", name = name.as_str()),
    };
    let browsers = ["webgpu-chrome", "webgpu-linux", "webgpu-firefox", "webgpu-safari"];
    view! {
        <h3>{mt!("webgpu-title")}</h3>
        <p>{why}</p>
        <details class="advice">
            <summary>{mt!("webgpu-where")}</summary>
            <ul class="browser-list">
                {browsers.into_iter().map(|browser| view! { <li>{rich(browser)}</li> }).collect_view()}
            </ul>
            <p class="fine">{rich("webgpu-then")}</p>
        </details>
    }
}
