//! Messages that need attention, and progress.

use leptos::prelude::*;

use super::{
    format::{bytes, count, duration},
    i18n::words as words_of,
    icons::{Glyph, Icon},
    store::Slot,
};
use crate::app::protocol::{Progress, Stage};

/// The last error of a topic, announced, dismissable.
#[component]
pub fn ErrorNotice(of: Slot, title: &'static str) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                of.error.get().map(|message| view! {
                    <div class="notice notice-error">
                        <Glyph icon=Icon::Warning />
                        <div>
                            <p class="notice-title">{move || words_of(title)}</p>
                            <p class="notice-text">{message}</p>
                        </div>
                        <button type="button" class="notice-close" on:click=move |_| of.error.set(None)>
                            "Dismiss"
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
            let words = progress.as_ref().map_or_else(|| format!("{}…", words_of(what)), words);
            view! { <Bar fraction label=words /> }
        })
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
pub fn words(progress: &Progress) -> String {
    let of = |written: fn(f64) -> String| match progress.total {
        Some(total) => format!("{} of {}", written(progress.done), written(total)),
        None => written(progress.done),
    };
    let left = progress.seconds_left.map(|seconds| format!(", {} left", duration(seconds)));
    match progress.stage {
        Stage::Downloading => format!("Downloading: {}{}", of(bytes), left.unwrap_or_default()),
        Stage::Fetching => format!("Fetching: {}", of(bytes)),
        Stage::Reading => format!("Reading: {}", of(bytes)),
        Stage::Preparing => "Checking the weights and preparing the GPU…".to_owned(),
        Stage::Tokenising => format!("Tokenising sentences: {}", of(|number| count(number as usize))),
        Stage::Encoding => format!("Encoding sentences: {}", of(|number| count(number as usize))),
        Stage::EncodingTask(kind) => {
            format!("{}: encoding sentences, {}", kind.name(), of(|number| count(number as usize)))
        }
        Stage::Fitting(kind) => {
            format!("{}: fitting classifiers, {}", kind.name(), of(|number| count(number as usize)))
        }
        Stage::Whitening => "Whitening the vectors…".to_owned(),
        Stage::Analysing => "Computing singular values…".to_owned(),
        Stage::Compiling => format!("Compiling shaders: {}", of(|number| count(number as usize))),
        Stage::Measuring => "Measuring…".to_owned(),
        Stage::Writing => "Reading the weights back and writing the file…".to_owned(),
    }
}
