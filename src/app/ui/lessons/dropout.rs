//! Dropout as the only augmentation: a dozen passes of a few sentences as clouds, and two of one sentence in full.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{
    dropout_clouds::{Clouds, Cosines},
    dropout_sample::{Sample, SampleRequest, VIEWS, format_probability},
    dropout_tables::{Pairs, Published},
    dropout_vectors::{Agreement, Vectors},
    inputs::{linked, number},
    parts::{Folding, Slider, by_itself, weights_at_hand},
    prepare::{Needs, Prepare},
    story::{Step, Story},
};
use crate::{
    app::{
        protocol::{Answer, Weights},
        ui::{
            parts::{
                encoder_bar::{WEIGHTS, weights_help},
                fields::{Line, Segments},
                notice::Problem,
            },
            state::{
                examples::{BESIDE, CLOSELY},
                lines::non_blank_lines,
                studio,
            },
            words::i18n::{mt, t, words},
        },
    },
    lessons::{Masks, Views},
    localize::Localized,
    share::Lesson,
};

/// As many as there are colours.
const MAX_OTHERS: usize = 5;
const MIN_OTHERS: usize = 2;
const PROBABILITIES: (f64, f64) = (0.0, 0.5);
const USUAL: f64 = 0.1;
/// Of the step on larger clouds.
const LARGE: f64 = 0.3;
/// Largest seed of a link.
const MAX_DRAWS: f64 = 1e9;

