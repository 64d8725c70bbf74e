//! Controls and ways of writing that several lessons share.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

pub use crate::lessons::written::{fixed, loss, signed, temperature};
use crate::{
    app::{
        protocol::Weights,
        ui::{
            browser::media::is_wide,
            parts::fold::Fold,
            state::{route::Route, starter::starter_is_untrained, store::Store, studio},
            words::i18n::words,
        },
    },
    share::{Lesson, Place},
};

/// A number on a line. With `log`, equal ways are equal factors.
#[component]
pub fn Slider(
    id: &'static str,
    /// A message.
    label: &'static str,
    value: RwSignal<f64>,
    range: (f64, f64),
    /// Distance of two places; with `log` that of the values' decimal logarithms.
    step: f64,
    #[prop(optional)] log: bool,
    /// How a value is written.
    written: fn(f64) -> String,
) -> impl IntoView {
    let place = move |value: f64| if log { value.log10() } else { value };
    let on_input = move |event| {
        if let Ok(place) = event_target_value(&event).parse::<f64>() {
            let moved = if log { 10_f64.powf(place) } else { place };
            value.set(moved.clamp(range.0, range.1));
        }
    };
    view! {
        <div class="slider">
            <label for=id>{move || words(label)}</label>
            <output for=id>{move || written(value.get())}</output>
            <input
                id=id
                type="range"
                min=place(range.0).to_string()
                max=place(range.1).to_string()
                step=step.to_string()
                prop:value=move || place(value.get()).to_string()
                aria-valuetext=move || written(value.get())
                on:input=on_input
            />
        </div>
    }
}

/// A card below the figure, folded on a narrow screen, where the lesson would be many screens long.
#[component]
pub fn Folding(
    id: &'static str,
    #[prop(default = "")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let never = Signal::from(false);
    view! {
        <Fold id title=id class=format!("folding {class}") open=is_wide() state=String::new done=never hidden=never>
            {children()}
        </Fold>
    }
}

/// The weights that there are to be measured: the loaded ones, and then the trained ones.
pub fn measurable(store: Store) -> impl Iterator<Item = Weights> {
    let trained = store.trained.get_untracked();
    [Weights::Original, Weights::Current].into_iter().take(1 + usize::from(trained))
}

/// Milliseconds without a change after which what was typed or moved is taken to be what is wanted.
const SETTLED: u32 = 600;

/// Computes by itself, as soon as it can and again after every change of what is `asked`, once that has settled. `reason`:
/// why it cannot now; `compute` sets `busy` for as long as it takes.
pub fn by_itself<Asked: Clone + PartialEq + Send + Sync + 'static>(
    asked: Memo<Asked>,
    reason: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static,
    busy: RwSignal<bool>,
    compute: impl Fn() + Copy + Send + Sync + 'static,
) {
    // The last that was computed, whatever came of it.
    let tried = RwSignal::new(None::<Asked>);
    let due = move || {
        let now = asked.get();
        tried.with(|tried| tried.as_ref() != Some(&now)) && reason().is_none() && !busy.get()
    };
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (due_now, mine) = (due(), turn.get_value() + 1);
        turn.set_value(mine);
        if due_now {
            spawn_local(async move {
                TimeoutFuture::new(SETTLED).await;
                if turn.get_value() == mine && untrack(due) {
                    tried.set(Some(asked.get_untracked()));
                    compute();
                }
            });
        }
    });
}

/// Trains once by itself, as soon as it can, while `lesson` is looked at and the page is [as found](starter_is_untrained).
pub fn once_by_itself(
    lesson: Lesson,
    reason: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static,
    train: impl Fn() + 'static,
) {
    let ((store, _), Route { place, .. }) = (studio(), expect_context());
    Effect::new(move |done: Option<bool>| {
        if done == Some(true) {
            return true;
        }
        let now = place.get() == Place::Lesson(lesson) && reason().is_none() && starter_is_untrained(store);
        if now {
            untrack(&train);
        }
        now
    });
}

/// What tells weights from those that were measured before: the model, and the run behind the trained ones.
pub fn weights_at_hand(store: Store) -> (Option<String>, Option<u64>) {
    let model = store.model_name();
    let run = store.trained.get().then(|| store.runs.present.get()).flatten();
    (model, run)
}
