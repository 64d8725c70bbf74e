//! The page's words, by message id, in the visitor's language: Project Fluent's messages in `locales/LANGUAGE/*.ftl`.
//!
//! [`t!`] looks a message up; inside a reactive closure it follows the language. [`mt!`] is such a closure.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell},
};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{
    format::count,
    language::{Language, language},
};
use crate::localize::Localized;

/// Files of a language.
macro_rules! files {
    ($folder:literal, $($name:literal),+) => {
        [$(include_str!(concat!("../../../../locales/", $folder, "/", $name, ".ftl"))),+]
    };
}

/// The files that the page's first module needs.
macro_rules! first_files {
    ($folder:literal) => {
        files!($folder, "common", "offline", "recipe", "runs", "studio")
    };
}

/// Those whose words its other modules alone have.
macro_rules! later_files {
    ($folder:literal) => {
        files!($folder, "evaluation", "lessons", "playground", "profile", "verify")
    };
}

/// All of Chinese: in a module of its own, for those who read it. The English words of errors come with them.
#[wasm_split(chinese, fallible)]
fn chinese() -> Result<Vec<&'static str>, SplitLoaderError> {
    let errors = files!("zh-CN", "errors");
    Ok(first_files!("zh-CN").into_iter().chain(later_files!("zh-CN")).chain(errors).collect())
}

#[wasm_split(english, fallible)]
fn later_english() -> Result<Vec<&'static str>, SplitLoaderError> {
    Ok(later_files!("en").to_vec())
}

fn bundle(of: Language, files: impl IntoIterator<Item = &'static str>) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(vec![of.identifier()]);
    // The marks around values are for languages written from right to left beside others.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(grouped));
    add(&mut bundle, files);
    bundle
}

fn add(bundle: &mut FluentBundle<FluentResource>, files: impl IntoIterator<Item = &'static str>) {
    for file in files {
        // A message that cannot be read is missing then; tests/locales.rs lets none pass.
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(resource);
    }
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
    static ENGLISH: RefCell<FluentBundle<FluentResource>> =
        RefCell::new(bundle(Language::English, first_files!("en")));
    /// Whether English has the words of the later modules.
    static COMPLETE: Cell<bool> = const { Cell::new(false) };
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

/// Fetches the English words of the later modules, which are wanted before any part of those is made.
///
/// # Errors
/// Their module cannot be fetched.
pub async fn fetch_later() -> Result<(), SplitLoaderError> {
    if !COMPLETE.get() {
        let files = later_english().await?;
        // Two modules may have waited for them.
        if !COMPLETE.replace(true) {
            ENGLISH.with_borrow_mut(|words| add(words, files));
        }
    }
    Ok(())
}

/// Hands `read` the words of the language in use; tracked.
fn with_words<R>(read: impl FnOnce(&FluentBundle<FluentResource>) -> R) -> R {
    match language() {
        Language::English => ENGLISH.with_borrow(read),
        Language::Chinese => CHINESE.with(|words| match words.get() {
            Some(words) => read(words),
            None => ENGLISH.with_borrow(read),
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
    let known = ENGLISH.with_borrow(|words| words.has_message(id_or_name));
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
