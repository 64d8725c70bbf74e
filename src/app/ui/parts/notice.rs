//! Messages that need attention, and progress.

use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use crate::{
    app::{
        protocol::{Progress, Stage},
        ui::{
            state::{store::Slot, studio},
            words::{
                format::{bytes, count, duration},
                i18n::{mt, t, translated, words},
                language::{Language, language},
            },
        },
    },
    localize::Localized,
    share::{Address, Place},
    text::MAX_UNKNOWN,
};

/// The last error of a topic.
#[component]
pub fn ErrorNotice(of: Slot, title: &'static str) -> impl IntoView {
    view! { <Problem error=of.error title /> }
}

/// What went wrong, announced, dismissable. `title` is a message id.
#[component]
pub fn Problem(error: RwSignal<Option<Localized>>, title: &'static str) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                error.get().map(|reason| view! {
                    <div class="notice notice-error">
                        <Glyph icon=Icon::Warning />
                        <div>
                            <p class="notice-title">{move || words(title)}</p>
                            <p class="notice-text">{move || translated(&reason)}</p>
                        </div>
                        <button type="button" class="notice-close" on:click=move |_| error.set(None)>
                            {mt!("dismiss")}
                        </button>
                    </div>
                })
            }}
        </div>
    }
}

/// A bar for what a topic is busy with; nothing when it is not.
#[component]
pub fn SlotProgress(of: Slot, what: &'static str) -> impl IntoView {
    move || {
        of.busy().then(|| {
            let progress = of.progress.get();
            let fraction = progress.as_ref().and_then(fraction);
            let label = progress.as_ref().map_or_else(|| format!("{}…", words(what)), progress_words);
            view! { <Bar fraction label /> }
        })
    }
}

/// Progress, and beside it a button with the message `cancel` while it can be cancelled.
#[component]
pub fn ProgressRow(
    cancel: &'static str,
    #[prop(into)] cancellable: Signal<bool>,
    on_cancel: impl Fn() + Copy + Send + Sync + 'static,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="progress-row">
            {children()}
            {move || cancellable.get().then(|| view! {
                <button type="button" class="button button-small" on:click=move |_| on_cancel()>{mt!(cancel)}</button>
            })}
        </div>
    }
}

/// A progress bar with its words; without a fraction it only moves.
#[component]
pub fn Bar(fraction: Option<f64>, #[prop(into)] label: String) -> impl IntoView {
    let percent = fraction.map(|fraction| (100.0 * fraction.clamp(0.0, 1.0)).round());
    view! {
        <div class="progress" role="status">
            <div
                class="progress-track"
                class:progress-unknown=percent.is_none()
                role="progressbar"
                aria-label=label.clone()
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=percent.map(|percent| percent.to_string())
            >
                <div class="progress-fill" style:width=percent.map(|percent| format!("{percent}%"))></div>
            </div>
            <p class="progress-label">{label}</p>
        </div>
    }
}

fn fraction(progress: &Progress) -> Option<f64> {
    progress.total.filter(|total| *total > 0.0).map(|total| progress.done / total)
}

/// A stage and how far it is, in words.
pub fn progress_words(progress: &Progress) -> String {
    let of = |written: fn(f64) -> String| match progress.total {
        Some(total) => t!("of-total", done = written(progress.done), total = written(total)),
        None => written(progress.done),
    };
    let whole = |number| count(number as usize);
    let left = progress.seconds_left.map(|seconds| t!("time-left", time = duration(seconds)));
    match progress.stage {
        Stage::Downloading => t!("stage-downloading", progress = of(bytes) + &left.unwrap_or_default()),
        Stage::Fetching => t!("stage-fetching", progress = of(bytes)),
        Stage::Reading => t!("stage-reading", progress = of(bytes)),
        Stage::Preparing => t!("stage-preparing"),
        Stage::Tokenising => t!("stage-tokenising", progress = of(whole)),
        Stage::Encoding => t!("stage-encoding", progress = of(whole)),
        Stage::EncodingTask(kind) => {
            t!("stage-encoding-task", task = kind.name(), progress = of(whole))
        }
        Stage::Fitting(kind) => {
            t!("stage-fitting", task = kind.name(), progress = of(whole))
        }
        Stage::Whitening => t!("stage-whitening"),
        Stage::Analysing => t!("stage-analysing"),
        Stage::Compiling => t!("stage-compiling", progress = of(whole)),
        Stage::Measuring => t!("stage-measuring"),
        Stage::Verifying => t!("stage-verifying", progress = of(whole)),
        Stage::Writing => t!("stage-writing"),
    }
}

/// That the model has no words for much of a text: more than a few names and rare marks.
#[component]
pub fn UnknownWords(#[prop(into)] share: Signal<f64>) -> impl IntoView {
    move || {
        let share = share.get();
        (share > MAX_UNKNOWN).then(|| view! {
            <div class="notice notice-warning" role="status">
                <Glyph icon=Icon::Warning />
                <p class="notice-text">{mt!("run-unknown-words", percent = (100.0 * share).round() as u32)}</p>
            </div>
        })
    }
}

/// That the model does not know the words of what it encoded last, and, on a Chinese page, that examples are English
/// because the encoder is.
#[component]
pub fn StrangeWords() -> impl IntoView {
    let (store, _) = studio();
    let english_only = move || {
        let known = store.model.with(|model| model.as_ref().is_none_or(|model| model.knows_chinese));
        language() == Language::Chinese && !known && store.unknown_share.get() <= MAX_UNKNOWN
    };
    view! {
        <UnknownWords share=store.unknown_share />
        {move || english_only().then(|| view! {
            <p class="fine">
                {mt!("examples-english")}" "<a href=Address::at(Place::Studio).to_string()>{mt!("examples-chinese-encoders")}</a>
            </p>
        })}
    }
}
