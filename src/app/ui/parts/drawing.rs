//! Places on the page that `www/charts` and `www/picture` draw into.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::HtmlElement;

use crate::app::ui::{
    browser::site::site_url,
    words::i18n::{mt, t},
};

#[wasm_bindgen(module = "/www/glue/charts.js")]
extern "C" {
    /// Imports the bundle at `address` and calls its function `name` with the places; see www/charts/index.js and
    /// www/picture/index.js.
    #[wasm_bindgen(catch)]
    async fn mount(address: &str, name: &str, places: &JsValue) -> Result<JsValue, JsValue>;
}

/// A script of the site's that draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bundle {
    Charts,
    Picture,
}

impl Bundle {
    fn file(self) -> &'static str {
        match self {
            Self::Charts => "charts.js",
            Self::Picture => "picture.js",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Waiting,
    Importing,
    Mounted,
    Broken(String),
}

/// A drawing, once the bundle has been imported: nobody waits for the charts to see the page.
pub struct Drawing<T: 'static> {
    state: RwSignal<State>,
    handle: StoredValue<Option<T>, LocalStorage>,
}

impl<T> Clone for Drawing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Drawing<T> {}

impl<T: JsCast + 'static> Drawing<T> {
    pub fn new() -> Self {
        Self { state: RwSignal::new(State::Waiting), handle: StoredValue::new_local(None) }
    }

    /// Imports the bundle and lets its function `name` draw into the places below `within` that have these names. Only
    /// the first call does anything.
    pub fn mount(self, bundle: Bundle, name: &'static str, within: &HtmlElement, places: &[&str]) {
        if self.state.get_untracked() != State::Waiting {
            return;
        }
        self.state.set(State::Importing);
        let places = elements(within, places);
        spawn_local(async move {
            match mount(&site_url(bundle.file()), name, &places).await {
                Ok(handle) => {
                    self.handle.set_value(Some(handle.unchecked_into()));
                    self.state.set(State::Mounted);
                }
                Err(error) => self.state.set(State::Broken(format!("{error:?}"))),
            }
        });
    }

    /// Whether it can be drawn; tracked.
    pub fn mounted(self) -> bool {
        self.state.get() == State::Mounted
    }

    /// Lets `act` draw, once that is possible; tracked.
    pub fn with(self, act: impl FnOnce(&T)) {
        if self.mounted() {
            self.handle.with_value(|handle| {
                if let Some(handle) = handle {
                    act(handle);
                }
            });
        }
    }

    /// What draws, once it is there.
    pub fn handle(self) -> Option<T>
    where
        T: Clone,
    {
        self.handle.with_value(Clone::clone)
    }

    /// Says that the charts could not be loaded, where that is so.
    pub fn notice(self) -> impl IntoView {
        move || match self.state.get() {
            State::Broken(error) => Some(view! {
                <p class="notice notice-error" role="alert">{mt!("chart-broken", error = error.as_str())}</p>
            }),
            _ => None,
        }
    }
}

/// The elements by name.
fn elements(within: &HtmlElement, names: &[&str]) -> JsValue {
    let places = js_sys::Object::new();
    for name in names {
        if let Ok(Some(element)) = within.query_selector(&format!("[data-chart={name}]")) {
            // Setting a property of a plain object cannot fail.
            let _ = js_sys::Reflect::set(&places, &(*name).into(), &element);
        }
    }
    places.into()
}

/// Messages by their ids, as JSON for www/charts.
pub fn messages_json(ids: &[&str]) -> String {
    let words: serde_json::Map<_, _> = ids.iter().map(|id| ((*id).to_owned(), t!(id).into())).collect();
    serde_json::Value::Object(words).to_string()
}
