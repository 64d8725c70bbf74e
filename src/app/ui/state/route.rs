//! Which view is shown: the address's fragment and back.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    app::ui::browser::address::parameter,
    share::{Address, Place},
};

/// The id of the part of the page that changes with the place.
pub const MAIN: &str = "main";

/// The address as it is; navigation goes through the browser's own history.
#[derive(Clone, Copy)]
pub struct Route {
    pub address: RwSignal<Address>,
    pub place: Memo<Place>,
}

impl Route {
    /// Follows the address bar from now on.
    pub fn new() -> Self {
        let address = RwSignal::new(read());
        let handle = window_event_listener(ev::hashchange, move |_| address.set(read()));
        on_cleanup(move || handle.remove());
        let place = Memo::new(move |_| address.with(|address| address.place));
        // Another view begins at its top, for the eyes and for the keyboard; the first one is left as it is.
        Effect::new(move |before: Option<Place>| {
            let now = place.get();
            if before.is_some_and(|before| before != now) {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                focus_main();
            }
            now
        });
        Self { address, place }
    }
}

/// `?present`: picture, button and one sentence, to be read from the last row.
pub fn present() {
    if parameter("present").is_some()
        && let Some(body) = document().body()
    {
        // Adding a class fails on names with white space only.
        let _ = body.class_list().add_1("present");
    }
}

fn read() -> Address {
    Address::parse(&window().location().hash().unwrap_or_default())
}

/// Moves the keyboard to the view.
pub fn focus_main() {
    let main = document().get_element_by_id(MAIN);
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        // An element with a tabindex takes the focus.
        let _ = main.focus();
    }
}
