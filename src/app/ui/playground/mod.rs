//! Sentences through an encoder's eyes: two of them, and a list with views of it under tabs.

mod duplicates;
mod encoded;
mod export;
mod list;
mod map;
mod matrix;
mod pair;
mod search;
mod shared;
mod vectors;

use leptos::prelude::*;

use self::{
    duplicates::Duplicates,
    export::Export,
    list::{List, ListCard},
    map::Map,
    matrix::Matrix,
    pair::PairCard,
    search::Search,
    shared::Chosen,
    vectors::Vectors,
};
use crate::app::ui::{
    parts::{
        encoder_bar::EncoderBar,
        notice::StrangeWords,
        tabs::{Tab, Tabs},
    },
    words::i18n::mt,
};

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
        <PairCard />
        <div class="desk">
            <div class="desk-side">
                <ListCard />
                <EncoderBar name="playground" />
                <StrangeWords />
            </div>
            <section class="card playground" aria-label=mt!("tabs-label")>
                <Tabs name="playground" label="tabs-label" tabs chosen />
            </section>
        </div>
    }
}
