//! The views, one shown at a time. Each is made when it is first looked at, and stays, so that a run, what was typed and
//! what was computed are still there after a look elsewhere.

use futures_util::FutureExt;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::{
    app::ui::{
        engine_notice::EngineNotice,
        evaluation::EvaluationView,
        lessons::{LessonPage, overview::LessonsView},
        parts::{
            later::{Later, Module, Split, turn},
            view_head::ViewHead,
        },
        playground::Playground,
        share_dialog::LinkNotice,
        state::route::{MAIN, Route},
        studio::{StudioView, cut_off_runs::CutOffRunsPlace},
        verify::VerifyPanel,
    },
    share::{Lesson, Place},
};

/// The lessons have a module of their own, as they are the largest; one for each of the others would make many small ones of
/// what some of them share.
const LESSONS: Module<Option<Lesson>> = Module {
    name: "lessons",
    load: || Box::pin(load_lessons()),
    make: |lesson| make_lesson(lesson).now_or_never()?.ok(),
};
const ROOMS: Module<Room> = Module {
    name: "rooms",
    load: || Box::pin(load_rooms()),
    make: |room| make_room(room).now_or_never()?.ok(),
};

#[derive(Debug, Clone, Copy)]
enum Room {
    Playground,
    Evaluation,
    Verify,
}

#[component]
pub fn Views() -> impl IntoView {
    let lessons = Lesson::ALL.map(|lesson| {
        let page = move || view! { <Later of=LESSONS part=Some(lesson) /> }.into_any();
        view! { <View of=Place::Lesson(lesson) class="view lesson" content=page /> }
    });
    let room = |room| move || view! { <Later of=ROOMS part=room /> }.into_any();
    view! {
        <main id=MAIN class="main" tabindex="-1">
            <EngineNotice />
            <CutOffRunsPlace />
            <LinkNotice />
            // It draws what runs send, wherever they were begun.
            <View of=Place::Studio eager=true content=|| view! { <StudioView /> }.into_any() />
            <View of=Place::Playground content=room(Room::Playground) />
            <View of=Place::Lessons content=|| view! { <Later of=LESSONS part=None /> }.into_any() />
            {lessons.into_iter().collect_view()}
            <View of=Place::Evaluation content=room(Room::Evaluation) />
            <View of=Place::Verify content=room(Room::Verify) />
        </main>
    }
}

/// A lesson, or all of them.
#[wasm_split(lessons, fallible, preload(load_lessons))]
fn make_lesson(lesson: Option<Lesson>) -> Split {
    Ok(match lesson {
        Some(lesson) => view! { <LessonPage lesson /> }.into_any(),
        None => view! { <LessonsView /> }.into_any(),
    })
}

#[wasm_split(rooms, fallible, preload(load_rooms))]
fn make_room(room: Room) -> Split {
    Ok(match room {
        Room::Playground => view! {
            <ViewHead title="playground-title" lede="playground-lede" />
            <Playground />
        }
        .into_any(),
        Room::Evaluation => view! { <EvaluationView /> }.into_any(),
        Room::Verify => view! {
            <ViewHead title="verify-title" lede="verify-lede" />
            <VerifyPanel />
        }
        .into_any(),
    })
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
    let visited = turn(move || eager || here());
    view! { <div class=class hidden=move || !here()>{move || visited.get().then(&content)}</div> }
}
