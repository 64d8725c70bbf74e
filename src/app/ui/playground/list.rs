//! The list of sentences: typed, or a text too long to be typed in.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use crate::{
    app::{
        protocol::PickedFile,
        ui::{
            browser::clipboard::{MAX_TYPED, is_long, long_paste},
            parts::drop_zone::DropZone,
            state::{lines::non_blank_lines, links::shared, studio},
            words::i18n::{mt, t, translated},
        },
    },
    localize::{Localize, Localized},
    text::decode,
};

/// A text of more bytes is refused: its vectors alone would fill a tab.
const MAX_BYTES: f64 = 50e6;
/// Lines of a long text that are shown.
const PREVIEW: usize = 5;

/// A long text, as it was given.
#[derive(Debug, Clone, PartialEq)]
struct Long {
    /// Of its file; `None`: pasted.
    name: Option<String>,
    lines: Arc<Vec<String>>,
}

#[derive(Clone, Copy)]
pub struct List {
    typed: RwSignal<String>,
    long: RwSignal<Option<Long>>,
    /// What was there before the last long text was put away.
    put_away: RwSignal<Option<Long>>,
    /// Lines that are not blank, trimmed.
    pub lines: Memo<Arc<Vec<String>>>,
    problem: RwSignal<Option<Localized>>,
}

impl List {
    pub fn new() -> Self {
        let (typed, long) = (studio().0.sentences, RwSignal::new(None::<Long>));
        let lines = Memo::new(move |_| {
            let kept = long.with(|long| long.as_ref().map(|long| long.lines.clone()));
            kept.unwrap_or_else(|| Arc::new(typed.with(|text| non_blank_lines(text))))
        });
        Self { typed, long, put_away: RwSignal::new(None), lines, problem: RwSignal::new(None) }
    }

    /// Takes in what stands in the text field now.
    fn type_in(self, text: String) {
        if is_long(&text) {
            self.take(None, &text);
        } else {
            self.typed.set(text);
        }
    }

    fn take(self, name: Option<String>, text: &str) {
        let lines = non_blank_lines(text);
        self.problem.set(lines.is_empty().then(|| t!("list-empty").into()));
        if lines.is_empty() {
            return;
        }
        if lines.len() <= MAX_TYPED {
            self.long.set(None);
            self.typed.set(lines.join("\n"));
        } else {
            self.put_away.set(None);
            self.long.set(Some(Long { name, lines: Arc::new(lines) }));
        }
    }

    fn open(self, files: Result<Vec<PickedFile>, Localized>) {
        let file = match files {
            Ok(files) => files.into_iter().next(),
            Err(message) => return self.problem.set(Some(message)),
        };
        let Some(file) = file else { return };
        if file.blob.size() > MAX_BYTES {
            return self.problem.set(Some(t!("list-too-large", name = file.path).into()));
        }
        spawn_local(async move {
            match JsFuture::from(file.blob.array_buffer()).await {
                Ok(buffer) => {
                    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
                    match decode(&file.path, &bytes) {
                        Ok(text) => self.take(Some(file.path), text),
                        Err(error) => self.problem.set(Some(error.localized())),
                    }
                }
                Err(error) => self.problem.set(Some(format!("{}: {error:?}", file.path).into())),
            }
        });
    }
}

#[component]
pub fn ListCard() -> impl IntoView {
    let list: List = expect_context();
    let shared = shared().sentences;
    Effect::new(move |_| {
        if let Some(sentences) = shared.get() {
            list.long.set(None);
            list.typed.set(sentences);
        }
    });
    let put_away = move |_| {
        list.put_away.set(list.long.get_untracked());
        list.long.set(None);
    };
    let bring_back = move |_| {
        list.long.set(list.put_away.get_untracked());
        list.put_away.set(None);
    };
    view! {
        <section class="card" aria-labelledby="list-title">
            <div class="row list-head">
                <h2 id="list-title">{mt!("list-title")}</h2>
                <span class="fine">
                    {move || t!("counted-sentences", count = list.lines.with(|lines| lines.len()))}
                </span>
            </div>
            <div class="list-input">
                {move || match list.long.get() {
                    Some(long) => view! {
                        <div class="loaded list-long" role="status">
                            <p class="loaded-name">{long.name.unwrap_or_else(|| t!("list-pasted"))}</p>
                            <ul class="preview">
                                {long.lines.iter().take(PREVIEW).map(|line| view! { <li>{line.clone()}</li> }).collect_view()}
                            </ul>
                            <button type="button" class="button button-small" on:click=put_away>
                                {mt!("list-put-away")}
                            </button>
                        </div>
                    }
                    .into_any(),
                    None => view! {
                        <div class="field">
                            <label class="visually-hidden" for="playground-text">{mt!("matrix-sentences")}</label>
                            <textarea
                                id="playground-text"
                                rows="8"
                                placeholder=mt!("matrix-sentences")
                                prop:value=list.typed
                                on:paste=move |event| {
                                    if let Some(text) = long_paste(&event) {
                                        list.take(None, &text);
                                    }
                                }
                                on:input=move |event| list.type_in(event_target_value(&event))
                            ></textarea>
                        </div>
                    }
                    .into_any(),
                }}
                <div class="list-file">
                    <DropZone
                        id="playground-file"
                        label="list-drop"
                        hint="list-drop-hint"
                        accept=".txt,.csv,.tsv"
                        disabled=Signal::derive(|| false)
                        on_files=move |files| list.open(files)
                    />
                    {move || list.put_away.with(Option::is_some).then(|| view! {
                        <p class="fine" role="status">
                            {mt!("list-was-put-away")}" "
                            <button type="button" class="link-button" on:click=bring_back>{mt!("list-undo")}</button>
                        </p>
                    })}
                    <p class="field-error" role="alert">{move || list.problem.get().map(|problem| translated(&problem))}</p>
                </div>
            </div>
        </section>
    }
}
