//! Files from the visitor and to the visitor.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, BlobPropertyBag, DataTransfer, File, HtmlAnchorElement, HtmlInputElement, Url};

use crate::{
    app::protocol::PickedFile,
    localize::{Localized, messages},
};

#[wasm_bindgen(module = "/www/glue/files.js")]
extern "C" {
    /// All files of a drop, folders walked: an array of `[path, File]`. The transfer is read before it returns.
    #[wasm_bindgen(catch, js_name = droppedFiles)]
    async fn dropped_files(transfer: &DataTransfer) -> Result<JsValue, JsValue>;
}

/// What a file input holds; the input is emptied, so that the same file can be picked again.
pub fn from_input(input: &HtmlInputElement) -> Vec<PickedFile> {
    let list = input.files();
    let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
    let picked = files.map(picked).collect();
    input.set_value("");
    picked
}

/// What was dropped.
///
/// # Errors
/// A folder that the browser cannot read.
pub async fn from_drop(transfer: DataTransfer) -> Result<Vec<PickedFile>, Localized> {
    let pairs = dropped_files(&transfer).await.map_err(|error| {
        let error = format!("{error:?}");
        messages::page_drop(error)
    })?;
    let pairs: js_sys::Array = pairs.unchecked_into();
    let file = |pair: JsValue| -> Option<PickedFile> {
        let pair: js_sys::Array = pair.unchecked_into();
        Some(PickedFile { path: pair.get(0).as_string()?, blob: pair.get(1).unchecked_into() })
    };
    Ok(pairs.iter().filter_map(file).collect())
}

/// Pasted text as a file.
///
/// # Errors
/// None that a browser in working order gives.
pub fn from_text(name: &str, text: &str) -> Result<PickedFile, Localized> {
    Ok(PickedFile { path: name.to_owned(), blob: text_blob(text, "text/plain")? })
}

/// A text as a file's content.
///
/// # Errors
/// None that a browser in working order gives.
fn text_blob(text: &str, media_type: &str) -> Result<Blob, Localized> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options).map_err(|error| {
        let error = format!("{error:?}");
        messages::page_text(error)
    })
}

/// Starts a download of a text.
///
/// # Errors
/// None that a browser in working order gives.
pub fn offer_text(name: &str, text: &str, media_type: &str) -> Result<(), Localized> {
    offer_download(name, &text_blob(text, media_type)?)
}

/// Starts a download of `blob`.
///
/// # Errors
/// None that a browser in working order gives.
pub fn offer_download(name: &str, blob: &Blob) -> Result<(), Localized> {
    let failed = |error: JsValue| {
        let error = format!("{error:?}");
        messages::page_download(name, error)
    };
    let url = Url::create_object_url_with_blob(blob).map_err(failed)?;
    let link = document().create_element("a").map_err(failed)?;
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads the blob after this task: the address must outlive it.
    gloo_timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

fn picked(file: File) -> PickedFile {
    // `webkitRelativePath` is the standard's name for it, and empty unless a folder was picked.
    let relative = js_sys::Reflect::get(&file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty());
    PickedFile { path: relative.unwrap_or_else(|| file.name()), blob: file.into() }
}
