//! Step 3: the recipe.

use leptos::prelude::*;

use super::{
    format::count,
    recipe::{LengthUnit, Preset},
    recipe_fields::{Choice, Line, Number, Segments},
    store::Store,
    studio,
};
use crate::{
    app::protocol::{TrainingKind, Weights},
    kernels::LossForm,
    model::Pooler,
    text::augment::Augmentation,
    train::{HeadMode, Objective},
};

#[component]
pub fn RecipeForm() -> impl IntoView {
    let (store, _) = studio();
    let recipe = store.recipe;
    let disabled = Signal::derive(move || store.phase.with(|phase| phase.active()));
    let no_head = Signal::derive(move || disabled.get() || recipe.pooler.get() != Pooler::Cls);
    follow_the_data(store);
    view! {
        <section class="card" aria-labelledby="recipe-title">
            <h2 id="recipe-title" class="step-title" class:step-done=move || recipe.options().is_ok()>
                <span class="step-number">"3"</span>"Recipe"
            </h2>
            <Presets disabled />
            <form class="fields" on:submit=|event| event.prevent_default()>
                <Segments
                    name="objective"
                    legend="Objective"
                    value=recipe.objective
                    choices=vec![(Objective::Unsup, "Unsupervised"), (Objective::Sup, "Supervised")]
                    help=objective_help
                    disabled
                />
                <div class="field-pair">
                    <Number field=recipe.batch_size disabled />
                    <Number field=recipe.learning_rate disabled />
                </div>
                <Segments
                    name="length-unit"
                    legend="Length"
                    value=recipe.length_unit
                    choices=vec![(LengthUnit::Epochs, "Epochs"), (LengthUnit::Steps, "Steps")]
                    help=length_help
                    disabled
                />
                {move || match recipe.length_unit.get() {
                    LengthUnit::Epochs => view! { <Number field=recipe.epochs disabled /> },
                    LengthUnit::Steps => view! { <Number field=recipe.steps disabled /> },
                }}
                <Choice id="pooler" label="Pooler" value=recipe.pooler choices=poolers() help=pooler_help disabled />
                <PoolerAdvice />
                {move || store.trained.get().then(|| view! {
                    <Segments
                        name="start-from"
                        legend="Start from"
                        value=recipe.start_from
                        choices=vec![(Weights::Original, "Loaded weights"), (Weights::Current, "Trained weights")]
                        help=start_help
                        disabled
                    />
                })}
                <details class="advanced">
                    <summary>"All other options"</summary>
                    <div class="fields">
                        <Choice id="head" label="Head" value=recipe.head choices=heads() help=head_help disabled=no_head />
                        <p class="fine">
                            {move || (recipe.pooler.get() != Pooler::Cls).then_some("Only the pooler cls has a head.")}
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
            <p class="fine reason">{move || disabled.get().then_some("The recipe is fixed while a run is on.")}</p>
        </section>
    }
}

