//! Short lessons: a question, a few words in steps, a figure that shows each of them on the encoder at hand, and below it
//! parts that compute as one plays with them.

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
mod glide;
mod hard_margins;
mod hard_negatives;
mod inputs;
mod kernel;
mod loss;
mod loss_line;
mod number_line;
pub mod overview;
mod parts;
mod prepare;
mod runs;
mod story;

use leptos::prelude::*;

use self::{
    inputs::LessonLink,
    story::{Steps, Story, sets},
};
use crate::{
    app::ui::{
        parts::notice::StrangeWords,
        words::i18n::{mt, t},
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

/// Whether it is about sentences, and not numbers alone.
fn has_sentences(lesson: Lesson) -> bool {
    matches!(lesson, Lesson::Crowding | Lesson::Dropout | Lesson::HardNegatives | Lesson::Ablations)
}

/// One lesson.
#[component]
pub fn LessonPage(lesson: Lesson) -> impl IntoView {
    let number = Lesson::ALL.iter().position(|other| *other == lesson).map_or(0, |index| index + 1);
    let Story { steps, figure, more } = match lesson {
        Lesson::Crowding => crowding::story(),
        Lesson::Dropout => dropout::story(),
        Lesson::Loss => loss::story(),
        Lesson::Circle => circle::story(),
        Lesson::HardNegatives => hard_negatives::story(),
        Lesson::Ablations => ablations::story(),
        Lesson::Collapse => collapse::story(),
        Lesson::Kernel => kernel::story(),
    };
    let touched = RwSignal::new(false);
    let touch = move |event: &web_sys::Event| {
        if sets(event) {
            touched.set(true);
        }
    };
    view! {
        <div class="view-head">
            <p class="lesson-where">
                <a href=Address::at(Place::Lessons).to_string()>{mt!("nav-lessons")}</a>
                <span>{mt!("lesson-of", number = number, count = Lesson::ALL.len())}</span>
            </p>
            <h1>{mt!(title(lesson))}</h1>
            <p class="lesson-question">{mt!(summary(lesson))}</p>
        </div>
        <Steps lesson steps touched />
        <div
            class="lesson-body"
            on:input=move |event| touch(&event)
            on:pointerdown=move |event| touch(&event)
            on:keydown=move |event| if event.key() != "Tab" { touch(&event) }
        >
            <div class="lesson-stage"><div class="lesson-figure">{has_sentences(lesson).then(|| view! { <StrangeWords /> })}{figure}</div></div>
            <div class="cards lesson-more">{more}</div>
        </div>
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
