//! Whether the site works without a network, and newer builds of it.

mod kept;

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::app::ui::{
    browser::site::site_url,
    state::{
        store::{EngineState, Phase, Store, Topic},
        studio,
    },
    words::i18n::{mt, t},
};
pub use kept::KeptOffline;

/// The service worker's script, beside index.html.
const SERVICE_WORKER: &str = "sw.js";

#[wasm_bindgen(module = "/www/glue/offline.js")]
extern "C" {
    /// Whether the visitor's browser saves data.
    #[wasm_bindgen(js_name = savesData)]
    pub fn saves_data() -> bool;
    /// Whether the page came from its service worker, which has the site's files here.
    #[wasm_bindgen(js_name = isKept)]
    pub fn is_kept() -> bool;
    #[wasm_bindgen(js_name = keepSite)]
    fn keep_site(address: &str, asked: bool, tell: &JsValue);
    #[wasm_bindgen(catch, js_name = takeUpdate)]
    async fn take_update(address: &str) -> Result<JsValue, JsValue>;
}

/// How far the site is kept in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// Nobody has looked yet, or this build keeps nothing.
    Unknown,
    /// The visitor's browser saves data, and asks first.
    Asks,
    Saving,
    Ready,
    /// The browser has no room.
    Full,
    /// A file could not be had.
    Unfinished,
    /// This browser or window keeps nothing.
    Unable,
}

/// A newer build that waits in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    None,
    Offered,
    /// The visitor wants it later.
    PutOff,
    /// The visitor wants it, but the site is open elsewhere.
    OtherTabs,
}

#[derive(Clone, Copy)]
pub struct Offline {
    keeping: RwSignal<Keeping>,
    update: RwSignal<Update>,
    /// Whether the browser has a network, by its own word.
    online: RwSignal<bool>,
    store: Store,
    /// Whether the site was saved in this visit: worth a word for those who do not see the footer.
    saved_now: RwSignal<bool>,
}

impl Offline {
    /// Has the site kept, once the picture and its model are here.
    pub fn start(store: Store) -> Self {
        let offline = Self {
            keeping: RwSignal::new(Keeping::Unknown),
            update: RwSignal::new(Update::None),
            online: RwSignal::new(window().navigator().on_line()),
            saved_now: RwSignal::new(false),
            store,
        };
        let Self { online, .. } = offline;
        let listeners = [
            window_event_listener(ev::online, move |_| online.set(true)),
            window_event_listener(ev::offline, move |_| online.set(false)),
        ];
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
        // Builds for trying things out are not kept: their files change under the same names.
        if !cfg!(debug_assertions) {
            Effect::new(move |begun: Option<bool>| {
                let starting = store.engine.with(|engine| matches!(engine, EngineState::Starting));
                let arriving = store.arriving.get() || store.slot(Topic::Model).busy();
                let begin = begun != Some(true) && !starting && !arriving;
                if begin {
                    offline.keep(false);
                }
                begun == Some(true) || begin
            });
        }
        offline
    }

    /// `asked`: whether the visitor said so.
    fn keep(self, asked: bool) {
        let tell = Closure::<dyn FnMut(String)>::new(move |news: String| self.hear(&news));
        // It is told for as long as the page lives.
        keep_site(&site_url(SERVICE_WORKER), asked, &tell.into_js_value());
    }

    /// See www/glue/offline.js for the words.
    fn hear(self, news: &str) {
        let keeping = match news {
            "asks" => Keeping::Asks,
            "saving" => Keeping::Saving,
            "ready" => Keeping::Ready,
            "full" => Keeping::Full,
            "unfinished" => Keeping::Unfinished,
            "unable" => Keeping::Unable,
            "update" => {
                if self.update.get_untracked() == Update::None {
                    self.update.set(Update::Offered);
                }
                return;
            }
            _ => return,
        };
        let before = self.keeping.get_untracked();
        if before == Keeping::Saving && keeping == Keeping::Ready {
            self.saved_now.set(true);
            self.isolate();
        }
        if before != keeping {
            self.keeping.set(keeping);
        }
    }

    /// From the service worker the page comes isolated, and may use all cores: where the host does not isolate it, and
    /// nothing has been done in it yet, it is loaded once more.
    fn isolate(self) {
        let isolated = js_sys::Reflect::get(&window(), &"crossOriginIsolated".into());
        let isolated = isolated.is_ok_and(|isolated| isolated.is_truthy());
        if !isolated && self.store.untouched() && self.store.on_cpu() {
            let _ = window().location().reload();
        }
    }

    fn take(self) {
        spawn_local(async move {
            // The page is reloaded, or the site is open elsewhere; a browser that fails here changes nothing.
            if take_update(&site_url(SERVICE_WORKER)).await.is_ok_and(|taken| taken == false) {
                self.update.set(Update::OtherTabs);
            }
        });
    }
}

/// A line of the footer.
#[component]
pub fn OfflineLine() -> impl IntoView {
    let offline: Offline = expect_context();
    let Offline { keeping, update, saved_now, .. } = offline;
    let words = move || {
        Some(match keeping.get() {
            Keeping::Unknown => return None,
            Keeping::Asks => view! {
                {mt!("offline-asks")}" "
                <button type="button" class="link-button" on:click=move |_| offline.keep(true)>{mt!("offline-ask")}</button>
            }
            .into_any(),
            Keeping::Saving => t!("offline-saving").into_any(),
            Keeping::Ready => t!("offline-ready").into_any(),
            Keeping::Full => t!("offline-full").into_any(),
            Keeping::Unfinished => t!("offline-unfinished").into_any(),
            Keeping::Unable => t!("offline-unable").into_any(),
        })
    };
    let put_off = move || {
        (update.get() == Update::PutOff).then(|| {
            view! {
                " "
                <button type="button" class="link-button" on:click=move |_| update.set(Update::Offered)>
                    {mt!("offline-update")}
                </button>
            }
        })
    };
    view! {
        <p class="offline-line" class:offline-ready=move || keeping.get() == Keeping::Ready>{words}{put_off}</p>
        // Said once, when it becomes so; on later visits it is no news.
        <p class="visually-hidden" role="status">
            {move || saved_now.get().then(|| t!("offline-ready"))}
        </p>
    }
}

/// Offers a newer build: nothing changes before the visitor says so, and not during a run.
#[component]
pub fn UpdateNotice() -> impl IntoView {
    let (store, _) = studio();
    let offline: Offline = expect_context();
    let Offline { update, .. } = offline;
    let running = Memo::new(move |_| store.phase.with(Phase::active));
    let cost = move || match (running.get(), update.get()) {
        (true, _) => "offline-update-run",
        (_, Update::OtherTabs) => "offline-update-tabs",
        _ => "offline-update-cost",
    };
    let shown = Memo::new(move |_| matches!(update.get(), Update::Offered | Update::OtherTabs));
    view! {
        <div class="toast-place" role="status">
            {move || shown.get().then(|| view! {
                <div class="toast">
                    <p class="toast-title">{mt!("offline-update")}</p>
                    <p class="fine">{move || t!(cost())}</p>
                    <div class="row">
                        <button type="button" class="button button-primary button-small" disabled=running on:click=move |_| offline.take()>
                            {mt!("offline-reload")}
                        </button>
                        <button type="button" class="button button-small" on:click=move |_| update.set(Update::PutOff)>
                            {mt!("offline-later")}
                        </button>
                    </div>
                </div>
            })}
        </div>
    }
}
