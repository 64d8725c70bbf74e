//! What computes, at the top of every view: a word, and unfolded what it is, why, and what else there is.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    app::{
        protocol::NoWebGpu,
        ui::{
            state::{
                store::{EngineState, Phase},
                studio,
            },
            words::{
                i18n::{mt, t},
                rich::rich,
            },
        },
    },
    device::{DeviceChoice, DeviceInfo},
    share::{Address, Place},
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
    let menu = NodeRef::<html::Details>::new();
    closes_itself(menu);
    let leave = move |_| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    view! {
        <details class="device-menu" node_ref=menu>
            <summary>
                <span class=move || chip().0 role="status">
                    <span class="chip-dot" aria-hidden="true"></span>
                    {move || chip().1}
                </span>
            </summary>
            <div class="device-panel">
                <p>{what}</p>
                <Choice />
                <p><a href=Address::at(Place::Verify).to_string() on:click=leave>{mt!("verify-link")}</a></p>
                <Why />
            </div>
        </details>
    }
}

/// By Escape, and when something else on the page is pressed.
fn closes_itself(menu: NodeRef<html::Details>) {
    let open = move || menu.get_untracked().filter(|menu| menu.open());
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let Some(menu) = open().filter(|menu| !menu.contains(target.as_ref())) {
            menu.set_open(false);
        }
    });
    let escaped = window_event_listener(ev::keydown, move |event| {
        if let Some(menu) = open().filter(|_| event.key() == "Escape") {
            menu.set_open(false);
            // Whoever stood in it stands at its handle again.
            if let Some(handle) =
                menu.first_element_child().and_then(|handle| handle.dyn_into::<web_sys::HtmlElement>().ok())
            {
                let _ = handle.focus();
            }
        }
    });
    on_cleanup(move || {
        pressed.remove();
        escaped.remove();
    });
}

fn name(info: &DeviceInfo) -> String {
    if info.is_cpu() { t!("device-cpu", threads = info.threads) } else { info.name.clone() }
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
