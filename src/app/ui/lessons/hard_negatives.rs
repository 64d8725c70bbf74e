//! What contradictions in the batch do: two short runs on the sample's triplets, with and without them.

use leptos::{prelude::*, task::spawn_local};

use super::{
    hard_margins::Margins,
    inputs::{linked, take_number},
    parts::{by_itself, fixed, signed},
    prepare::{Needs, Prepare},
    runs::{Halt, give, train},
    story::{Step, Story},
};
use crate::{
    app::{
        protocol::{Answer, Request, TrainingItems, Weights},
        ui::{
            browser::site::{fetch_text, site_url},
            parts::{
                fields::Number,
                icons::{Glyph, Icon},
                notice::{Bar, Problem},
                run_buttons::StopButton,
            },
            state::{
                engine::Engine,
                number_field::NumberField,
                preset::Preset,
                site_texts::Sample,
                starter::starter_is_untrained,
                store::{Phase, Store, Topic},
                studio,
            },
            words::i18n::{mt, t, words},
        },
    },
    lessons::{Sides, means},
    localize::{Localize, Localized},
    model::Pooler,
    share::Lesson,
    text::{Corpus, TrainingData},
    train::{Kind, Objective, TrainOptions},
};

/// The last triplets of the file are not trained on: a quarter of them, and no more than these, which are encoded while a
/// visitor reads the first words.
const MEASURED: usize = 100;
const NEEDS: Needs = Needs { pairs: false, sentences: false, training: true };
/// What is measured, in this order: messages.
pub const STAGES: [&str; 3] = ["hard-before", "hard-with", "hard-without"];

type Triplet = [String; 3];

/// Triplets, and of each stage that is done the cosines.
#[derive(Debug, Clone, Default, PartialEq)]
struct Found {
    triplets: Vec<Triplet>,
    stages: Vec<Vec<Sides>>,
}

