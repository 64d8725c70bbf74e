//! A number being typed, and what is said where it does not fit.

use leptos::prelude::*;

use crate::{
    app::ui::words::i18n::{t, translated},
    localize::Localized,
    train::Kind,
};

/// A number being typed. Its explanation is the message `ID-help`.
#[derive(Debug, Clone, Copy)]
pub struct NumberField {
    /// Of the input.
    pub id: &'static str,
    /// A message id.
    pub label: &'static str,
    pub kind: Kind,
    pub text: RwSignal<String>,
}

impl NumberField {
    pub fn new(id: &'static str, label: &'static str, kind: Kind, value: f64) -> Self {
        Self { id, label, kind, text: RwSignal::new(value.to_string()) }
    }

    /// # Errors
    /// What was typed and what is expected.
    pub fn value(&self) -> Result<f64, String> {
        let text = self.text.get();
        self.kind.number(&text).map_err(|expected| misfit(&text, &expected))
    }
}

/// What was typed and what is expected, in the visitor's language.
pub fn misfit(typed: &str, expected: &Localized) -> String {
    match typed.trim() {
        "" => t!("number-missing", expected = translated(expected)),
        typed => t!("number-wrong", typed = typed, expected = translated(expected)),
    }
}
