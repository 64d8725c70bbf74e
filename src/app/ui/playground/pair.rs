//! Two sentences and their cosine, before and after training, beside those of the list's pairs.

use leptos::{prelude::*, task::spawn_local};

use super::shared::{Questions, follow};
use crate::{
    app::{
        protocol::{Answer, Request, SimilarityMatrix, Weights},
        ui::{
            parts::{encoder_bar::weights_in_caption, notice::Problem, similarity_table::pair_cosines},
            state::{
                encoder_choice::EncoderChoice,
                examples::{CLOSELY, PARAPHRASE},
                studio,
            },
            words::i18n::{mt, t, words},
        },
    },
    localize::Localized,
};

/// Fewer pairs of the list say little of how large cosines are.
const ENOUGH: usize = 10;
/// The scale of cosines, in its own units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 44.0;

/// What the two came to.
#[derive(Debug, Clone, PartialEq)]
struct Compared {
    now: SimilarityMatrix,
    /// With the loaded weights, where those are others.
    before: Option<SimilarityMatrix>,
}

/// Of the first sentence with the second.
fn cosine(of: &SimilarityMatrix) -> f64 {
    of.cosines.get(1).map_or(0.0, |cosine| f64::from(*cosine))
}

#[component]
pub fn PairCard() -> impl IntoView {
    let (store, engine) = studio();
    let (first, second) = (CLOSELY.editable(store), PARAPHRASE.editable(store));
    let (compared, error) = (RwSignal::new(None::<Compared>), RwSignal::new(None::<Localized>));
    let sentences = move || [first.get().trim().to_owned(), second.get().trim().to_owned()];
    let blank = move || sentences().iter().any(String::is_empty);
    let questions = Questions::new();
    let compare = move || {
        let number = questions.next();
        if blank() || !store.ready() || store.model.with(Option::is_none) {
            return compared.set(None);
        }
        let sentences = sentences().to_vec();
        let EncoderChoice { weights, pooler } = store.encoder;
        let (weights, pooler) = (weights.get(), pooler.get());
        let also_before = weights != Weights::Original && store.trained.get();
        let ask =
            move |weights| engine.ask(Request::Similarity { sentences: sentences.clone(), weights, pooler });
        spawn_local(async move {
            let now = ask(weights).await;
            let before = if also_before { Some(ask(Weights::Original).await) } else { None };
            if !questions.is_last(number) {
                return;
            }
            match (now, before) {
                (Err(message), _) | (_, Some(Err(message))) => error.set(Some(message)),
                (Ok(Answer::Similarity { result: now }), before) => {
                    let before = match before {
                        Some(Ok(Answer::Similarity { result })) => Some(result),
                        _ => None,
                    };
                    error.set(None);
                    compared.set(Some(Compared { now, before }));
                }
                _ => {}
            }
        });
    };
    let text = move || {
        first.track();
        second.track();
    };
    follow(store, text, compare);
    // Vectors of another model would mislead.
    Effect::new(move |_| {
        store.model.track();
        compared.set(None);
    });
    // The list's pairs through the same weights.
    let others = Memo::new(move |_| {
        let (compared, list) = (compared.get()?, store.similarity.get()?);
        let now = &compared.now;
        let same = (list.weights, list.pooler, list.step) == (now.weights, now.pooler, now.step);
        let cosines = pair_cosines(&list);
        (same && cosines.len() >= ENOUGH).then_some(cosines)
    });
    let rank = move || {
        let (compared, others) = (compared.get()?, others.get()?);
        let now = cosine(&compared.now);
        let below = others.iter().filter(|other| **other < now).count();
        Some(t!("pair-rank", percent = (100.0 * below as f64 / others.len() as f64).round()))
    };
    let before = move || {
        let of = compared.get()?.before?;
        let written = format!("{:.3}", cosine(&of));
        Some(t!("pair-before", cosine = written))
    };
    let field = |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! {
            <div class="field">
                <label for=id>{mt!(label)}</label>
                <input
                    id=id
                    type="text"
                    autocomplete="off"
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </div>
        }
    };
    view! {
        <section class="card pair" aria-labelledby="pair-title">
            <h2 id="pair-title">{mt!("pair-title")}</h2>
            <div class="pair-parts">
                <div class="pair-inputs">
                    {field("pair-first", "pair-first", first)}
                    {field("pair-second", "pair-second", second)}
                </div>
                <div class="pair-result">
                    <p class="pair-numbers" role="status">
                        <span>
                            <span class="pair-label">{mt!("pair-cosine")}" "</span>
                            <output id="pair-cosine" for="pair-first pair-second">
                                {move || compared.get().map_or_else(|| "–".to_owned(), |compared| format!("{:.3}", cosine(&compared.now)))}
                            </output>
                        </span>
                        <span class="pair-before">{before}</span>
                    </p>
                    {move || compared.get().map(|compared| scale(&compared, others.get().unwrap_or_default()))}
                    <p class="fine">{move || match compared.get() {
                        Some(compared) => {
                            let weights = weights_in_caption(compared.now.weights, compared.now.step);
                            [Some(weights), rank()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
                        }
                        None if blank() => words("pair-blank"),
                        None => String::new(),
                    }}</p>
                    <Problem error title="matrix-failed" />
                </div>
            </div>
        </section>
    }
}

/// Cosines on a line: of the list's pairs as ticks, of the two as a point, and where it was before training.
fn scale(compared: &Compared, others: Vec<f64>) -> impl IntoView + use<> {
    let at = |cosine: f64| WIDTH * cosine.clamp(0.0, 1.0);
    let ticks = others.into_iter().map(|other| {
        view! { <line class="pair-other" x1=at(other) x2=at(other) y1="8" y2="20" /> }
    });
    let now = at(cosine(&compared.now));
    let was = compared.before.as_ref().map(|before| {
        let was = at(cosine(before));
        view! {
            <line class="pair-way" x1=was x2=now y1="14" y2="14" />
            <circle class="pair-was" cx=was cy="14" r="6" />
        }
    });
    view! {
        <svg class="pair-scale" viewBox=format!("-10 0 {} {HEIGHT}", WIDTH + 20.0) aria-hidden="true">
            <line class="axis" x1="0" x2=WIDTH y1="14" y2="14" />
            {ticks.collect_view()}
            {was}
            <circle class="pair-now" cx=now cy="14" r="8" />
            <text class="tick" x="0" y="38">{mt!("matrix-low")}</text>
            <text class="tick end" x=WIDTH y="38">"1"</text>
        </svg>
    }
}
