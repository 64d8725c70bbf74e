//! Sentences through an encoder's eyes: a list, and views of it under tabs.

mod duplicates;
mod export;
mod list;
mod map;
mod matrix;
mod search;
mod vectors;

use std::time::Duration;

use leptos::prelude::*;

pub use list::{List, lines_of};
pub use vectors::Vectors;

use super::{
    i18n::{mt, t},
    lens::LensBar,
    notice::{ErrorNotice, SlotProgress, StrangeWords},
    store::Topic,
    studio,
    tabs::{Tab, Tabs},
};
use duplicates::Duplicates;
use export::Export;
use list::ListCard;
use map::Map;
use matrix::Matrix;
use search::Search;

/// So long nothing is typed any more before the views answer.
const TYPING: Duration = Duration::from_millis(250);

/// Lists of so many are laid out and looked through without being asked for, once they are encoded.
const UNASKED: usize = 300;

/// Which view is looked at, by its tab's name.
#[derive(Clone, Copy)]
struct Chosen(RwSignal<&'static str>);

#[component]
pub fn Playground() -> impl IntoView {
    let list = List::new();
    let chosen = RwSignal::new("matrix");
    provide_context(list);
    provide_context(Chosen(chosen));
    provide_context(Vectors::new(list, chosen));
    let tabs = vec![
        Tab::new("matrix", "tab-matrix", || view! { <Matrix /> }.into_any()),
        Tab::new("search", "tab-search", || view! { <Search /> }.into_any()),
        Tab::new("map", "tab-map", || view! { <Map /> }.into_any()),
        Tab::new("duplicates", "tab-duplicates", || view! { <Duplicates /> }.into_any()),
        Tab::new("export", "tab-export", || view! { <Export /> }.into_any()),
    ];
    view! {
        <div class="desk">
            <div class="desk-side">
                <ListCard />
                <LensBar name="playground" />
                <StrangeWords />
            </div>
            <section class="card playground" aria-label=mt!("tabs-label")>
                <Tabs name="playground" label="tabs-label" tabs chosen />
            </section>
        </div>
    }
}

/// What stands above a view that needs all vectors: why it cannot have them, the button that gets them, how far they are.
#[component]
fn Encoded() -> impl IntoView {
    let (store, engine) = studio();
    let vectors: Vectors = expect_context();
    let slot = store.slot(Topic::Embedding);
    let words = move || match vectors.count() {
        0 => t!("encode-none"),
        count => t!("encode-count", count = count),
    };
    view! {
        <div class="encoded">
            {move || (!vectors.fresh() && !slot.busy()).then(|| view! {
                <div class="row">
                    <button
                        type="button"
                        class="button button-primary"
                        disabled=move || vectors.blocked().is_some()
                        on:click=move |_| vectors.encode(engine)
                    >
                        {words}
                    </button>
                    <span class="fine">{move || vectors.blocked()}</span>
                </div>
            })}
            {move || slot.busy().then(|| view! {
                <div class="progress-row">
                    <SlotProgress of=slot what="encoding" />
                    <button type="button" class="button button-small" on:click=move |_| vectors.cancel(engine)>
                        {mt!("encode-cancel")}
                    </button>
                </div>
            })}
            <ErrorNotice of=slot title="matrix-failed" />
            <p class="fine" role="status">{move || vectors.caption()}</p>
        </div>
    }
}
