//! The list of kept runs: which are drawn, what they are called, export, import, deletion.

use std::sync::Arc;

use leptos::{html::Input, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

use crate::{
    app::ui::{
        browser::files::{from_input, offer_text},
        parts::{
            icons::{Glyph, Icon},
            notice::Problem,
        },
        state::{
            runs::{Beside, Runs},
            store::Phase,
            studio,
        },
        words::{
            format::{bytes, date, significant},
            i18n::{mt, t},
        },
    },
    runs::{Outcome, RunRecord, write},
};

/// What all runs are exported as.
const FILE: &str = "simcse-lab-runs.json";

#[component]
pub fn RunsPanel() -> impl IntoView {
    let (store, _) = studio();
    let runs = store.runs;
    // The newest first.
    let rows = move || runs.all.with(|all| all.iter().rev().map(|run| run.started).collect::<Vec<_>>());
    let none = move || runs.all.with(Vec::is_empty);
    let space = move || {
        let taken: usize = runs.sizes.with(|sizes| sizes.values().sum());
        t!(
            "runs-space",
            count = runs.all.with(Vec::len),
            size = bytes(taken as f64 + store.saved.all_bytes())
        )
    };
    let message = RwSignal::new(None::<String>);
    let draw_all = move |on: bool| {
        let present = runs.present.get_untracked();
        for started in untrack(rows) {
            runs.set_drawn(started, on && present != Some(started));
        }
    };
    view! {
        <section class="runs" aria-labelledby="runs-title">
            <div class="row list-head">
                <h2 id="runs-title">{mt!("runs-title")}</h2>
                <span class="fine">{move || (!none()).then(space)}</span>
            </div>
            <p class="fine">{move || if none() { t!("runs-none") } else { t!("runs-what") }}</p>
            <Problem error=runs.problem title="runs-problem" />
            <ul class="run-list" hidden=none>
                <For each=rows key=|started| *started let:started>
                    <Row runs started />
                </For>
            </ul>
            <div class="row run-list-actions">
                <button type="button" class="button button-small" hidden=none on:click=move |_| draw_all(true)>
                    {mt!("runs-draw-all")}
                </button>
                <button
                    type="button"
                    class="button button-small"
                    disabled=move || runs.beside.with(Vec::is_empty)
                    hidden=none
                    on:click=move |_| draw_all(false)
                >
                    {mt!("runs-draw-none")}
                </button>
                <button
                    type="button"
                    class="button button-small"
                    hidden=none
                    on:click=move |_| export(runs, &runs.all.get_untracked(), FILE)
                >
                    <Glyph icon=Icon::Download />
                    {mt!("runs-export-all")}
                </button>
                <Import runs message />
            </div>
            <div role="status" class="fine">
                {move || message.get()}
                {move || runs.deleted.get().map(|run| {
                    let name = run.name.clone().unwrap_or_else(|| run.setting.model.clone());
                    view! {
                        <p>
                            {t!("runs-deleted", name = name, date = date(run.started as f64))}
                            " "
                            <button type="button" class="link-button" on:click=move |_| runs.bring_back()>
                                {mt!("list-undo")}
                            </button>
                        </p>
                    }
                })}
            </div>
        </section>
    }
}

/// A button that looks like the others, with the file input behind it.
#[component]
fn Import(runs: Runs, message: RwSignal<Option<String>>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let open = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let input: HtmlInputElement = input;
        for file in from_input(&input) {
            spawn_local(async move {
                let outcome = match JsFuture::from(file.blob.text()).await {
                    Ok(text) => runs.import(&file.path, &text.as_string().unwrap_or_default()),
                    Err(error) => Err(format!("{}: {error:?}", file.path).into()),
                };
                match outcome {
                    Ok((new, known)) => {
                        message.set(Some(t!("runs-imported", new = new, known = known)));
                    }
                    Err(error) => runs.problem.set(Some(error)),
                }
            });
        }
    };
    view! {
        <label class="button button-small run-import">
            <Glyph icon=Icon::Upload />
            {mt!("runs-import")}
            <input
                id="runs-file"
                class="visually-hidden"
                type="file"
                accept=".json,application/json"
                node_ref=input
                on:change=open
            />
        </label>
    }
}

