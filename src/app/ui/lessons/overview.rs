//! The lessons' overview, and a place for each of them.

use leptos::prelude::*;

use super::{LessonPage, summary, title};
use crate::{
    app::ui::{parts::view_head::ViewHead, state::route::Route, words::i18n::mt},
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

/// A lesson is made on the first visit and stays, with what was typed and computed.
#[component]
pub fn LessonPlace(lesson: Lesson) -> impl IntoView {
    let Route { place, .. } = expect_context();
    let here = move || place.get() == Place::Lesson(lesson);
    let visited = Memo::new(move |before: Option<&bool>| before == Some(&true) || here());
    view! {
        <div class="view lesson" hidden=move || !here()>
            {move || visited.get().then(|| view! { <LessonPage lesson /> })}
        </div>
    }
}