pub fn story() -> Story {
    let (store, engine) = studio();
    let sentence = CLOSELY.editable(store);
    let others = BESIDE.editable(store);
    let (masks, p) = (RwSignal::new(Masks::Own), RwSignal::new(USUAL));
    let draw = RwSignal::new(1_u32);
    let weights = RwSignal::new(Weights::Current);
    link(sentence, others, masks, p, draw);

    let asked = Memo::new(move |_| {
        let sentence = sentence.with(|sentence| sentence.trim().to_owned());
        let others = others.with(|others| non_blank_lines(others));
        SampleRequest {
            sentences: [sentence].into_iter().chain(others).collect(),
            masks: masks.get(),
            p: p.get(),
            draw: draw.get(),
            weights: weights.get(),
            pooler: store.encoder.pooler.get(),
        }
    });
    let blank = move || asked.with(|asked| asked.sentences[0].is_empty());
    let reason = move || match asked.with(|asked| asked.sentences.len() - 1) {
        _ if blank() => Some("views-no-sentence"),
        MIN_OTHERS..=MAX_OTHERS => Needs::default().reason(store),
        _ => Some("views-others-first"),
    };
    let (drawn, busy, error) =
        (RwSignal::new(None::<Arc<Sample>>), RwSignal::new(false), RwSignal::new(None::<Localized>));
    let ask = move || {
        let asked = asked.get_untracked();
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match engine.ask(asked.request()).await {
                Ok(Answer::Views { result }) => {
                    let views = Views::new(&result.values.to_vec(), result.sentences, result.hidden);
                    let (kept, step) = (result.kept, result.step);
                    drawn.set(views.map(|views| Arc::new(Sample { asked, views, kept, step })));
                }
                Ok(_) => {}
                Err(message) => error.set(Some(message)),
            }
            busy.set(false);
        });
    };
    // Vectors of another model would mislead.
    Effect::new(move |_| {
        store.model.track();
        drawn.set(None);
    });
    by_itself(Memo::new(move |_| (asked.get(), weights_at_hand(store))), reason, busy, ask);
    // Asks for it, too.
    let again = move |_| draw.update(|draw| *draw = draw.wrapping_add(1));
    let status = move || {
        if busy.get() {
            Some(t!("lesson-computing"))
        } else {
            reason().map(|id| match id {
                "views-others-first" => t!("views-others-first", fewest = MIN_OTHERS, most = MAX_OTHERS),
                id => words(id),
            })
        }
    };
    let set = move |with: Masks, probability: f64| {
        move || {
            masks.set(with);
            p.set(probability);
        }
    };
    let steps = vec![
        Step::new("views-see", set(Masks::Own, USUAL)),
        Step::new("views-wider", set(Masks::Own, LARGE)),
        Step::new("views-nothing", set(Masks::Fixed, LARGE)),
        Step::new("views-answer", set(Masks::Own, USUAL)),
    ];
    let figure = view! {
        <section class="card" aria-labelledby="views-clouds">
            <h2 id="views-clouds">{mt!("views-clouds", count = VIEWS)}</h2>
            <Prepare needs=Needs::default() />
            <div class="cloud-parts" class:stale=busy aria-busy=move || busy.get().to_string()>
                <Clouds drawn />
                <div class="views-agreement">
                    {move || drawn.get().map(|drawn| view! { <Agreement drawn /> })}
                    <p class="fine">{mt!("views-clouds-what")}</p>
                </div>
            </div>
            <div class="lesson-columns">
                <Segments
                    name="views-masks"
                    legend="views-masks"
                    value=masks
                    choices=vec![
                        (Masks::Own, "views-masks-own"),
                        (Masks::Fixed, "views-masks-fixed"),
                        (Masks::None, "views-masks-none"),
                    ]
                    help=|masks| match masks {
                        Masks::Own => "views-masks-own-help",
                        Masks::Fixed => "views-masks-fixed-help",
                        Masks::None => "views-masks-none-help",
                    }
                    disabled=Signal::derive(|| false)
                />
                <div hidden=move || masks.get() == Masks::None>
                    <Slider id="views-p" label="views-p" value=p range=PROBABILITIES step=0.01 written=format_probability />
                </div>
            </div>
            <div class="row">
                <button type="button" class="button" disabled=move || reason().is_some() || busy.get() on:click=again>
                    {mt!("views-draw-again")}
                </button>
                <span class="fine" role="status">{status}</span>
            </div>
            <Problem error title="lesson-failed" />
        </section>
    };
    let more = view! {
        <div class="views-drawn" class:stale=busy>
            <Folding id="views-vectors">{move || drawn.get().map(|drawn| view! { <Vectors drawn /> })}</Folding>
        </div>
        <section class="card" aria-labelledby="views-part">
            <h2 id="views-part">{mt!("lesson-own")}</h2>
            <div class="lesson-columns">
                <div class="views-inputs">
                    <Line
                        id="views-sentence"
                        label="views-sentence"
                        value=sentence
                        problem=Signal::derive(move || blank().then(|| t!("views-no-sentence")))
                        disabled=Signal::derive(|| false)
                    />
                    <div class="field">
                        <label for="views-others">{mt!("views-others")}</label>
                        <textarea
                            id="views-others"
                            rows="4"
                            prop:value=others
                            on:input=move |event| others.set(event_target_value(&event))
                        ></textarea>
                    </div>
                </div>
                <div class="views-inputs">
                    {move || store.trained.get().then(|| view! {
                        <Segments
                            name="views-weights"
                            legend="encoder-weights"
                            value=weights
                            choices=WEIGHTS.to_vec()
                            help=weights_help
                            disabled=Signal::derive(|| false)
                        />
                    })}
                </div>
            </div>
        </section>
        <div class="loss-parts" class:stale=busy>
            <Folding id="views-cosines">{move || drawn.get().map(|drawn| view! { <Cosines drawn /> })}</Folding>
            <Folding id="views-pairs" class="views-pairs">
                {move || drawn.get().map(|drawn| view! { <Pairs drawn /> })}
            </Folding>
            <Published masks p />
        </div>
    };
    Story { steps, figure: figure.into_any(), more: more.into_any() }
}

/// What a link says of it; the masks' seed is called a draw, as `seed` is the recipe's.
fn link(
    sentence: RwSignal<String>,
    others: RwSignal<String>,
    masks: RwSignal<Masks>,
    p: RwSignal<f64>,
    draw: RwSignal<u32>,
) {
    linked(
        Lesson::Dropout,
        move || {
            vec![
                ("text", sentence.get()),
                ("others", others.get()),
                ("masks", masks.get().name().to_owned()),
                ("p", format_probability(p.get())),
                ("draw", draw.get().to_string()),
            ]
        },
        move |key, value| match key {
            "text" => {
                sentence.set(value.to_owned());
                true
            }
            "others" => {
                others.set(value.to_owned());
                true
            }
            "masks" => Masks::named(value).map(|named| masks.set(named)).is_some(),
            "p" => number(value, PROBABILITIES.0..=PROBABILITIES.1).map(|number| p.set(number)).is_some(),
            "draw" => number(value, 0.0..=MAX_DRAWS).map(|number| draw.set(number as u32)).is_some(),
            _ => true,
        },
    );
}
