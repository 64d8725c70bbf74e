//! A few of the picture's sentences in words: what is nearest to each, and what was before the run.

use leptos::prelude::*;

use super::{Nearest, Picture, Row};
use crate::app::ui::{
    parts::icons::{Glyph, Icon},
    words::i18n::{mt, t},
};

/// So many sentences; each of another group, where there are enough.
const SENTENCES: usize = 3;

impl Picture {
    /// Sentences that the encoder took for something else to begin with, as they have something to learn; then any others.
    /// Tracked.
    fn telling(self) -> Vec<Row> {
        let mut rows = self.rows();
        rows.retain(|row| row.nearest.iter().all(Option::is_some));
        rows.sort_by_key(|row| row.nearest[0].as_ref().is_none_or(|before| before.agrees));
        let mut chosen: Vec<Row> = Vec::new();
        for row in rows {
            if chosen.len() < SENTENCES && chosen.iter().all(|other| other.group != row.group) {
                chosen.push(row);
            }
        }
        chosen
    }
}

#[component]
pub fn NeighboursCard() -> impl IntoView {
    let picture: Picture = expect_context();
    let all = Memo::new(move |_| picture.telling());
    let nearest = |Nearest { sentence, cosine, agrees }: Nearest, words: &'static str| {
        let icon = if agrees { Icon::Check } else { Icon::Cross };
        let kind = move || t!(if agrees { "neighbours-alike" } else { "neighbours-other" });
        view! {
            <p class="neighbour" class:alike=agrees>
                <Glyph icon />
                <span class="visually-hidden">{kind}</span>
                <span>
                    <span class="fine">{mt!(words)}" "{format!("{cosine:.2}")}" "</span>
                    {sentence}
                </span>
            </p>
        }
    };
    let rows = move || {
        let row = |Row { sentence, nearest: [before, now], .. }: Row| {
            let before =
                before.filter(|before| now.as_ref().is_some_and(|now| now.sentence != before.sentence));
            view! {
                <li>
                    <p class="neighbour-of">{sentence}</p>
                    {now.map(|now| nearest(now, "neighbours-now"))}
                    {before.map(|before| view! { <div class="neighbour-before">{nearest(before, "neighbours-before")}</div> })}
                </li>
            }
        };
        all.get().into_iter().map(row).collect_view()
    };
    view! {
        <section class="card neighbours" aria-labelledby="neighbours-title" hidden=move || all.with(Vec::is_empty)>
            <h2 id="neighbours-title">{mt!("neighbours-title")}</h2>
            <ul>{rows}</ul>
        </section>
    }
}
