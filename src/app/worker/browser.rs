//! What all parts of the worker need of the browser: its global scope, URLs of the site's files, fields of objects, texts of
//! errors.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The URL of a file of the site, whose root the worker's script lies in.
pub fn site_url(path: &str) -> String {
    let script = scope().location().href();
    let root = script.rfind('/').map_or("", |end| &script[..=end]);
    format!("{root}{path}")
}

/// A JavaScript error's message.
pub fn js_error_text(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}

/// A field of a JavaScript object; undefined where it has none.
pub fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
