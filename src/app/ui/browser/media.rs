//! What the visitor's screen and settings are like.

use leptos::prelude::window;

/// Whether there is room for a lesson's words beside its figure; the same width as in www/styles/lessons.css.
pub fn is_wide() -> bool {
    matches("(width >= 64rem)")
}

/// Whether the visitor wants nothing to move by itself.
pub fn reduced_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// A browser that cannot tell has neither.
fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}
