//! The recipe.

use leptos::prelude::*;

use super::{
    fold::Fold,
    i18n::{mt, t},
    recipe::{LengthUnit, Preset},
    recipe_fields::{Choice, Line, Number, Segments},
    share::shared,
    store::Store,
    studio,
};
use crate::{
    app::protocol::{TrainingKind, Weights},
    kernels::LossForm,
    model::Pooler,
    share::Part,
    text::augment::Augmentation,
    train::{HeadMode, Objective},
};

#[component]
pub fn RecipeForm() -> impl IntoView {
    let ((store, _), shared) = (studio(), shared());
    let recipe = store.recipe;
    let locked = move || shared.locks(Part::Recipe);
    let disabled = Signal::derive(move || store.phase.with(|phase| phase.active()) || locked());
    let no_head = Signal::derive(move || disabled.get() || recipe.pooler.get() != Pooler::Cls);
    follow_the_data(store);
    let done = Signal::derive(move || recipe.options().is_ok());
    let hidden = Signal::derive(move || shared.hides(Part::Recipe));
    view! {
        <Fold id="recipe-title" title="recipe-title" state=move || state(store) done hidden>
            <Presets disabled />
            <form class="fields" on:submit=|event| event.prevent_default()>
                <Segments
                    name="objective"
                    legend="objective-legend"
                    value=recipe.objective
                    choices=vec![(Objective::Unsup, "objective-unsup"), (Objective::Sup, "objective-sup")]
                    help=objective_help
                    disabled
                />
                <div class="field-pair">
                    <Number field=recipe.batch_size disabled />
                    <Number field=recipe.learning_rate disabled />
                </div>
                <Segments
                    name="length-unit"
                    legend="length-legend"
                    value=recipe.length_unit
                    choices=vec![(LengthUnit::Epochs, "length-epochs"), (LengthUnit::Steps, "length-steps")]
                    help=length_help
                    disabled
                />
                {move || match recipe.length_unit.get() {
                    LengthUnit::Epochs => view! { <Number field=recipe.epochs disabled /> },
                    LengthUnit::Steps => view! { <Number field=recipe.steps disabled /> },
                }}
                <Choice id="pooler" label="pooler-label" value=recipe.pooler choices=poolers() help=pooler_help disabled />
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
                        <Choice id="head" label="head-label" value=recipe.head choices=heads() help=head_help disabled=no_head />
                        <p class="fine">
                            {move || (recipe.pooler.get() != Pooler::Cls).then(|| t!("head-only-cls"))}
                        </p>
                        <div class="field-pair">
                            <Number field=recipe.temperature disabled />
                            <Number field=recipe.dropout disabled />
                            <Number field=recipe.max_length disabled />
                            <Number field=recipe.eval_every disabled />
                            <Number field=recipe.warmup disabled />
                            <Number field=recipe.weight_decay disabled />
                            <Number field=recipe.clip disabled />
                            <Number field=recipe.seed disabled />
                        </div>
                    </div>
                </details>
                <ObjectiveOptions disabled />
            </form>
            <p class="recipe-sum" aria-live="polite">{move || summary(store)}</p>
            <p class="fine reason">{move || disabled.get().then(|| if locked() { t!("part-locked") } else { t!("recipe-fixed") })}</p>
        </Fold>
    }
}

