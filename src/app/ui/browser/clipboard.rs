//! Copying and pasting.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::ClipboardEvent;

/// So many lines stay in a text field: browsers take minutes to set tens of thousands in one, and nobody reads them
/// there.
pub const MAX_TYPED: usize = 300;

/// A quick look: it is taken at every key.
pub fn is_long(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'\n').count() >= MAX_TYPED
}

/// A long text that is being pasted, which then does not reach its field.
pub fn long_paste(event: &ClipboardEvent) -> Option<String> {
    let text = event.clipboard_data()?.get_data("text/plain").ok().filter(|text| is_long(text))?;
    event.prevent_default();
    Some(text)
}

/// Puts a text on the clipboard and says in `outcome`, by a message id, whether the browser let it.
pub fn copy(text: &str, outcome: RwSignal<&'static str>) {
    let writing = window().navigator().clipboard().write_text(text);
    spawn_local(async move {
        outcome.set(match JsFuture::from(writing).await {
            Ok(_) => "copied",
            Err(_) => "copy-refused",
        });
    });
}
