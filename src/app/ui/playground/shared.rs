//! What the playground's views have in common.

use std::time::Duration;

use leptos::prelude::RwSignal;

/// So long nothing is typed any more before the views answer.
pub const TYPING: Duration = Duration::from_millis(250);

/// Lists up to this length are laid out and searched as soon as they are encoded.
pub const AUTO_LAYOUT_LINES: usize = 300;

/// Which view is looked at, by its tab's name.
#[derive(Clone, Copy)]
pub struct Chosen(pub RwSignal<&'static str>);