pub fn story() -> Story {
    let (store, engine) = studio();
    let steps = NumberField::new("hard-steps", "steps", Kind::whole(1.0, 1000.0), 18.0);
    let (found, running, error) =
        (RwSignal::new(Found::default()), RwSignal::new(false), RwSignal::new(None::<Localized>));
    linked(
        Lesson::HardNegatives,
        move || vec![("run_steps", steps.text.get())],
        move |key, value| key != "run_steps" || take_number(steps, value),
    );
    let reason =
        move || NEEDS.reason(store).or_else(|| steps.value().is_err().then_some("lesson-numbers-first"));
    let report = move |outcome: Result<(), Halt>| {
        if let Err(Halt::Failed(message)) = outcome {
            error.set(Some(message));
        }
    };
    // The first row is there before anybody presses.
    let measuring = RwSignal::new(false);
    let model = Memo::new(move |_| store.model_name());
    by_itself(
        model,
        move || NEEDS.reason(store),
        measuring,
        move || {
            measuring.set(true);
            error.set(None);
            found.set(Found::default());
            spawn_local(async move {
                report(prepare(store, engine, found).await.map(drop));
                measuring.set(false);
            });
        },
    );
    // `text`: what is loaded for training when it is over.
    let start = move |text: Option<Sample>| {
        let Ok(steps) = untrack(|| steps.value()) else { return };
        running.set(true);
        error.set(None);
        spawn_local(async move {
            report(compare(store, engine, steps as u32, found).await);
            if let Some(text) = text {
                engine.send(Topic::Training, Request::LoadTraining { source: text.source() });
            }
            running.set(false);
        });
    };
    let progress = move || {
        let stage = STAGES.get(found.with(|found| found.stages.len()))?;
        let total = store.plan.with(|plan| plan.as_ref().map_or(1, |plan| plan.total.max(1)));
        let step = match store.phase.get() {
            Phase::Running | Phase::Evaluating { .. } | Phase::Paused => store.latest_step(),
            _ => 0,
        };
        Some((f64::from(step) / f64::from(total), t!("hard-progress", stage = words(stage))))
    };
    // Only where it replaces nothing of the visitor's; the studio's text is then there again.
    let by_step = move || {
        let text = Sample::sentences(store);
        let free = || !running.get() && !measuring.get() && reason().is_none();
        if untrack(|| free() && starter_is_untrained(store) && text.is_training_text(store)) {
            start(Some(text));
        }
    };
    let shown = RwSignal::new(None::<usize>);
    let told = vec![
        Step::new("hard-what", move || shown.set(None)),
        Step::new("hard-margin", move || shown.set(Some(0))),
        Step::new("hard-try", move || {
            shown.set(None);
            by_step();
        }),
        Step::new("hard-answer", || {}),
    ];
    let figure = view! {
        <section class="card" aria-labelledby="hard-part">
            <h2 id="hard-part">{mt!("hard-part")}</h2>
            <Prepare needs=NEEDS />
            {move || found.with(|found| !found.stages.is_empty()).then(|| found.with(|found| {
                let (means, sample) = (found.means(), found.sample());
                view! { <Margins means sample shown /> }
            }))}
            {move || running.get().then(progress).flatten().map(|(fraction, label)| view! { <Bar fraction=Some(fraction) label /> })}
            <div class="row">
                <button type="button" class="button button-primary" disabled=move || running.get() || measuring.get() || reason().is_some() on:click=move |_| start(None)>
                    <Glyph icon=Icon::Play />{mt!("hard-start")}
                </button>
                {move || running.get().then(|| view! { <StopButton on_stop=move || engine.stop() /> })}
                <span class="fine" role="status">{move || match (running.get(), measuring.get()) {
                    (true, _) => None,
                    (_, true) => Some(t!("lesson-computing")),
                    _ => reason().map(words),
                }}</span>
            </div>
            <p class="fine">{mt!("hard-part-what")}</p>
            <Problem error title="lesson-failed" />
        </section>
    };
    let more = view! {
        <section class="card" aria-labelledby="hard-numbers">
            <h2 id="hard-numbers">{mt!("hard-numbers")}</h2>
            <div class="lesson-numbers"><Number field=steps disabled=running.into() /></div>
            {move || found.with(|found| !found.stages.is_empty()).then(|| view! { <Table found=found.get() /> })}
        </section>
    };
    Story { steps: told, figure: figure.into_any(), more: more.into_any() }
}

/// The triplets that are trained on, those that are measured, and the recipe; the loaded weights are measured, where they
/// have not been yet.
async fn prepare(
    store: Store,
    engine: Engine,
    found: RwSignal<Found>,
) -> Result<(Vec<Triplet>, Vec<Triplet>, TrainOptions), Halt> {
    let mut learned = triplets(Sample::triplets(store)).await.map_err(Halt::Failed)?;
    let measured = learned.split_off(learned.len() - MEASURED.min(learned.len() / 4));
    let options = TrainOptions { eval_every: 0, ..Preset::Demo.recipe(store, Objective::Sup) };
    let there = found.with_untracked(|found| found.triplets == measured && !found.stages.is_empty());
    if !there {
        let pooler = options.evaluation_pooler();
        let first = measure(engine, &measured, Weights::Original, pooler).await.map_err(Halt::Failed)?;
        found.set(Found { triplets: measured.clone(), stages: vec![first] });
    }
    Ok((learned, measured, options))
}

/// Measures, trains with the hard negatives, measures, trains without, measures.
async fn compare(store: Store, engine: Engine, steps: u32, found: RwSignal<Found>) -> Result<(), Halt> {
    let (learned, measured, options) = prepare(store, engine, found).await?;
    found.update(|found| found.stages.truncate(1));
    let options = TrainOptions { steps: Some(steps), ..options };
    let pooler = options.evaluation_pooler();
    let add = |sides| found.update(|found| found.stages.push(sides));

    give(store, engine, TrainingItems::Triplets(learned.clone())).await?;
    train(store, engine, options.clone()).await?;
    add(measure(engine, &measured, Weights::Current, pooler).await.map_err(Halt::Failed)?);
    let pairs = learned.iter().map(|[sentence, positive, _]| [sentence.clone(), positive.clone()]);
    give(store, engine, TrainingItems::Pairs(pairs.collect())).await?;
    train(store, engine, options).await?;
    add(measure(engine, &measured, Weights::Current, pooler).await.map_err(Halt::Failed)?);
    Ok(())
}

