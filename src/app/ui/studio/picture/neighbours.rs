//! A few of the picture's sentences in words: what is nearest to each, and what was before the run.

use leptos::prelude::*;

use super::Picture;
use crate::app::ui::{
    parts::icons::{Glyph, Icon},
    words::i18n::{mt, t},
};

/// So many sentences; each of another group, where there are enough.
const SENTENCES: usize = 3;

/// A sentence with what is nearest to it.
#[derive(Debug, Clone, PartialEq)]
struct Neighbours {
    sentence: String,
    now: Nearest,
    /// Where it was another one.
    before: Option<Nearest>,
}

#[derive(Debug, Clone, PartialEq)]
struct Nearest {
    sentence: String,
    cosine: f32,
    /// Of the same group.
    agrees: bool,
}

impl Picture {
    /// Those that the encoder took for something else to begin with, as they have something to learn; then any others.
    /// Tracked.
    fn telling(self) -> Vec<usize> {
        let sentences = self.groups.with(|groups| groups.sentences.clone());
        let group = |index: usize| sentences.get(index).map(|(_, group)| *group);
        let agreed = |index: usize| {
            let nearest = self.shown.with(|shown| shown.as_ref()?.nearest(index, sentences.len()));
            nearest.is_none_or(|[(before, _), _]| group(before) == group(index))
        };
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        order.sort_by_key(|index| agreed(*index));
        let mut chosen: Vec<usize> = Vec::new();
        for index in order {
            if chosen.len() < SENTENCES && chosen.iter().all(|other| group(*other) != group(index)) {
                chosen.push(index);
            }
        }
        chosen
    }

    /// Tracked.
    fn neighbours(self, index: usize) -> Option<Neighbours> {
        let sentences = self.groups.with(|groups| groups.sentences.clone());
        let (sentence, group) = sentences.get(index)?.clone();
        let [before, now] = self.shown.with(|shown| shown.as_ref()?.nearest(index, sentences.len()))?;
        let nearest = |(other, cosine): (usize, f32)| {
            let (text, of) = sentences.get(other)?.clone();
            Some(Nearest { sentence: text, cosine, agrees: of == group })
        };
        let changed = before.0 != now.0;
        Some(Neighbours { sentence, now: nearest(now)?, before: changed.then(|| nearest(before)).flatten() })
    }
}

#[component]
pub fn NeighboursCard() -> impl IntoView {
    let picture: Picture = expect_context();
    let telling = Memo::new(move |_| picture.telling());
    let all = Memo::new(move |_| {
        let telling = telling.get();
        telling.into_iter().filter_map(|index| picture.neighbours(index)).collect::<Vec<_>>()
    });
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
        let row = |Neighbours { sentence, now, before }: Neighbours| {
            view! {
                <li>
                    <p class="neighbour-of">{sentence}</p>
                    {nearest(now, "neighbours-now")}
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
