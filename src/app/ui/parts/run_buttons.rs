//! The buttons of the run under way, wherever they stand.

use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use crate::app::ui::{
    state::{store::Phase, studio},
    words::i18n::mt,
};

/// Pauses the run, or goes on with it.
#[component]
pub fn PauseOrResume() -> impl IntoView {
    let (store, engine) = studio();
    let paused = Memo::new(move |_| store.phase.with(|phase| *phase == Phase::Paused));
    let waiting =
        move || store.phase.with(|phase| matches!(phase, Phase::Starting | Phase::Pausing | Phase::Stopping));
    move || {
        if paused.get() {
            view! {
                <button type="button" class="button button-primary" on:click=move |_| engine.resume()>
                    <Glyph icon=Icon::Play />{mt!("run-resume")}
                </button>
            }
            .into_any()
        } else {
            view! {
                <button type="button" class="button" disabled=waiting on:click=move |_| engine.pause()>
                    <Glyph icon=Icon::Pause />{mt!("run-pause")}
                </button>
            }
            .into_any()
        }
    }
}

/// Ends the run, or what runs are made for.
#[component]
pub fn StopButton(on_stop: impl Fn() + 'static) -> impl IntoView {
    let (store, _) = studio();
    let disabled = move || {
        store.phase.with(|phase| !phase.active() || matches!(phase, Phase::Starting | Phase::Stopping))
    };
    view! {
        <button type="button" class="button" disabled=disabled on:click=move |_| on_stop()>
            <Glyph icon=Icon::Stop />{mt!("run-stop")}
        </button>
    }
}
