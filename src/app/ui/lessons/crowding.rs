//! Cosines of unrelated sentences, as a histogram.

use leptos::{prelude::*, task::spawn_local};

use super::{
    inputs::linked,
    parts::{by_itself, fixed, measurable, weights_at_hand},
    prepare::{Needs, Prepare},
    runs::{Halt, train},
    story::{Step, Story},
};
use crate::{
    app::{
        protocol::{Answer, Request},
        ui::{
            parts::{
                encoder_bar::{pooler_help, weights_of},
                fields::Choice,
                notice::{Bar, Problem},
            },
            state::{
                examples::UNRELATED, lines::non_blank_lines, preset::Preset, starter::starter_is_untrained,
                studio,
            },
            words::i18n::{mt, t, words},
        },
    },
    eval::{COSINE_BINS, cosine_bin_range},
    lessons::Spectrum,
    localize::Localized,
    model::Pooler,
    share::Lesson,
    train::{Objective, TrainOptions},
};

/// More take long on a slow device, and their histogram looks the same.
const MAX_SENTENCES: usize = 200;
/// The drawing, in its own units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 120.0;
/// Of the run that the lesson makes by itself: enough for a histogram of its own, and soon done.
const STEPS: u32 = 10;

/// A histogram, and the steps behind the weights.
#[derive(Debug, Clone, PartialEq)]
struct State {
    step: u32,
    pooler: Pooler,
    spectrum: Spectrum,
}

pub fn story() -> Story {
    let (store, engine) = studio();
    let text = UNRELATED.editable(store);
    let pooler = RwSignal::new(Pooler::ClsBeforePooler);
    let (states, busy, error) =
        (RwSignal::new(Vec::<State>::new()), RwSignal::new(false), RwSignal::new(None::<Localized>));
    linked(
        Lesson::Crowding,
        move || vec![("lines", text.get()), ("states", pooler.get().name().to_owned())],
        move |key, value| match key {
            "lines" => {
                text.set(value.to_owned());
                true
            }
            "states" => {
                let named = poolers().into_iter().find(|(pooler, _)| pooler.name() == value);
                named.map(|(named, _)| pooler.set(named)).is_some()
            }
            _ => true,
        },
    );
    Effect::new(move |_| {
        store.model.track();
        states.set(Vec::new());
    });
    let lines = move || text.with(|text| non_blank_lines(text));
    let asked = Memo::new(move |_| (lines(), pooler.get(), weights_at_hand(store)));
    let reason = move || match asked.with(|(lines, ..)| lines.len()) {
        count if count < 2 => Some("matrix-few"),
        count if count > MAX_SENTENCES => Some("crowding-many"),
        _ => Needs::default().reason(store),
    };
    let measure = move || {
        let (sentences, pooler, _) = asked.get_untracked();
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let mut found = Vec::new();
            for weights in measurable(store) {
                let request =
                    Request::Cosines { queries: None, sentences: sentences.clone(), weights, pooler };
                match engine.ask(request).await {
                    Ok(Answer::Cosines { result }) => {
                        let spectrum = Spectrum::new(&result.values.to_vec(), result.rows);
                        found.extend(spectrum.map(|spectrum| State { step: result.step, pooler, spectrum }));
                    }
                    Ok(_) => {}
                    Err(message) => error.set(Some(message)),
                }
            }
            states.set(found);
            busy.set(false);
        });
    };
    by_itself(asked, reason, busy, measure);
    let pushing = RwSignal::new(false);
    // Only where it replaces nothing of the visitor's.
    let training = Needs { sentences: true, pairs: false, training: true };
    let push = move || {
        if untrack(|| training.reason(store).is_none() && starter_is_untrained(store)) {
            let recipe = Preset::Demo.recipe(store, Objective::Unsup);
            let options = TrainOptions { steps: Some(STEPS), eval_every: 0, ..recipe };
            pushing.set(true);
            spawn_local(async move {
                if let Err(Halt::Failed(message)) = train(store, engine, options).await {
                    error.set(Some(message));
                }
                pushing.set(false);
            });
        }
    };
    let steps = vec![
        Step::new("crowding-see", move || pooler.set(Pooler::ClsBeforePooler)),
        Step::new("crowding-pooler", move || pooler.set(Pooler::Avg)),
        Step::new("crowding-push", push),
        Step::new("crowding-cone", || {}),
    ];
    let figure = view! {
        <section class="card" aria-labelledby="crowding-part">
            <h2 id="crowding-part">{mt!("crowding-part")}</h2>
            <Prepare needs=Needs::default() />
            <p class="fine" role="status">{move || match (busy.get(), pushing.get()) {
                (true, _) => Some(t!("lesson-computing")),
                (_, true) => None,
                _ => reason().map(|id| match id {
                    "crowding-many" => t!("crowding-many", most = MAX_SENTENCES),
                    id => words(id),
                }),
            }}</p>
            <Problem error title="lesson-failed" />
            {move || pushing.get().then(|| {
                let step = store.latest_step().min(STEPS);
                let label = t!("crowding-pushing", step = step, steps = STEPS);
                view! { <Bar fraction=Some(f64::from(step) / f64::from(STEPS)) label /> }
            })}
            <div class="histograms" class:stale=busy>
                {move || states.with(|states| states.iter().map(|state| view! { <Histogram state=state.clone() /> }).collect_view())}
            </div>
            {move || (states.with(Vec::len) == 1 && !pushing.get()).then(|| view! { <p class="fine">{mt!("crowding-train")}</p> })}
        </section>
    };
    let more = view! {
        <section class="card" aria-labelledby="crowding-own">
            <h2 id="crowding-own">{mt!("lesson-own")}</h2>
            <div class="lesson-columns">
                <div class="field">
                    <label for="crowding-text">{mt!("crowding-sentences")}</label>
                    <textarea id="crowding-text" rows="8" prop:value=text on:input=move |event| text.set(event_target_value(&event))></textarea>
                </div>
                <Choice
                    id="crowding-pooler"
                    label="encoder-pooler"
                    value=pooler
                    choices=poolers()
                    help=pooler_help
                    disabled=Signal::derive(|| false)
                />
            </div>
        </section>
    };
    Story { steps, figure: figure.into_any(), more: more.into_any() }
}