#[component]
fn Presets(disabled: Signal<bool>) -> impl IntoView {
    let (store, _) = studio();
    let fill = move |preset: Preset| {
        let kind = store.training.with_untracked(|training| training.as_ref().map(|report| report.kind));
        let objective = kind.map_or(Objective::Unsup, objective_of);
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

/// What the paper compares with, and what others added to it; all of it off by default.
#[component]
fn ObjectiveOptions(disabled: Signal<bool>) -> impl IntoView {
    let (store, _) = studio();
    let recipe = store.recipe;
    let given_pairs = Signal::derive(move || disabled.get() || recipe.objective.get() == Objective::Sup);
    view! {
        <details class="advanced">
            <summary>{mt!("recipe-loss-more")}</summary>
            <div class="fields">
                <Choice id="loss" label="loss-label" value=recipe.loss choices=losses() help=loss_help disabled />
                <Choice
                    id="augmentation"
                    label="augmentation-label"
                    value=recipe.augmentation
                    choices=augmentations()
                    help=augmentation_help
                    disabled=given_pairs
                />
                <Segments
                    name="fixed-mask"
                    legend="mask-legend"
                    value=recipe.fixed_mask
                    choices=vec![(false, "mask-own"), (true, "mask-fixed")]
                    help=mask_help
                    disabled
                />
                <div class="field-pair">
                    <Number field=recipe.hard_negative_weight disabled />
                    <Number field=recipe.false_negative_threshold disabled />
                    <Number field=recipe.mlm_weight disabled />
                    <Number field=recipe.micro_batch_size disabled />
                </div>
                <Line
                    id="matryoshka"
                    label="matryoshka-label"
                    help="matryoshka-help"
                    value=recipe.widths
                    problem=Signal::derive(move || recipe.matryoshka().err())
                    disabled
                />
            </div>
        </details>
    }
}

/// Says so where the model's makers pool otherwise than the recipe.
#[component]
fn PoolerAdvice() -> impl IntoView {
    let (store, _) = studio();
    let pooler = store.recipe.pooler;
    move || {
        let made_for = store.model.with(|model| model.as_ref().map(|report| report.pooler))?.trainable();
        (made_for != pooler.get() && !store.phase.with(|phase| phase.active())).then(|| {
            view! {
                <p class="advice">
                    {mt!("pooler-advice", pooler = made_for.name())}" "
                    <button type="button" class="link-button" on:click=move |_| pooler.set(made_for)>
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
        let Some(kind) = store.training.with(|training| training.as_ref().map(|report| report.kind)) else {
            return;
        };
        let (recipe, objective) = (store.recipe, objective_of(kind));
        if recipe.objective.get_untracked() != objective {
            recipe.objective.set(objective);
            recipe.head.set(if objective == Objective::Sup { HeadMode::Keep } else { HeadMode::TrainOnly });
        }
    });
}

/// What a training text is for.
pub fn objective_of(kind: TrainingKind) -> Objective {
    match kind {
        TrainingKind::Sentences => Objective::Unsup,
        TrainingKind::Pairs | TrainingKind::Triplets => Objective::Sup,
    }
}

/// How long and how wide, in a line.
fn state(store: Store) -> String {
    let items = store.training.with(|training| training.as_ref().map(|report| report.items));
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
    let items = store.training.with(|training| training.as_ref().map(|report| report.items));
    match items.and_then(|items| Some((items, store.recipe.length(items)?))) {
        None => t!("recipe-no-text"),
        Some((items, (epoch, total))) => {
            t!("recipe-length", total = total, items = items, epoch = epoch)
        }
    }
}

fn poolers() -> Vec<(Pooler, &'static str)> {
    vec![
        (Pooler::Cls, "pooler-cls"),
        (Pooler::ClsBeforePooler, "pooler-cls-before-pooler"),
        (Pooler::Avg, "pooler-avg"),
        (Pooler::AvgTop2, "pooler-avg-top2"),
        (Pooler::AvgFirstLast, "pooler-avg-first-last"),
    ]
}

fn heads() -> Vec<(HeadMode, &'static str)> {
    vec![
        (HeadMode::TrainOnly, "head-train-only"),
        (HeadMode::Keep, "head-keep"),
        (HeadMode::None, "head-none"),
    ]
}

fn losses() -> Vec<(LossForm, &'static str)> {
    vec![
        (LossForm::OneWay, "loss-one-way"),
        (LossForm::Symmetric, "loss-symmetric"),
        (LossForm::NtXent, "loss-nt-xent"),
    ]
}

fn loss_help(form: LossForm) -> &'static str {
    match form {
        LossForm::OneWay => "loss-one-way-help",
        LossForm::Symmetric => "loss-symmetric-help",
        LossForm::NtXent => "loss-nt-xent-help",
    }
}

fn augmentations() -> Vec<(Option<Augmentation>, &'static str)> {
    let words = |augmentation| match augmentation {
        Augmentation::Crop { .. } => "augmentation-crop",
        Augmentation::Delete { .. } => "augmentation-delete",
        Augmentation::DeleteOne => "augmentation-delete-one",
        Augmentation::Reorder => "augmentation-reorder",
        Augmentation::Synonym { .. } => "augmentation-synonym",
        Augmentation::Mask { .. } => "augmentation-mask",
        Augmentation::Replace { .. } => "augmentation-replace",
        Augmentation::Repeat { .. } => "augmentation-repeat",
    };
    let offered = Augmentation::ALL.into_iter().map(|augmentation| (Some(augmentation), words(augmentation)));
    [(None, "augmentation-none")].into_iter().chain(offered).collect()
}

fn augmentation_help(augmentation: Option<Augmentation>) -> &'static str {
    match augmentation {
        None => "augmentation-none-help",
        Some(Augmentation::Repeat { .. }) => "augmentation-repeat-help",
        Some(_) => "augmentation-other-help",
    }
}

fn mask_help(fixed: bool) -> &'static str {
    match fixed {
        false => "mask-own-help",
        true => "mask-fixed-help",
    }
}

fn objective_help(objective: Objective) -> &'static str {
    match objective {
        Objective::Unsup => "objective-unsup-help",
        Objective::Sup => "objective-sup-help",
    }
}

fn length_help(unit: LengthUnit) -> &'static str {
    match unit {
        LengthUnit::Epochs => "length-epochs-help",
        LengthUnit::Steps => "length-steps-help",
    }
}

fn pooler_help(pooler: Pooler) -> &'static str {
    match pooler {
        Pooler::Cls => "train-pooler-cls-help",
        Pooler::ClsBeforePooler => "train-pooler-cls-before-pooler-help",
        Pooler::Avg => "train-pooler-avg-help",
        Pooler::AvgTop2 => "train-pooler-avg-top2-help",
        Pooler::AvgFirstLast => "train-pooler-avg-first-last-help",
        // Not offered, since it is not trained.
        Pooler::Own => "pooler-own-help",
    }
}

fn head_help(head: HeadMode) -> &'static str {
    match head {
        HeadMode::TrainOnly => "head-train-only-help",
        HeadMode::Keep => "head-keep-help",
        HeadMode::None => "head-none-help",
    }
}

fn start_help(weights: Weights) -> &'static str {
    match weights {
        Weights::Original => "start-original-help",
        Weights::Current | Weights::At(_) => "start-current-help",
    }
}
