//! A place to drop files on, that is also a button to pick them.

use leptos::{html::Input, prelude::*, task::spawn_local};
use web_sys::DragEvent;

use super::icons::{Glyph, Icon};
use crate::{
    app::{
        protocol::PickedFile,
        ui::{
            browser::files::{from_drop, from_input},
            words::i18n::{mt, words},
        },
    },
    localize::Localized,
};

/// `label` and `hint` are message ids. `on_files` gets what was dropped or picked, or why it could not be read.
#[component]
pub fn DropZone(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    accept: &'static str,
    #[prop(optional)] multiple: bool,
    /// Offers to pick a whole folder as well.
    #[prop(optional)]
    folder: bool,
    disabled: Signal<bool>,
    on_files: impl Fn(Result<Vec<PickedFile>, Localized>) + Copy + Send + 'static,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let (input, folder_input) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let picked = move |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            let files = from_input(&input);
            if !files.is_empty() {
                on_files(Ok(files));
            }
        }
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let Some(transfer) = event.data_transfer().filter(|_| !disabled.get_untracked()) else { return };
        spawn_local(async move {
            match from_drop(transfer).await {
                Ok(files) if files.is_empty() => {}
                files => on_files(files),
            }
        });
    };
    let on_drag_over = move |event: DragEvent| {
        event.prevent_default();
        over.set(!disabled.get_untracked());
    };
    view! {
        <div
            class="drop-zone"
            class:drop-over=over
            class:drop-disabled=disabled
            on:drop=on_drop
            on:dragover=on_drag_over
            on:dragleave=move |_| over.set(false)
        >
            <label class="drop-main" for=id>
                <Glyph icon=Icon::Upload />
                <span class="drop-words">
                    <span class="drop-label">{move || words(label)}</span>
                    <span class="drop-hint">{move || words(hint)}</span>
                </span>
                <input
                    node_ref=input
                    id=id
                    class="visually-hidden"
                    type="file"
                    accept=accept
                    multiple=multiple
                    disabled=disabled
                    on:change=move |_| picked(input)
                />
            </label>
            {folder.then(|| view! {
                <label class="drop-folder">
                    <Glyph icon=Icon::Folder />
                    {mt!("drop-folder")}
                    <input
                        node_ref=folder_input
                        class="visually-hidden"
                        type="file"
                        prop:webkitdirectory=true
                        disabled=disabled
                        on:change=move |_| picked(folder_input)
                    />
                </label>
            })}
        </div>
    }
}

/// The ways to load something: open until it is loaded, then folded under `again`, a message id.
#[component]
pub fn Inputs(loaded: Signal<bool>, again: &'static str, children: Children) -> impl IntoView {
    view! {
        <details class="inputs" class:inputs-first=move || !loaded.get() prop:open=move || !loaded.get()>
            <summary>{move || words(again)}</summary>
            <div class="inputs-body">{children()}</div>
        </details>
    }
}