/// Those that any model has; `cls` needs a head.
fn poolers() -> Vec<(Pooler, &'static str)> {
    let all = Pooler::ALL.into_iter().filter(|pooler| *pooler != Pooler::Cls);
    all.map(|pooler| (pooler, pooler.name())).collect()
}

#[component]
fn Histogram(state: State) -> impl IntoView {
    let State { step, pooler, spectrum } = state;
    let Spectrum { shares, mean, count } = spectrum;
    let highest = shares.iter().copied().fold(0.0, f64::max);
    let bar = WIDTH / COSINE_BINS as f64;
    let bars = shares.iter().enumerate().filter(|(_, share)| **share > 0.0).map(|(bin, share)| {
        let height = HEIGHT * share / highest;
        let (low, high) = cosine_bin_range(bin);
        let title = format!("{} – {}: {:.1} %", fixed(low, 2), fixed(high, 2), 100.0 * share);
        view! {
            <rect x=bin as f64 * bar + 0.75 y=HEIGHT - height width=bar - 1.5 height=height><title>{title}</title></rect>
        }
    });
    let at = (mean + 1.0) / 2.0 * WIDTH;
    let name = move || weights_of(step);
    let written = fixed(mean, 3);
    let label = {
        let written = written.clone();
        move || t!("crowding-histogram", count = count, mean = written.as_str())
    };
    let ticks = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|cosine| {
        view! { <text class="tick" x=(cosine + 1.0) / 2.0 * WIDTH y=HEIGHT + 18.0>{fixed(cosine, 1)}</text> }
    });
    view! {
        <figure class="histogram" class:trained={step > 0}>
            <figcaption>
                <h3>{name}</h3>
                <p class="fine">{pooler.name()}</p>
                <p>{mt!("crowding-mean")}" "<strong class="histogram-mean">{written}</strong></p>
            </figcaption>
            <svg viewBox=format!("-14 -8 {} {}", WIDTH + 28.0, HEIGHT + 32.0) role="img" aria-label=label>
                <line class="axis" x1="0" x2=WIDTH y1=HEIGHT y2=HEIGHT />
                {bars.collect_view()}
                <line class="mean" x1=at x2=at y1="-6" y2=HEIGHT />
                {ticks.into_iter().collect_view()}
            </svg>
        </figure>
    }
}
