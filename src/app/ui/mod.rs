//! The page: views, and the parts that stand around them.

mod arrival;
mod browser;
mod device_menu;
mod engine_notice;
mod evaluation;
mod header;
mod lessons;
mod offline;
mod parts;
mod playground;
mod share_dialog;
mod state;
mod studio;
mod verify;
mod views;
mod words;

use leptos::prelude::*;

use self::{
    header::{Footer, Header},
    offline::{Offline, UpdateNotice},
    parts::{encoder_bar::follow_model, later::Reached},
    state::{
        engine::Engine,
        examples::PLAYGROUND,
        links::{Inputs, Shared, follow_links},
        route::{Route, focus_main, present},
        store::Store,
    },
    studio::picture::Picture,
    views::Views,
    words::{
        i18n::{follow_language, mt},
        language,
    },
};

/// Replaces the waiting line of index.html with the page.
pub fn start() {
    super::log_to_console();
    // Leptos has its own, once there is something mounted.
    wasm_bindgen_futures::spawn_local(async {
        language::begin().await;
        if let Some(boot) = document().get_element_by_id("boot") {
            boot.remove();
        }
        present();
        mount_to_body(App);
    });
}

#[component]
fn App() -> impl IntoView {
    let store = Store::new();
    let engine = Engine::start(store);
    store.runs.open();
    provide_context(store);
    provide_context(engine);
    provide_context(Route::new());
    provide_context(Shared::new());
    provide_context(Inputs::new());
    provide_context(Reached::new());
    follow_links();
    provide_context(Offline::start(store));
    follow_language();
    follow_model();
    provide_context(Picture::new());
    arrival::arrive();
    PLAYGROUND.keep_current(store, store.sentences);
    let skip = |event: leptos::ev::MouseEvent| {
        // The fragment says which view is shown; it is not free for this.
        event.prevent_default();
        focus_main();
    };
    view! {
        <a class="skip-link" href="#main" on:click=skip>{mt!("skip-link")}</a>
        <Header />
        <Views />
        <Footer />
        <UpdateNotice />
    }
}
