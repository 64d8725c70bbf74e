//! A lesson's words in steps, beside a figure that shows what each of them says: one scrolls through them, takes the
//! arrow keys to the left and right, or presses "Back" and "Next". On a narrow screen one step is shown at a time.

use leptos::{ev, html::Ol, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::{
    app::ui::{
        browser::media::is_wide,
        state::route::Route,
        words::{
            i18n::{mt, t},
            rich::rich,
        },
    },
    share::{Lesson, Place},
};

/// What a lesson is made of.
pub struct Story {
    pub steps: Vec<Step>,
    /// In sight through all steps, hence no higher than a small screen.
    pub figure: AnyView,
    /// What is below: more of the same, in cards.
    pub more: AnyView,
}

/// A paragraph, and what it does to the figure.
pub struct Step {
    /// A message.
    words: &'static str,
    show: Box<dyn Fn()>,
}

impl Step {
    pub fn new(words: &'static str, show: impl Fn() + 'static) -> Self {
        Self { words, show: Box::new(show) }
    }
}

/// Share of the screen's height from its top: the step that has passed it last is the current one.
const LINE: f64 = 0.5;
/// To which a step is brought that was chosen: well past the line.
const PLACE: f64 = 0.3;

/// `touched`: the visitor, or a link, has set something. Then scrolling leaves the figure alone, until a step is asked for.
#[component]
pub fn Steps(lesson: Lesson, steps: Vec<Step>, touched: RwSignal<bool>) -> impl IntoView {
    let Route { place, address } = expect_context();
    let here = move || place.get_untracked() == Place::Lesson(lesson);
    Effect::new(move |_| {
        let linked =
            address.with(|address| address.place == Place::Lesson(lesson) && !address.values.is_empty());
        if linked {
            touched.set(true);
        }
    });
    let current = RwSignal::new(0_usize);
    let list = NodeRef::<Ol>::new();
    let (words, shows): (Vec<_>, Vec<_>) = steps.into_iter().map(|step| (step.words, step.show)).unzip();
    let last = words.len() - 1;

    Effect::new(move |before: Option<usize>| {
        let now = current.get();
        if before.is_some_and(|before| before != now) && !touched.get_untracked() {
            untrack(|| shows[now]());
        }
        now
    });
    let items = move || {
        let children = list.get_untracked().map(|list| list.children());
        (0..=last).filter_map(move |index| children.as_ref()?.item(index as u32))
    };
    // The scrolling that a choice makes chooses nothing itself: a page may end before a step is where it should be.
    let chosen = StoredValue::new(false);
    let scrolled = window_event_listener(ev::scroll, move |_| {
        if !here() || chosen.try_update_value(std::mem::take) != Some(false) || !is_wide() {
            return;
        }
        let line = LINE * height();
        let passed = items().take_while(|item| item.get_bounding_client_rect().top() < line).count();
        let now = passed.saturating_sub(1);
        if current.get_untracked() != now {
            current.set(now);
        }
    });
    let choose = move |index: usize| {
        current.set(index);
        if !is_wide() {
            return;
        }
        if let Some(item) = items().nth(index) {
            let now = || window().scroll_y().unwrap_or_default();
            let before = now();
            let to = before + item.get_bounding_client_rect().top() - PLACE * height();
            // The first one is where the lesson begins.
            window().scroll_to_with_x_and_y(0.0, if index == 0 { 0.0 } else { to });
            chosen.set_value(before != now());
        }
    };
    let step = move |forward: bool| {
        let now = current.get_untracked();
        let to = if forward { (now + 1).min(last) } else { now.saturating_sub(1) };
        if to != now {
            touched.set(false);
            choose(to);
        }
    };
    let keys = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let held = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
        let forward = match event.key().as_str() {
            "ArrowRight" => true,
            "ArrowLeft" => false,
            _ => return,
        };
        if here() && !held && !event.default_prevented() && !takes_arrows(&event) {
            event.prevent_default();
            step(forward);
        }
    });
    on_cleanup(move || {
        scrolled.remove();
        keys.remove();
    });
    let paragraphs = words.into_iter().enumerate().map(|(index, words)| {
        let is_current = move || current.get() == index;
        view! {
            <li class="lesson-step" class:current=is_current aria-current=move || is_current().then_some("step")>
                {rich(words)}
            </li>
        }
    });
    view! {
        <div class="lesson-words">
            <ol class="lesson-steps" node_ref=list>{paragraphs.collect_view()}</ol>
            <div class="lesson-stepper">
                <button type="button" class="button button-small" disabled=move || current.get() == 0 on:click=move |_| step(false)>
                    {mt!("step-back")}
                </button>
                <button type="button" class="button button-small" disabled=move || current.get() == last on:click=move |_| step(true)>
                    {mt!("step-next")}
                </button>
                <span class="fine" role="status">{move || t!("step-of", step = current.get() + 1, count = last + 1)}</span>
            </div>
        </div>
    }
}

/// Of the screen, in CSS pixels.
fn height() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default()
}

/// Whether an event comes from something that sets something.
pub fn sets(event: &web_sys::Event) -> bool {
    within(event, "input, textarea, select, button, label, [role=slider]")
}

/// Whether what has the focus moves by the arrow keys itself.
fn takes_arrows(event: &KeyboardEvent) -> bool {
    within(
        event,
        "input, textarea, select, pre, dialog, [role=tab], [role=slider], [role=group][tabindex], [role=menu]",
    )
}

/// Whether an event comes from something that `selector` names, or from within it.
fn within(event: &web_sys::Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}
