//! What was set in a lesson, into a link and back.

use leptos::prelude::*;

use crate::{
    app::ui::{
        browser::clipboard::copy,
        parts::icons::{Glyph, Icon},
        state::{
            links::{Inputs, shared, whole},
            number_field::NumberField,
            route::Route,
        },
        words::i18n::{mt, words},
    },
    share::{Address, LONGEST, Lesson, Place, Settings},
};

/// Keeps what a link to the lesson has to say, and takes over what a link says: `take` gets every key with its value
/// and says `false` of a value that cannot be used.
pub fn linked(
    lesson: Lesson,
    values: impl Fn() -> Vec<(&'static str, String)> + 'static,
    take: impl Fn(&str, &str) -> bool + 'static,
) {
    let (inputs, route, shared) = (expect_context::<Inputs>(), expect_context::<Route>(), shared());
    Effect::new(move |_| {
        let values = values().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        inputs.0.update(|all| {
            all.insert(lesson, values);
        });
    });
    Effect::new(move |_| {
        let address = route.address.get();
        if address.place != Place::Lesson(lesson) {
            return;
        }
        for (key, value) in &address.values {
            if value.len() > LONGEST || !take(key, value) {
                shared.leave_out(key);
            }
        }
    });
}

/// Numbers with commas, as many as there have to be, all of them in a range.
pub fn numbers<const N: usize>(text: &str, range: std::ops::RangeInclusive<f64>) -> Option<[f64; N]> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|number| number.trim().parse()).collect();
    let numbers: [f64; N] = numbers.ok()?.try_into().ok()?;
    numbers.iter().all(|number| range.contains(number)).then_some(numbers)
}

/// One number in a range.
pub fn number(text: &str, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
    numbers::<1>(text, range).map(|[number]| number)
}

/// Takes a link's value into a field, which stays as it is where the value cannot be used.
pub fn take_number(field: NumberField, value: &str) -> bool {
    let before = field.text.get_untracked();
    field.text.set(value.to_owned());
    let fine = untrack(|| field.value().is_ok());
    if !fine {
        field.text.set(before);
    }
    fine
}

/// Puts a link to the lesson as it is on the clipboard.
#[component]
pub fn LessonLink(lesson: Lesson) -> impl IntoView {
    let (inputs, shared) = (expect_context::<Inputs>(), shared());
    let outcome = RwSignal::new("");
    let press = move |_| {
        // What is hidden or locked here is so for whoever gets the link.
        let settings = Settings {
            hidden: shared.hidden.get_untracked(),
            locked: shared.locked.get_untracked(),
            ..Settings::default()
        };
        let place = Place::Lesson(lesson);
        let values = untrack(|| settings.values().into_iter().chain(inputs.of(place)).collect());
        copy(&whole(&Address { place, values, lost: false }), outcome);
    };
    view! {
        <button type="button" class="button" on:click=press>
            <Glyph icon=Icon::Link />{mt!("lesson-link")}
        </button>
        <span class="fine" role="status">{move || words(outcome.get())}</span>
    }
}
