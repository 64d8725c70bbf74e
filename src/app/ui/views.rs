//! The views, one shown at a time. Each is made when it is first looked at, and stays, so that a run, what was typed and
//! what was computed are still there after a look elsewhere.

use leptos::prelude::*;

use crate::{
    app::ui::{
        engine_notice::EngineNotice,
        evaluation::EvaluationView,
        lessons::{LessonPage, overview::LessonsView},
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
    let lessons = Lesson::ALL.map(|lesson| {
        let page = move || view! { <LessonPage lesson /> }.into_any();
        view! { <View of=Place::Lesson(lesson) class="view lesson" content=page /> }
    });
    view! {
        <main id=MAIN class="main" tabindex="-1">
            <EngineNotice />
            <CutOffRuns />
            <LinkNotice />
            // It draws what runs send, wherever they were begun.
            <View of=Place::Studio eager=true content=|| view! { <StudioView /> }.into_any() />
            <View of=Place::Playground content=playground />
            <View of=Place::Lessons content=|| view! { <LessonsView /> }.into_any() />
            {lessons.into_iter().collect_view()}
            <View of=Place::Evaluation content=|| view! { <EvaluationView /> }.into_any() />
            <View of=Place::Verify content=verify />
        </main>
    }
}

fn playground() -> AnyView {
    view! {
        <ViewHead title="playground-title" lede="playground-lede" />
        <Playground />
    }
    .into_any()
}

fn verify() -> AnyView {
    view! {
        <ViewHead title="verify-title" lede="verify-lede" />
        <VerifyPanel />
    }
    .into_any()
}

/// The content of a place, made on the first visit, or at once if `eager`.
#[component]
fn View(
    of: Place,
    #[prop(default = "view")] class: &'static str,
    #[prop(optional)] eager: bool,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let Route { place, .. } = expect_context();
    let here = move || place.get() == of;
    let visited = Memo::new(move |before: Option<&bool>| eager || before == Some(&true) || here());
    view! { <div class=class hidden=move || !here()>{move || visited.get().then(&content)}</div> }
}