#[component]
fn Row(runs: Runs, started: u64) -> impl IntoView {
    let (store, engine) = studio();
    let run = Memo::new(move |_| runs.get(started));
    let name = Memo::new(move |_| runs.name(started).unwrap_or_default());
    let present = move || runs.present.get() == Some(started);
    let under_way = move || present() && store.phase.with(Phase::active);
    let colour = Memo::new(move |_| {
        let drawn = |beside: &Vec<Beside>| beside.iter().find(|drawn| drawn.started == started).copied();
        runs.beside.with(drawn).map(|drawn| drawn.colour)
    });
    let swatch = move || match colour.get() {
        _ if present() => "var(--series-path)".to_owned(),
        Some(colour) => format!("var(--run-{})", colour % 8 + 1),
        None => "transparent".to_owned(),
    };
    let renaming = RwSignal::new(false);
    let saved = Memo::new(move |_| store.saved.all.with(|all| all.get(&started).cloned()));
    let facts = move || {
        let size = saved.get().map(|saved| bytes(saved.bytes));
        run.get().map(|run| facts(&run, under_way()).into_iter().chain(size).collect::<Vec<_>>().join(" · "))
    };
    let open = move || {
        let saved = saved.get().filter(|saved| !saved.elsewhere)?;
        let label = move || {
            if saved.open {
                t!("runs-go-on-name", name = name.get())
            } else {
                t!("runs-open-name", name = name.get())
            }
        };
        Some(view! {
            <button
                type="button"
                class="link-button"
                aria-label=label
                disabled=move || store.phase.with(Phase::active) || !store.ready()
                on:click=move |_| engine.open_saved_run(started)
            >
                {mt!(if saved.open { "runs-go-on" } else { "runs-open" })}
            </button>
        })
    };
    let mark = move || {
        if present() {
            view! { <span class="run-mark fine">{mt!("run-this")}</span> }.into_any()
        } else {
            view! {
                <input
                    type="checkbox"
                    aria-label=move || t!("runs-draw", name = name.get())
                    prop:checked=move || colour.get().is_some()
                    on:change=move |event| runs.set_drawn(started, event_target_checked(&event))
                />
            }
            .into_any()
        }
    };
    view! {
        <li class="run-row">
            <span class="run-swatch" style:background=swatch aria-hidden="true"></span>
            <span class="run-choice">{mark}</span>
            <div class="run-words">
                {move || match renaming.get() {
                    true => view! { <Rename runs started name=name.get_untracked() renaming /> }.into_any(),
                    false => view! { <p class="run-name">{name}</p> }.into_any(),
                }}
                <p class="fine">{facts}</p>
            </div>
            <div class="run-actions">
                {open}
                <button
                    type="button"
                    class="link-button"
                    aria-label=move || t!("runs-rename-name", name = name.get())
                    on:click=move |_| renaming.set(true)
                >
                    {mt!("runs-rename")}
                </button>
                <button
                    type="button"
                    class="link-button"
                    aria-label=move || t!("runs-export-name", name = name.get())
                    on:click=move |_| {
                        if let Some(run) = runs.current(started) {
                            export(runs, &[run], &format!("simcse-lab-run-{started}.json"));
                        }
                    }
                >
                    {mt!("runs-export")}
                </button>
                <button
                    type="button"
                    class="link-button"
                    aria-label=move || t!("runs-delete-name", name = name.get())
                    disabled=under_way
                    on:click=move |_| {
                        runs.delete(started);
                        if saved.with_untracked(Option::is_some) {
                            engine.forget_saved_run(started);
                        }
                    }
                >
                    {mt!("runs-delete")}
                </button>
            </div>
        </li>
    }
}

#[component]
fn Rename(runs: Runs, started: u64, name: String, renaming: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Focus fails on what is out of the document only.
            let _ = input.focus();
            input.select();
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            runs.rename(started, &input.value());
        }
        renaming.set(false);
    };
    view! {
        <form class="row run-rename" on:submit=save>
            <input
                type="text"
                maxlength="80"
                aria-label=mt!("runs-name")
                node_ref=input
                value=name
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        renaming.set(false);
                    }
                }
            />
            <button type="submit" class="button button-small">{mt!("runs-rename-save")}</button>
        </form>
    }
}

fn export(runs: Runs, all: &[Arc<RunRecord>], file: &str) {
    let text =
        write(&all.iter().map(AsRef::as_ref).collect::<Vec<_>>()).map_err(|error| error.to_string().into());
    let offered = text.and_then(|text| offer_text(file, &text, "application/json"));
    if let Err(error) = offered {
        runs.problem.set(Some(error));
    }
}

/// When it was, how far it came and how good it was.
fn facts(run: &RunRecord, under_way: bool) -> Vec<String> {
    let mut facts = vec![date(run.started as f64), t!("runs-steps", done = run.done(), total = run.total)];
    if let Some((step, spearman)) = run.best() {
        facts.push(t!("runs-best", spearman = significant(spearman), step = step));
    }
    facts.extend(match run.outcome {
        Outcome::Open if under_way => Some(t!("runs-under-way")),
        Outcome::Open => Some(t!("runs-cut-off")),
        Outcome::Completed => None,
        Outcome::Stopped => Some(t!("phase-stopped")),
        Outcome::Failed => Some(t!("phase-failed")),
    });
    facts
}
