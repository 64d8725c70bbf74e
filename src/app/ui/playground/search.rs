//! The list in the order of its likeness to a sentence.

use leptos::{ev::SubmitEvent, leptos_dom::helpers::debounce, prelude::*, task::spawn_local};

use super::{
    encoded::Encoded,
    shared::{Questions, TYPING},
    vectors::{Encoding, Vectors},
};
use crate::{
    app::{
        protocol::{Answer, Request},
        ui::{
            parts::notice::Problem,
            state::{store::Topic, studio},
            words::i18n::mt,
        },
    },
    eval::cosine,
    localize::Localized,
};

/// Sentences shown at first, and added with each press.
const SHOWN: usize = 25;

#[component]
pub fn Search() -> impl IntoView {
    let (store, engine) = studio();
    let vectors: Vectors = expect_context();
    let error = RwSignal::new(None::<Localized>);
    let (query, shown) = (RwSignal::new(String::new()), RwSignal::new(SHOWN));
    // The query that the engine was asked about, and its vector.
    let (asked, vector) = (RwSignal::new(String::new()), RwSignal::new(None::<Vec<f32>>));
    let questions = Questions::new();
    let ask = move || {
        let text = query.get_untracked().trim().to_owned();
        if text.is_empty() || vectors.blocked().is_some() {
            return;
        }
        let encoder = store.encoder;
        let (weights, pooler) = (encoder.weights.get_untracked(), encoder.pooler.get_untracked());
        error.set(None);
        shown.set(SHOWN);
        if !untrack(|| vectors.fresh()) && !store.slot(Topic::Embedding).busy() {
            vectors.encode(engine);
        }
        let request = Request::Embed { sentences: vec![text.clone()], weights, pooler, normalised: true };
        let number = questions.next();
        spawn_local(async move {
            let answer = engine.ask(request).await;
            if !questions.is_last(number) {
                return;
            }
            match answer {
                Ok(Answer::Embedded { part }) => {
                    asked.set(text);
                    vector.set(Some(part.values.to_vec()));
                }
                Ok(_) => {}
                Err(message) => error.set(Some(message)),
            }
        });
    };
    // New vectors of the list, seen otherwise: the query has to be seen so too.
    Effect::new(move |before: Option<bool>| {
        let fresh = vectors.fresh();
        if fresh && before == Some(false) && !asked.read_untracked().is_empty() {
            ask();
        }
        fresh
    });
    let mut typed = debounce(TYPING, move |()| ask());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask();
    };
    let ranking = Memo::new(move |_| {
        let (encoding, query) = (vectors.current()?, vector.get()?);
        (query.len() == encoding.hidden).then(|| ranked(&encoding, &query))
    });
    let rows = move || {
        let (ranking, encoding) = (ranking.get()?, vectors.current()?);
        let total = ranking.len();
        let items = ranking.into_iter().take(shown.get()).map(|(index, cosine)| {
            let percent = format!("{:.0}%", 100.0 * cosine.clamp(0.0, 1.0));
            view! {
                <li>
                    <span class="rank-cosine">{format!("{cosine:.3}")}</span>
                    <span class="rank-bar" aria-hidden="true"><span style:width=percent></span></span>
                    <span class="rank-sentence">{encoding.lines[index].clone()}</span>
                </li>
            }
        });
        Some(view! {
            <p class="matrix-caption" role="status">
                {mt!("search-result", query = asked.get(), count = total)}
            </p>
            <ol class="ranking">{items.collect_view()}</ol>
            {move || (shown.get() < total).then(|| view! {
                <button type="button" class="button button-small" on:click=move |_| shown.update(|shown| *shown += SHOWN)>
                    {mt!("search-more")}
                </button>
            })}
        })
    };
    view! {
        <div class="playground-head">
            <h2>{mt!("search-title")}</h2>
            <p class="fine">{mt!("search-what")}</p>
        </div>
        <form class="search-form" on:submit=submit>
            <div class="field">
                <label for="search-query">{mt!("search-query")}</label>
                <input
                    id="search-query"
                    type="text"
                    autocomplete="off"
                    prop:value=query
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        typed(());
                    }
                />
            </div>
        </form>
        <Encoded />
        <Problem error title="search-failed" />
        {rows}
        {move || ranking.with(Option::is_none).then(|| view! {
            <div class="matrix matrix-empty"><p>{mt!("search-empty")}</p></div>
        })}
    }
}

/// Every sentence's number with its cosine, the likest first.
fn ranked(encoding: &Encoding, query: &[f32]) -> Vec<(usize, f64)> {
    let mut ranking: Vec<(usize, f64)> =
        (0..encoding.lines.len()).map(|index| (index, cosine(query, encoding.row(index)))).collect();
    ranking.sort_by(|first, second| second.1.total_cmp(&first.1));
    ranking
}
