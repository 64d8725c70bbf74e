//! Parameters of the page's address.

use leptos::prelude::window;
use web_sys::UrlSearchParams;

/// What the page's address has behind its `?` under a key: `?device=cpu`.
pub fn parameter(key: &str) -> Option<String> {
    let query = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&query).ok()?.get(key)
}
