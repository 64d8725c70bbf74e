//! Short lessons: a question, a few words, and beside them parts that compute as one plays with them.

mod ablation_runs;
mod ablation_sizes;
mod ablation_table;
mod ablations;
mod circle;
mod circle_model;
mod collapse;
mod crowding;
mod dropout;
mod dropout_clouds;
mod dropout_sample;
mod dropout_tables;
mod dropout_vectors;
mod hard_negatives;
mod inputs;
mod kernel;
mod loss;
pub mod overview;
mod parts;
mod prepare;
mod runs;

use leptos::prelude::*;

use self::inputs::LessonLink;
use crate::{
    app::ui::{
        parts::notice::StrangeWords,
        words::{
            i18n::{mt, t},
            rich::rich,
        },
    },
    share::{Address, Lesson, Place},
};

/// The message that names a lesson.
pub fn title(lesson: Lesson) -> &'static str {
    match lesson {
        Lesson::Crowding => "crowding-title",
        Lesson::Dropout => "views-title",
        Lesson::Loss => "contrast-title",
        Lesson::Circle => "circle-title",
        Lesson::HardNegatives => "hard-title",
        Lesson::Ablations => "ablations-title",
        Lesson::Collapse => "collapse-title",
        Lesson::Kernel => "kernel-title",
    }
}

/// The message that asks what a lesson answers.
pub fn summary(lesson: Lesson) -> &'static str {
    match lesson {
        Lesson::Crowding => "crowding-summary",
        Lesson::Dropout => "views-summary",
        Lesson::Loss => "contrast-summary",
        Lesson::Circle => "circle-summary",
        Lesson::HardNegatives => "hard-summary",
        Lesson::Ablations => "ablations-summary",
        Lesson::Collapse => "collapse-summary",
        Lesson::Kernel => "kernel-summary",
    }
}

/// Its paragraphs, messages each.
fn paragraphs(lesson: Lesson) -> [&'static str; 2] {
    match lesson {
        Lesson::Crowding => ["crowding-cone", "crowding-try"],
        Lesson::Dropout => ["views-what", "views-nothing"],
        Lesson::Loss => ["contrast-rows", "contrast-gradient"],
        Lesson::Circle => ["circle-two", "circle-measure"],
        Lesson::HardNegatives => ["hard-what", "hard-try"],
        Lesson::Ablations => ["ablations-what", "ablations-small"],
        Lesson::Collapse => ["collapse-question", "collapse-look"],
        Lesson::Kernel => ["kernel-what", "kernel-try"],
    }
}

/// One lesson.
#[component]
pub fn LessonPage(lesson: Lesson) -> impl IntoView {
    let number = Lesson::ALL.iter().position(|other| *other == lesson).map_or(0, |index| index + 1);
    let parts = match lesson {
        Lesson::Crowding => view! { <crowding::Crowding /> }.into_any(),
        Lesson::Dropout => view! { <dropout::Dropout /> }.into_any(),
        Lesson::Loss => view! { <loss::Loss /> }.into_any(),
        Lesson::Circle => view! { <circle::Circle /> }.into_any(),
        Lesson::HardNegatives => view! { <hard_negatives::HardNegatives /> }.into_any(),
        Lesson::Ablations => view! { <ablations::Ablations /> }.into_any(),
        Lesson::Collapse => view! { <collapse::Collapse /> }.into_any(),
        Lesson::Kernel => view! { <kernel::Kernel /> }.into_any(),
    };
    view! {
        <div class="view-head">
            <p class="lesson-where">
                <a href=Address::at(Place::Lessons).to_string()>{mt!("nav-lessons")}</a>
                <span>{mt!("lesson-of", number = number, count = Lesson::ALL.len())}</span>
            </p>
            <h1>{mt!(title(lesson))}</h1>
        </div>
        <div class="lesson-words">
            <p class="lesson-question">{mt!(summary(lesson))}</p>
            {paragraphs(lesson).map(|id| view! { <p>{rich(id)}</p> }).into_iter().collect_view()}
        </div>
        <div class="cards"><StrangeWords />{parts}</div>
        <div class="row lesson-end">
            {match lesson.next() {
                Some(next) => view! {
                    <a class="button button-primary" href=Address::at(Place::Lesson(next)).to_string()>
                        {move || t!("lesson-next", title = t!(title(next)))}
                    </a>
                }.into_any(),
                None => view! {
                    <a class="button button-primary" href=Address::at(Place::Studio).to_string()>{mt!("lesson-last")}</a>
                }.into_any(),
            }}
            <LessonLink lesson />
        </div>
    }
}
