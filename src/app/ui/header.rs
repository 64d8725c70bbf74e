//! Name, what this is, and the device it runs on.

use leptos::prelude::*;

use super::{store::EngineState, studio};

#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <p class="brand">
                    <svg class="brand-mark" viewBox="0 0 64 64" aria-hidden="true">
                        <rect class="mark-ground" width="64" height="64" rx="15" />
                        <circle class="mark-sphere" cx="32" cy="32" r="21" />
                        <path class="mark-pull" d="M46 16.5 A21 21 0 0 1 52.6 27.5" />
                        <circle class="mark-pair" cx="46" cy="16.5" r="6" />
                        <circle class="mark-pair" cx="52.6" cy="27.5" r="6" />
                        <circle class="mark-other" cx="13.5" cy="22" r="5" />
                        <circle class="mark-other" cx="25" cy="51.8" r="5" />
                    </svg>
                    "SimCSE Lab"
                </p>
                <EngineChip />
            </div>
            <SoftwareNotice />
            <h1>"Teach a sentence encoder what means the same, in this tab"</h1>
            <p class="lede">
                "SimCSE encodes every sentence twice, each time with other random activations dropped, and trains the \
                 encoder to find the pair again among all other sentences of the batch. That draws paraphrases \
                 together (alignment) and spreads everything else over the sphere (uniformity): on your own GPU, \
                 with nothing leaving this page."
            </p>
        </header>
    }
}

#[component]
fn EngineChip() -> impl IntoView {
    let (store, _) = studio();
    let chip = move || {
        store.engine.with(|engine| match engine {
            EngineState::Starting => ("chip chip-wait", "Starting the engine…".to_owned(), String::new()),
            EngineState::Ready(info) if info.software => {
                ("chip chip-slow", "No GPU: computing on the CPU, slowly".to_owned(), info.name.clone())
            }
            EngineState::Ready(info) => ("chip chip-ready", info.name.clone(), info.backend.clone()),
            EngineState::Unavailable(_) => ("chip chip-off", "No WebGPU".to_owned(), String::new()),
            EngineState::Lost { .. } => ("chip chip-off", "GPU lost".to_owned(), String::new()),
            EngineState::Crashed(_) => ("chip chip-off", "Engine stopped".to_owned(), String::new()),
        })
    };
    view! {
        <p class=move || chip().0 title=move || chip().2 role="status">
            <span class="chip-dot" aria-hidden="true"></span>
            {move || chip().1}
        </p>
    }
}

/// What a software adapter is, and what helps.
#[component]
fn SoftwareNotice() -> impl IntoView {
    let (store, _) = studio();
    let name = Memo::new(move |_| {
        store.engine.with(|engine| match engine {
            EngineState::Ready(info) if info.software => Some(info.name.clone()),
            _ => None,
        })
    });
    move || {
        name.get().map(|name| {
            view! {
                <p class="advice software">
                    <strong>"This browser gave the page no GPU"</strong>
                    {format!(", but {name}: a program that imitates one on the CPU. ")}
                    "The results are right, but it is slow: even an ordinary program for the CPU, with its SIMD \
                     instructions, would be about ten times as fast. On a machine with a GPU, "
                    <code>"chrome://gpu"</code>
                    " says what keeps the browser from it: hardware acceleration is switched off, say, or on Linux "
                    <code>"chrome://flags/#enable-vulkan"</code>
                    " is. Another browser may do better; until then, small batches help."
                </p>
            }
        })
    }
}

#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="colophon">
            <p>
                "Method: Gao, Yao and Chen, “SimCSE: Simple Contrastive Learning of Sentence Embeddings”, \
                 EMNLP 2021, arXiv 2104.08821. Alignment and uniformity: Wang and Isola, ICML 2020."
            </p>
            <p>"Models, texts and weights stay in this tab: the page asks nobody else for anything."</p>
        </footer>
    }
}
