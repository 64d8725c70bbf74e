//! What every part of the worker has of the browser: its global scope, the address beside its script, the words of errors.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The URL of a file of the site, whose root the worker's script lies in.
pub fn beside_the_worker(path: &str) -> String {
    let script = scope().location().href();
    let root = script.rfind('/').map_or("", |end| &script[..=end]);
    format!("{root}{path}")
}

/// A JavaScript error's message.
pub fn words(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
