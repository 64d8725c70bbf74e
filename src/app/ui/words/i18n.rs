//! The page's words, by message id, in the visitor's language: Project Fluent's messages in `locales/LANGUAGE/*.ftl`.
//!
//! [`t!`] looks a message up; inside a reactive closure it follows the language. [`mt!`] is such a closure.

use std::{borrow::Cow, cell::OnceCell};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{
    format::count,
    language::{Language, language},
};
use crate::localize::Localized;

/// A language's files, all of them in one bundle.
macro_rules! files {
    ($folder:literal) => {
        [
            include_str!(concat!("../../../../locales/", $folder, "/common.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/evaluation.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/lessons.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/offline.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/playground.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/profile.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/recipe.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/runs.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/studio.ftl")),
            include_str!(concat!("../../../../locales/", $folder, "/verify.ftl")),
        ]
    };
}

/// All of Chinese: in a module of its own, for those who read it. The English words of errors come with them.
#[wasm_split(chinese, fallible)]
fn chinese() -> Result<Vec<&'static str>, SplitLoaderError> {
    let errors = include_str!("../../../../locales/zh-CN/errors.ftl");
    Ok(files!("zh-CN").into_iter().chain([errors]).collect())
}

fn bundle(of: Language, files: impl IntoIterator<Item = &'static str>) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(vec![of.identifier()]);
    // The marks around values are for languages written from right to left beside others.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(grouped));
    for file in files {
        // A message that cannot be read is missing then; tests/locales.rs lets none pass.
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Whole numbers with their thousands apart.
fn grouped<M>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value >= 0.0 && number.value.fract() == 0.0 => {
            Some(count(number.value as usize))
        }
        _ => None,
    }
}

thread_local! {
    static ENGLISH: FluentBundle<FluentResource> = bundle(Language::English, files!("en"));
    static CHINESE: OnceCell<FluentBundle<FluentResource>> = const { OnceCell::new() };
}

/// Fetches the words of a language, before it is spoken.
///
/// # Errors
/// Their module cannot be fetched.
pub async fn fetch(language: Language) -> Result<(), SplitLoaderError> {
    if language == Language::Chinese {
        let files = chinese().await?;
        CHINESE.with(|words| {
            words.get_or_init(|| bundle(language, files));
        });
    }
    Ok(())
}

/// Hands `read` the words of the language in use; tracked.
fn with_words<R>(read: impl FnOnce(&FluentBundle<FluentResource>) -> R) -> R {
    match language() {
        Language::English => ENGLISH.with(read),
        Language::Chinese => CHINESE.with(|words| match words.get() {
            Some(words) => read(words),
            None => ENGLISH.with(read),
        }),
    }
}

/// Keeps the document's `lang` in step with the language.
pub fn follow_language() {
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            // An attribute of a valid name cannot be refused.
            let _ = root.set_attribute("lang", language().tag());
        }
        document().set_title(&text("page-title", None));
    });
}

/// The message in the language in use; tracked. An id that no file has stands for itself.
pub fn text(id: &str, args: Option<&FluentArgs>) -> String {
    with_words(|bundle| {
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            log::error!("no message {id}");
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        errors.iter().for_each(|error| log::error!("message {id}: {error}"));
        Cow::into_owned(text)
    })
}

/// An error in the language in use, tracked; in English as far as the language has no words for it.
pub fn translated(reason: &Localized) -> String {
    let message =
        reason.message.as_ref().filter(|message| with_words(|words| words.has_message(&message.id)));
    let Some(message) = message else { return reason.english.clone().into_owned() };
    let mut args = FluentArgs::new();
    for (name, value) in &message.arguments {
        args.set(name.as_ref(), translated(value));
    }
    text(&message.id, Some(&args))
}

/// The message under an id, or the name itself where there is none: names such as `cls` are the same in all languages.
pub fn words(id_or_name: &str) -> String {
    let known = ENGLISH.with(|words| words.has_message(id_or_name));
    if known { text(id_or_name, None) } else { id_or_name.to_owned() }
}

/// The message under an id, with its values: `t!("steps-done", count = 3)`. Tracks the language.
macro_rules! t {
    ($id:expr) => {
        $crate::app::ui::words::i18n::text($id, None)
    };
    ($id:expr, $($key:ident = $value:expr),+ $(,)?) => {{
        let mut args = fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($key), $value);)+
        $crate::app::ui::words::i18n::text($id, Some(&args))
    }};
}

/// A closure of [`t!`], for views and attributes.
macro_rules! mt {
    ($($message:tt)+) => {
        move || $crate::app::ui::words::i18n::t!($($message)+)
    };
}

pub(crate) use {mt, t};
