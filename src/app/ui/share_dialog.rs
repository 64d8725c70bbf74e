//! The dialog that makes a link, and what is said of a link that could not be used.

use std::collections::BTreeSet;

use leptos::{html::Dialog, prelude::*};

use crate::{
    app::ui::{
        browser::clipboard::copy,
        lessons,
        parts::{
            icons::{Glyph, Icon},
            later::Reached,
        },
        state::{
            links::{Inputs, shared, whole},
            route::Route,
            studio,
        },
        studio::{AfterPicture, StudioPart},
        words::i18n::{mt, t, words},
    },
    runs::EvaluationPoint,
    share::{Address, Lesson, Part, Place, Settings, Trail},
};

/// Says what of a link could not be used.
#[component]
pub fn LinkNotice() -> impl IntoView {
    let problems = shared().problems;
    view! {
        <div role="status">
            {move || (!problems.with(Vec::is_empty)).then(|| {
                let named = problems.with(|problems| problems.join(", "));
                view! {
                    <div class="notice notice-error">
                        <Glyph icon=Icon::Warning />
                        <div>
                            <p class="notice-title">{mt!("link-problem")}</p>
                            <p class="notice-text">{mt!("link-problem-what", names = named.as_str())}</p>
                        </div>
                        <button type="button" class="notice-close" on:click=move |_| problems.set(Vec::new())>
                            {mt!("dismiss")}
                        </button>
                    </div>
                }
            })}
        </div>
    }
}

/// The message that names a part.
fn part_name(part: Part) -> &'static str {
    match part {
        Part::Model => "part-model",
        Part::Text => "part-text",
        Part::Recipe => "part-recipe",
        Part::Evaluation => "nav-evaluation",
        Part::Playground => "nav-playground",
        Part::Lessons => "nav-lessons",
    }
}

/// The parts that can be locked: those with something to change.
const LOCKABLE: [Part; 3] = [Part::Model, Part::Text, Part::Recipe];

/// A button for the dialog in which a link is put together.
#[component]
pub fn ShareButton() -> impl IntoView {
    let (pressed, reached) = (RwSignal::new(0), expect_context::<Reached>());
    let press = move |_| {
        reached.reach();
        pressed.update(|times| *times += 1);
    };
    view! {
        <button type="button" class="button button-small share-button" aria-haspopup="dialog" on:click=press>
            <Glyph icon=Icon::Link />{mt!("share-button")}
        </button>
        <AfterPicture part=StudioPart::ShareDialog(pressed) />
    }
}

/// Opens whenever the button is pressed once more.
#[component]
pub fn ShareDialog(pressed: RwSignal<usize>) -> impl IntoView {
    let ((store, _), route, shared) = (studio(), expect_context::<Route>(), shared());
    let inputs = expect_context::<Inputs>();
    let dialog = NodeRef::<Dialog>::new();
    let [with_recipe, with_sentences, with_trail] = [(); 3].map(|()| RwSignal::new(true));
    let (hidden, locked) = (RwSignal::new(BTreeSet::new()), RwSignal::new(BTreeSet::new()));
    let outcome = RwSignal::new("");
    let place = RwSignal::new(Place::Studio);
    let link = Memo::new(move |_| {
        let options = with_recipe.get().then(|| store.recipe.options().ok()).flatten();
        let sentences =
            with_sentences.get().then(|| store.sentences.get()).filter(|text| !text.trim().is_empty());
        let points =
            || store.evaluations.with(|all| all.iter().map(EvaluationPoint::from).collect::<Vec<_>>());
        let trail = with_trail.get().then(points).and_then(|points| Trail::of(&points));
        let settings = Settings { options, sentences, trail, hidden: hidden.get(), locked: locked.get() };
        let place = place.get();
        let values = settings.values().into_iter().chain(inputs.of(place)).collect();
        whole(&Address { place, values, lost: false })
    });
    let open = move |dialog: web_sys::HtmlDialogElement| {
        outcome.set("");
        place.set(route.place.get_untracked());
        // A part that is hidden or locked here is so for whoever gets the link, unless it is changed below.
        hidden.set(shared.hidden.get_untracked());
        locked.set(shared.locked.get_untracked());
        // It stands in the page and is closed, so it opens.
        let _ = dialog.show_modal();
    };
    Effect::new(move |before: Option<usize>| {
        let (times, dialog) = (pressed.get(), dialog.get());
        if let Some(dialog) = dialog.filter(|_| times > before.unwrap_or(0)) {
            open(dialog);
            return times;
        }
        before.unwrap_or(0)
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let views = [Place::Studio, Place::Playground, Place::Lessons];
    let lessons = Lesson::ALL.map(Place::Lesson);
    let views: Vec<Place> =
        views.into_iter().chain(lessons).chain([Place::Evaluation, Place::Verify]).collect();
    let offered = views.clone();
    let on_place = move |event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        if let Some(target) = index.and_then(|index| offered.get(index)) {
            place.set(*target);
        }
    };
    let place_options = views.into_iter().enumerate().map(|(index, target)| {
        view! {
            <option value=index.to_string() selected=move || place.get() == target>{move || place_name(target)}</option>
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="share-title">
            <h2 id="share-title">{mt!("share-title")}</h2>
            <p class="fine">{mt!("share-what")}</p>
            <div class="field">
                <label for="share-place">{mt!("share-place")}</label>
                <select id="share-place" on:change=on_place>{place_options.collect_view()}</select>
            </div>
            <fieldset class="checks">
                <legend>{mt!("share-with")}</legend>
                <Check label="share-recipe" value=with_recipe />
                <Check label="share-sentences" value=with_sentences />
                <Check label="share-trail" value=with_trail />
            </fieldset>
            <fieldset class="checks">
                <legend>{mt!("share-lock")}</legend>
                {LOCKABLE.map(|part| view! { <PartCheck part of=locked /> }).into_iter().collect_view()}
            </fieldset>
            <fieldset class="checks">
                <legend>{mt!("share-hide")}</legend>
                {Part::ALL.map(|part| view! { <PartCheck part of=hidden /> }).into_iter().collect_view()}
            </fieldset>
            <div class="field">
                <label for="share-link">{mt!("share-link")}</label>
                <textarea id="share-link" rows="3" readonly prop:value=link></textarea>
            </div>
            <div class="row">
                <button type="button" class="button button-primary" on:click=move |_| copy(&link.get_untracked(), outcome)>
                    {mt!("share-copy")}
                </button>
                <button type="button" class="button" on:click=close>{mt!("close")}</button>
                <span class="fine" role="status">{move || words(outcome.get())}</span>
            </div>
        </dialog>
    }
}

fn place_name(place: Place) -> String {
    match place {
        Place::Studio => t!("nav-studio"),
        Place::Playground => t!("nav-playground"),
        Place::Lessons => t!("nav-lessons"),
        Place::Lesson(lesson) => t!("share-lesson", title = t!(lessons::title(lesson))),
        Place::Evaluation => t!("nav-evaluation"),
        Place::Verify => t!("verify-title"),
    }
}

#[component]
fn Check(label: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=value on:change=move |event| value.set(event_target_checked(&event)) />
            {mt!(label)}
        </label>
    }
}

#[component]
fn PartCheck(part: Part, of: RwSignal<BTreeSet<Part>>) -> impl IntoView {
    let on_change = move |event| {
        let checked = event_target_checked(&event);
        of.update(|parts| {
            if checked {
                parts.insert(part);
            } else {
                parts.remove(&part);
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || of.with(|parts| parts.contains(&part)) on:change=on_change />
            {mt!(part_name(part))}
        </label>
    }
}