async fn triplets(sample: Sample) -> Result<Vec<Triplet>, Localized> {
    let file = sample.path();
    let text = fetch_text(&site_url(&file)).await?;
    match Corpus::parse(&file, text.as_bytes()).map_err(|error| error.localized())?.data {
        TrainingData::Triplets(triplets) => Ok(triplets),
        _ => Err(t!("hard-no-triplets", file = file.as_str()).into()),
    }
}

async fn measure(
    engine: Engine,
    triplets: &[Triplet],
    weights: Weights,
    pooler: Pooler,
) -> Result<Vec<Sides>, Localized> {
    let side = |side: usize| triplets.iter().map(move |triplet| triplet[side].clone());
    let (queries, sentences) = (Some(side(0).collect()), side(1).chain(side(2)).collect());
    match engine.ask(Request::Cosines { queries, sentences, weights, pooler }).await? {
        Answer::Cosines { result } => Ok(Sides::of(&result.values.to_vec(), triplets.len())),
        _ => Err(t!("lesson-no-answer").into()),
    }
}

impl Found {
    /// Of each stage that is done, its message and the mean cosines.
    fn means(&self) -> Vec<(&'static str, Sides)> {
        let named = STAGES.into_iter().zip(&self.stages);
        named.filter_map(|(name, sides)| Some((name, means(sides)?.0))).collect()
    }

    /// One of the triplets, with its cosines of the last stage.
    fn sample(&self) -> Option<(Triplet, Sides)> {
        Some((self.triplets.first()?.clone(), *self.stages.last()?.first()?))
    }
}

#[component]
fn Table(found: Found) -> impl IntoView {
    let Found { triplets, stages } = found;
    let heads = STAGES.into_iter().take(stages.len());
    let rows = heads.clone().zip(&stages).map(|(name, sides)| {
        let (mean, ahead) = means(sides)?;
        let count = sides.len();
        Some(view! {
            <tr>
                <th scope="row">{mt!(name)}</th>
                <td>{fixed(mean.positive, 3)}</td>
                <td>{fixed(mean.negative, 3)}</td>
                <td>{signed(mean.margin(), 3)}</td>
                <td>{mt!("hard-ahead-of", ahead = ahead, count = count)}</td>
            </tr>
        })
    });
    let each = triplets.into_iter().enumerate().map(|(index, [sentence, positive, negative])| {
        let margins = stages.iter().filter_map(|sides| sides.get(index)).map(|sides| {
            view! { <td class:behind={sides.margin() <= 0.0}>{signed(sides.margin(), 2)}</td> }
        });
        view! {
            <tr>
                <th scope="row">
                    {sentence}
                    <span class="hard-positive"><span aria-hidden="true">"= "</span>{positive}</span>
                    <span class="hard-negative"><span aria-hidden="true">"≠ "</span>{negative}</span>
                </th>
                {margins.collect_view()}
            </tr>
        }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("hard-numbers")>
            <table class="scores hard-scores hard-means">
                <thead>
                    <tr>
                        <th scope="col">{mt!("column-weights")}</th>
                        <th scope="col">{mt!("hard-column-positive")}</th>
                        <th scope="col">{mt!("hard-column-negative")}</th>
                        <th scope="col">{mt!("hard-column-margin")}</th>
                        <th scope="col">{mt!("hard-column-ahead")}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <details>
            <summary>{mt!("hard-each")}</summary>
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("hard-each")>
                <table class="scores hard-scores">
                    <thead>
                        <tr>
                            <th scope="col">{mt!("hard-column-triplet")}</th>
                            {heads.map(|name| view! { <th scope="col">{mt!(name)}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{each.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
