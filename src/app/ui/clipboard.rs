//! Copying.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

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
