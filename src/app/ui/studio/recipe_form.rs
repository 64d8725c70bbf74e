//! The form of the recipe: presets, its options, and how long the run will be.

use leptos::prelude::*;

use super::split::{AfterPicture, StudioPart};
use crate::{
    app::{
        protocol::{TrainingKind, Weights},
        ui::{
            parts::{
                fields::{RecipeOption, Segments},
                fold::Fold,
            },
            state::{links::shared, preset::Preset, recipe::LengthUnit, store::Store, studio},
            words::i18n::{mt, t},
        },
    },
    share::Part,
    train::{Objective, TrainOption},
};

/// The options that one always sees, and the head, which is explained beside the pooler.
const MAIN_OPTIONS: [TrainOption; 7] = [
    TrainOption::Objective,
    TrainOption::BatchSize,
    TrainOption::LearningRate,
    TrainOption::Epochs,
    TrainOption::Steps,
    TrainOption::Pooler,
    TrainOption::Head,
];

/// Options of the loss, all off by default: the paper's alternatives and later additions. Options in neither list stand between
/// the two.
const LOSS_OPTIONS: [TrainOption; 8] = [
    TrainOption::Loss,
    TrainOption::Augmentation,
    TrainOption::FixedMask,
    TrainOption::HardNegativeWeight,
    TrainOption::FalseNegativeThreshold,
    TrainOption::MlmWeight,
    TrainOption::MicroBatchSize,
    TrainOption::Matryoshka,
];

#[component]
pub fn RecipeForm() -> impl IntoView {
    let ((store, _), shared) = (studio(), shared());
    follow_the_data(store);
    let done = Signal::derive(move || store.recipe.options().is_ok());
    let hidden = Signal::derive(move || shared.hides(Part::Recipe));
    view! {
        <Fold id="recipe-title" title="recipe-title" state=move || fold_line(store) done hidden>
            <AfterPicture part=StudioPart::RecipeFields />
        </Fold>
    }
}

#[component]
pub fn RecipeFields() -> impl IntoView {
    let ((store, _), shared) = (studio(), shared());
    let recipe = store.recipe;
    let locked = move || shared.locks(Part::Recipe);
    let disabled = Signal::derive(move || store.phase.with(|phase| phase.active()) || locked());
    let field = move |option: TrainOption| view! { <RecipeOption option recipe disabled /> };
    let placed = |option: &TrainOption| MAIN_OPTIONS.contains(option) || LOSS_OPTIONS.contains(option);
    let others =
        TrainOption::ALL.iter().copied().filter(move |option| option.spec().offered && !placed(option));
    view! {
            <Presets disabled />
            <form class="fields" on:submit=|event| event.prevent_default()>
                {field(TrainOption::Objective)}
                <div class="field-pair">{[TrainOption::BatchSize, TrainOption::LearningRate].map(field)}</div>
                <Segments
                    name="length-unit"
                    legend="length-legend"
                    value=recipe.length_unit
                    choices=vec![(LengthUnit::Epochs, "length-epochs"), (LengthUnit::Steps, "length-steps")]
                    help=length_help
                    disabled
                />
                {move || match recipe.length_unit.get() {
                    LengthUnit::Epochs => field(TrainOption::Epochs),
                    LengthUnit::Steps => field(TrainOption::Steps),
                }}
                {field(TrainOption::Pooler)}
                <PoolerAdvice />
                {move || store.trained.get().then(|| view! {
                    <Segments
                        name="start-from"
                        legend="start-legend"
                        value=recipe.start_from
                        choices=vec![(Weights::Original, "start-original"), (Weights::Current, "start-current")]
                        help=start_help
                        disabled
                    />
                })}
                <details class="advanced">
                    <summary>{mt!("recipe-more")}</summary>
                    <div class="fields">
                        {field(TrainOption::Head)}
                        <p class="fine">{move || recipe.idle(TrainOption::Head).then(|| t!("head-only-cls"))}</p>
                        <div class="field-pair">{others.map(field).collect_view()}</div>
                    </div>
                </details>
                <details class="advanced">
                    <summary>{mt!("recipe-loss-more")}</summary>
                    <div class="fields">{LOSS_OPTIONS.map(field)}</div>
                </details>
            </form>
            <p class="recipe-sum" aria-live="polite">{move || summary(store)}</p>
            <p class="fine reason">{move || disabled.get().then(|| if locked() { t!("part-locked") } else { t!("recipe-fixed") })}</p>
    }
}

#[component]
fn Presets(disabled: Signal<bool>) -> impl IntoView {
    let (store, _) = studio();
    let fill = move |preset: Preset| {
        let objective = untrack(|| store.training_kind()).map_or(Objective::Unsup, TrainingKind::objective);
        store.recipe.fill(&preset.recipe(store, objective));
    };
    let buttons = Preset::ALL.into_iter().map(move |preset| {
        view! {
            <button
                type="button"
                class="button button-small"
                title=mt!(preset.help())
                disabled=disabled
                on:click=move |_| fill(preset)
            >
                {mt!(preset.label())}
            </button>
        }
    });
    view! {
        <div class="row" role="group" aria-label=mt!("recipe-presets")>{buttons.collect_view()}</div>
    }
}

/// Says so where the model's makers pool otherwise than the recipe.
#[component]
fn PoolerAdvice() -> impl IntoView {
    let (store, _) = studio();
    let recipe = store.recipe;
    move || {
        let made_for = store.model.with(|model| model.as_ref().map(|report| report.pooler))?.trainable();
        (made_for != recipe.pooler() && !store.phase.with(|phase| phase.active())).then(|| {
            view! {
                <p class="advice">
                    {mt!("pooler-advice", pooler = made_for.name())}" "
                    <button type="button" class="link-button" on:click=move |_| recipe.set(TrainOption::Pooler, made_for.name())>
                        {mt!("pooler-advice-use", pooler = made_for.name())}
                    </button>
                </p>
            }
        })
    }
}

/// Loading text of one kind sets the objective that it is for.
fn follow_the_data(store: Store) {
    Effect::new(move |_| {
        let Some(kind) = store.training_kind() else { return };
        let (recipe, objective) = (store.recipe, kind.objective());
        if untrack(|| recipe.objective()) != objective {
            let head = if objective == Objective::Sup { "keep" } else { "train-only" };
            recipe.set(TrainOption::Objective, &objective.to_string());
            recipe.set(TrainOption::Head, head);
        }
    });
}

/// How long and how wide, in a line.
fn fold_line(store: Store) -> String {
    let items = store.training_items();
    let length = items.and_then(|items| store.recipe.length(items));
    match (store.recipe.options(), length) {
        (Ok(options), Some((_, total))) => t!("recipe-state", total = total, batch = options.batch_size),
        _ => summary(store),
    }
}

fn summary(store: Store) -> String {
    if let Err(problem) = store.recipe.options() {
        return problem;
    }
    let items = store.training_items();
    match items.and_then(|items| Some((items, store.recipe.length(items)?))) {
        None => t!("recipe-no-text"),
        Some((items, (epoch, total))) => {
            t!("recipe-length", total = total, items = items, epoch = epoch)
        }
    }
}

fn length_help(unit: LengthUnit) -> &'static str {
    match unit {
        LengthUnit::Epochs => "length-epochs-help",
        LengthUnit::Steps => "length-steps-help",
    }
}

fn start_help(weights: Weights) -> &'static str {
    match weights {
        Weights::Original => "start-original-help",
        Weights::Current | Weights::At(_) => "start-current-help",
    }
}
