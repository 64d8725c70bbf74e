//! The views, one shown at a time. All stand from the beginning, so that a run, what was typed and what was computed
//! are still there after a look elsewhere.

use leptos::prelude::*;

use crate::{
    app::ui::{
        engine_notice::EngineNotice,
        evaluation::EvaluationView,
        lessons::overview::{LessonPlace, LessonsView},
        parts::view_head::ViewHead,
        playground::Playground,
        share_dialog::LinkNotice,
        state::route::{MAIN, Route},
        studio::{StudioView, cut_off_runs::CutOffRuns},
        verify::VerifyPanel,
    },
    share::{Lesson, Place},
};

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
