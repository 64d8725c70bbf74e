//! The lessons' overview and each of them.

use leptos::prelude::*;

use super::ViewHead;

#[component]
pub fn LessonsView(number: Option<u8>) -> impl IntoView {
    let _ = number;
    view! { <ViewHead title="lessons-title" lede="lessons-lede" /> }
}
