//! The lessons' overview.

use leptos::prelude::*;

use super::{summary, title};
use crate::{
    app::ui::{parts::view_head::ViewHead, words::i18n::mt},
    share::{Address, Lesson, Place},
};

#[component]
pub fn LessonsView() -> impl IntoView {
    let lessons = Lesson::ALL.map(|lesson| {
        view! {
            <li>
                <a class="card lesson-card" href=Address::at(Place::Lesson(lesson)).to_string()>
                    <h2>{mt!(title(lesson))}</h2>
                    <p>{mt!(summary(lesson))}</p>
                </a>
            </li>
        }
    });
    view! {
        <ViewHead title="lessons-title" lede="lessons-lede" />
        <ol class="lesson-list">{lessons.into_iter().collect_view()}</ol>
    }
}