#[component]
fn Presets(disabled: Signal<bool>) -> impl IntoView {
    let (store, _) = studio();
    let fill = move |preset: Preset| {
        let kind = store.training.with_untracked(|training| training.as_ref().map(|report| report.kind));
        let objective = kind.map_or(Objective::Unsup, objective_of);
        let pooler = store.model.with_untracked(|model| model.as_ref().map(|report| report.pooler));
        store.recipe.fill(&preset.options(objective, pooler, store.software()));
    };
    let buttons = Preset::ALL.into_iter().map(move |preset| {
        view! {
            <button type="button" class="button button-small" disabled=disabled on:click=move |_| fill(preset)>
                {preset.label()}
            </button>
        }
    });
    view! {
        <div class="row" role="group" aria-label="Ready-made recipes">{buttons.collect_view()}</div>
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
            <summary>"Loss, augmentation and memory"</summary>
            <div class="fields">
                <Choice id="loss" label="Loss" value=recipe.loss choices=losses() help=loss_help disabled />
                <Choice
                    id="augmentation"
                    label="Augmentation"
                    value=recipe.augmentation
                    choices=augmentations()
                    help=augmentation_help
                    disabled=given_pairs
                />
                <Segments
                    name="fixed-mask"
                    legend="Dropout masks"
                    value=recipe.fixed_mask
                    choices=vec![(false, "One per view"), (true, "Fixed")]
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
                    label="Matryoshka widths"
                    help="Trains the first so many columns of the vectors to stand alone, such as 384, 128, 64; empty is off."
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
        let made_for = store.model.with(|model| model.as_ref().map(|report| report.pooler))?;
        (made_for != pooler.get() && !store.phase.with(|phase| phase.active())).then(|| {
            view! {
                <p class="advice">
                    {format!("This model was made for {made_for}. ")}
                    <button type="button" class="link-button" on:click=move |_| pooler.set(made_for)>
                        {format!("Use {made_for}")}
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

fn summary(store: Store) -> String {
    if let Err(problem) = store.recipe.options() {
        return problem;
    }
    let items = store.training.with(|training| training.as_ref().map(|report| report.items));
    match items.and_then(|items| Some((items, store.recipe.length(items)?))) {
        None => "The number of steps shows here once a training text is loaded.".to_owned(),
        Some((items, (epoch, total))) => {
            format!("{} in all: {} items make {} per epoch.", steps(total), count(items), steps(epoch))
        }
    }
}

fn steps(number: u32) -> String {
    super::format::counted(number as usize, "step", "steps")
}

fn poolers() -> Vec<(Pooler, &'static str)> {
    vec![
        (Pooler::Cls, "cls: [CLS] through the head"),
        (Pooler::ClsBeforePooler, "cls_before_pooler: [CLS] as it is"),
        (Pooler::Avg, "avg: mean of all tokens"),
        (Pooler::AvgTop2, "avg_top2: mean over the last two layers"),
        (Pooler::AvgFirstLast, "avg_first_last: mean over first and last layer"),
    ]
}

fn heads() -> Vec<(HeadMode, &'static str)> {
    vec![(HeadMode::TrainOnly, "train only"), (HeadMode::Keep, "keep"), (HeadMode::None, "none")]
}

fn losses() -> Vec<(LossForm, &'static str)> {
    vec![
        (LossForm::OneWay, "one-way: as the paper"),
        (LossForm::Symmetric, "symmetric: both directions"),
        (LossForm::NtXent, "NT-Xent: against all sentences"),
    ]
}

fn loss_help(form: LossForm) -> &'static str {
    match form {
        LossForm::OneWay => "First views look for their second views among the batch’s.",
        LossForm::Symmetric => "The mean of that and of second views looking for their first.",
        LossForm::NtXent => {
            "SimCLR’s: both views look for their partner among all other sentences of the batch."
        }
    }
}

fn augmentations() -> Vec<(Option<Augmentation>, &'static str)> {
    let words = |augmentation| match augmentation {
        Augmentation::Crop { .. } => "crop: keep 90 % in a row",
        Augmentation::Delete { .. } => "delete: leave out 10 % of the words",
        Augmentation::DeleteOne => "delete-one: leave out a word",
        Augmentation::Reorder => "reorder: shuffle the words",
        Augmentation::Synonym { .. } => "synonym: another word of WordNet’s",
        Augmentation::Mask { .. } => "mask: corrupt 15 % of the tokens",
        Augmentation::Replace { .. } => "replace: 15 % random tokens",
        Augmentation::Repeat { .. } => "repeat: write some tokens twice",
    };
    let offered = Augmentation::ALL.into_iter().map(|augmentation| (Some(augmentation), words(augmentation)));
    [(None, "none: dropout alone")].into_iter().chain(offered).collect()
}

fn augmentation_help(augmentation: Option<Augmentation>) -> &'static str {
    match augmentation {
        None => "The paper’s finding: dropout alone beats every change to the words.",
        Some(Augmentation::Repeat { .. }) => {
            "ESimCSE’s: keeps the model from telling pairs by their equal lengths."
        }
        Some(_) => "One of the baselines that dropout beats: the second view’s words are changed.",
    }
}

fn mask_help(fixed: bool) -> &'static str {
    match fixed {
        false => "Each view draws its own masks: what makes the two differ.",
        true => {
            "An ablation: both views get the same masks, so they are the same vector, and nothing is learned."
        }
    }
}

fn objective_help(objective: Objective) -> &'static str {
    match objective {
        Objective::Unsup => {
            "A sentence and itself under another dropout are the pair; needs plain sentences."
        }
        Objective::Sup => {
            "Given pairs are drawn together, contradictions pushed away; needs pairs or triplets."
        }
    }
}

fn length_help(unit: LengthUnit) -> &'static str {
    match unit {
        LengthUnit::Epochs => "The run ends after so many passes over the text.",
        LengthUnit::Steps => "The run ends after so many batches.",
    }
}

fn pooler_help(pooler: Pooler) -> &'static str {
    match pooler {
        Pooler::Cls => "The paper’s choice: the first token’s state, through a small layer trained with it.",
        Pooler::ClsBeforePooler => "The first token’s state alone.",
        Pooler::Avg => "The mean over a sentence’s token states; what most published sentence encoders use.",
        Pooler::AvgTop2 => "The mean over tokens and over the last two layers.",
        Pooler::AvgFirstLast => {
            "The mean over tokens, over the first and the last layer; strong without training."
        }
    }
}

fn head_help(head: HeadMode) -> &'static str {
    match head {
        HeadMode::TrainOnly => {
            "Trained with a head, evaluated and saved without: the paper’s unsupervised way."
        }
        HeadMode::Keep => "Trained, evaluated and saved with the head: the paper’s supervised way.",
        HeadMode::None => "No head at all.",
    }
}

fn start_help(weights: Weights) -> &'static str {
    match weights {
        Weights::Original => "The next run begins with the model as it was loaded.",
        Weights::Current => "The next run goes on from what the last one reached.",
    }
}
