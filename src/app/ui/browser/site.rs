//! Files of the site itself.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::localize::{Localized, messages};

/// The absolute address of a file beside index.html.
pub fn site_url(path: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(path, &base).map(|url| url.href()).unwrap_or_else(|_| path.to_owned())
}

/// A text of the site's own.
///
/// # Errors
/// It could not be fetched.
pub async fn fetch_text(url: &str) -> Result<String, Localized> {
    let unfetched = |error: Localized| messages::page_fetch(url, error);
    let failed = |error| unfetched(format!("{error:?}").into());
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(failed)?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        let status = response.status();
        return Err(unfetched(messages::page_status(status)));
    }
    let text = JsFuture::from(response.text().map_err(failed)?).await.map_err(failed)?;
    Ok(text.as_string().unwrap_or_default())
}
