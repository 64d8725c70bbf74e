//! The views, one shown at a time. All stand from the beginning, so that a run, what was typed and what was computed
//! are still there after a look elsewhere.

mod evaluation;
mod lessons;
mod studio;

use leptos::prelude::*;

use super::{
    engine_notice::EngineNotice,
    playground::Playground,
    route::{MAIN, Route},
    saved_runs::CutOffRuns,
    share::LinkNotice,
    verify::VerifyPanel,
};
use crate::share::{Lesson, Place};
use evaluation::EvaluationView;
use lessons::{LessonPlace, LessonsView};
use studio::StudioView;

#[component]
pub fn Views() -> impl IntoView {
    let Route { place, .. } = expect_context();
    let hidden = move |shown: Place| move || place.get() != shown;
    view! {
        <main id=MAIN class="main" tabindex="-1">
            <EngineNotice />
            <CutOffRuns />
            <LinkNotice />
            <div class="view" hidden=hidden(Place::Studio)><StudioView /></div>
            <div class="view" hidden=hidden(Place::Playground)>
                <ViewHead title="playground-title" lede="playground-lede" />
                <Playground />
            </div>
            <div class="view" hidden=hidden(Place::Lessons)><LessonsView /></div>
            {Lesson::ALL.map(|lesson| view! { <LessonPlace lesson /> }).into_iter().collect_view()}
            <div class="view" hidden=hidden(Place::Evaluation)><EvaluationView /></div>
            <div class="view" hidden=hidden(Place::Verify)>
                <ViewHead title="verify-title" lede="verify-lede" />
                <VerifyPanel />
            </div>
        </main>
    }
}

/// A view's name and what it is for.
#[component]
fn ViewHead(title: &'static str, lede: &'static str) -> impl IntoView {
    view! {
        <div class="view-head">
            <h1>{super::i18n::mt!(title)}</h1>
            <p class="lede">{super::i18n::mt!(lede)}</p>
        </div>
    }
}
