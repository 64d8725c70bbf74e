//! The recipe as the visitor types it, and its way to [`TrainOptions`].

use leptos::prelude::*;

use super::{
    i18n::{say, t},
    recipe_numbers::{self as numbers, NumberField},
    store::Store,
};
use crate::{
    app::protocol::Weights,
    kernels::LossForm,
    model::Pooler,
    said::Say,
    text::augment::Augmentation,
    train::{HeadMode, Objective, TrainOptions},
};

/// How long a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    Epochs,
    Steps,
}

/// Ready-made recipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    PaperUnsupervised,
    PaperSupervised,
    Demo,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::Demo, Self::PaperUnsupervised, Self::PaperSupervised];

    /// Its name, a message id.
    pub fn label(self) -> &'static str {
        match self {
            Self::PaperUnsupervised => "preset-unsupervised",
            Self::PaperSupervised => "preset-supervised",
            Self::Demo => "preset-demo",
        }
    }

    /// The message that says what it is for.
    pub fn help(self) -> &'static str {
        match self {
            Self::PaperUnsupervised => "preset-unsupervised-help",
            Self::PaperSupervised => "preset-supervised-help",
            Self::Demo => "preset-demo-help",
        }
    }

    /// For the model at hand.
    pub fn recipe(self, store: Store, objective: Objective) -> TrainOptions {
        let model =
            store.model.with_untracked(|model| Some((model.as_ref()?.name.clone(), model.as_ref()?.pooler)));
        let own = model.as_ref().and_then(|(name, _)| store.site_models.demo(name));
        match own.filter(|_| self == Self::Demo && objective == Objective::Unsup) {
            Some(own) => own,
            None => self.options(objective, model.map(|(_, pooler)| pooler)),
        }
    }

    /// `objective` and `model_pooler` are what text and model are for.
    fn options(self, objective: Objective, model_pooler: Option<Pooler>) -> TrainOptions {
        let paper = TrainOptions::default();
        match self {
            Self::PaperUnsupervised => paper,
            Self::PaperSupervised => TrainOptions {
                objective: Objective::Sup,
                batch_size: 512,
                learning_rate: 5e-5,
                epochs: 3,
                head: HeadMode::Keep,
                ..paper
            },
            Self::Demo => {
                let pooler = model_pooler.unwrap_or(Pooler::Avg).trainable();
                let head = if pooler == Pooler::Cls { HeadMode::TrainOnly } else { HeadMode::None };
                let (batch_size, steps, eval_every) = (16, Some(40), 5);
                TrainOptions { objective, batch_size, steps, eval_every, pooler, head, ..paper }
            }
        }
    }
}

/// The whole form.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub objective: RwSignal<Objective>,
    pub pooler: RwSignal<Pooler>,
    pub head: RwSignal<HeadMode>,
    pub length_unit: RwSignal<LengthUnit>,
    pub start_from: RwSignal<Weights>,
    pub batch_size: NumberField,
    pub learning_rate: NumberField,
    pub epochs: NumberField,
    pub steps: NumberField,
    pub temperature: NumberField,
    pub max_length: NumberField,
    pub dropout: NumberField,
    pub seed: NumberField,
    pub eval_every: NumberField,
    pub warmup: NumberField,
    pub weight_decay: NumberField,
    pub clip: NumberField,
    pub hard_negative_weight: NumberField,
    pub loss: RwSignal<LossForm>,
    pub augmentation: RwSignal<Option<Augmentation>>,
    pub fixed_mask: RwSignal<bool>,
    pub false_negative_threshold: NumberField,
    pub mlm_weight: NumberField,
    pub micro_batch_size: NumberField,
    /// Matryoshka widths, with commas.
    pub widths: RwSignal<String>,
}

impl Recipe {
    /// The paper's defaults.
    pub fn new() -> Self {
        let recipe = Self {
            objective: RwSignal::new(Objective::Unsup),
            pooler: RwSignal::new(Pooler::Cls),
            head: RwSignal::new(HeadMode::TrainOnly),
            length_unit: RwSignal::new(LengthUnit::Epochs),
            start_from: RwSignal::new(Weights::Original),
            batch_size: NumberField::new(&numbers::BATCH_SIZE, 0.0),
            learning_rate: NumberField::new(&numbers::LEARNING_RATE, 0.0),
            epochs: NumberField::new(&numbers::EPOCHS, 1.0),
            steps: NumberField::new(&numbers::STEPS, 100.0),
            temperature: NumberField::new(&numbers::TEMPERATURE, 0.0),
            max_length: NumberField::new(&numbers::MAX_LENGTH, 0.0),
            dropout: NumberField::new(&numbers::DROPOUT, 0.0),
            seed: NumberField::new(&numbers::SEED, 0.0),
            eval_every: NumberField::new(&numbers::EVAL_EVERY, 0.0),
            warmup: NumberField::new(&numbers::WARMUP, 0.0),
            weight_decay: NumberField::new(&numbers::WEIGHT_DECAY, 0.0),
            clip: NumberField::new(&numbers::CLIP, 0.0),
            hard_negative_weight: NumberField::new(&numbers::HARD_NEGATIVE_WEIGHT, 0.0),
            loss: RwSignal::new(LossForm::OneWay),
            augmentation: RwSignal::new(None),
            fixed_mask: RwSignal::new(false),
            false_negative_threshold: NumberField::new(&numbers::FALSE_NEGATIVE_THRESHOLD, 0.0),
            mlm_weight: NumberField::new(&numbers::MLM_WEIGHT, 0.0),
            micro_batch_size: NumberField::new(&numbers::MICRO_BATCH_SIZE, 0.0),
            widths: RwSignal::new(String::new()),
        };
        recipe.fill(&TrainOptions::default());
        recipe
    }

    /// Shows `options` in the form.
    pub fn fill(&self, options: &TrainOptions) {
        self.objective.set(options.objective);
        self.pooler.set(options.pooler);
        self.head.set(options.head);
        self.length_unit.set(if options.steps.is_some() { LengthUnit::Steps } else { LengthUnit::Epochs });
        self.batch_size.set(options.batch_size as f64);
        self.learning_rate.set(options.learning_rate);
        self.epochs.set(options.epochs as f64);
        if let Some(steps) = options.steps {
            self.steps.set(f64::from(steps));
        }
        self.temperature.set(shortest(options.temperature));
        self.max_length.set(options.max_length as f64);
        self.dropout.set(shortest(options.dropout));
        self.seed.set(f64::from(options.seed));
        self.eval_every.set(f64::from(options.eval_every));
        self.warmup.set(f64::from(options.warmup));
        self.weight_decay.set(shortest(options.weight_decay));
        self.clip.set(shortest(options.clip));
        self.hard_negative_weight.set(shortest(options.hard_negative_weight));
        self.loss.set(options.loss);
        self.augmentation.set(options.augmentation);
        self.fixed_mask.set(options.fixed_mask);
        self.false_negative_threshold.set(shortest(options.false_negative_threshold));
        self.mlm_weight.set(shortest(options.mlm_weight));
        self.micro_batch_size.set(options.micro_batch_size as f64);
        let widths: Vec<String> = options.matryoshka.iter().map(usize::to_string).collect();
        self.widths.set(widths.join(", "));
    }

    /// What the form says.
    ///
    /// # Errors
    /// The first field that cannot be used.
    pub fn options(&self) -> Result<TrainOptions, String> {
        let named =
            |field: NumberField| field.value().map_err(|error| format!("{}: {error}", t!(field.spec.label)));
        let pooler = self.pooler.get();
        let steps = match self.length_unit.get() {
            LengthUnit::Epochs => None,
            LengthUnit::Steps => Some(named(self.steps)? as u32),
        };
        let epochs = if steps.is_some() { 1 } else { named(self.epochs)? as usize };
        let objective = self.objective.get();
        let options = TrainOptions {
            objective,
            batch_size: named(self.batch_size)? as usize,
            learning_rate: named(self.learning_rate)?,
            temperature: named(self.temperature)? as f32,
            epochs,
            steps,
            max_length: named(self.max_length)? as usize,
            pooler,
            head: if pooler == Pooler::Cls { self.head.get() } else { HeadMode::None },
            dropout: named(self.dropout)? as f32,
            seed: named(self.seed)? as u32,
            eval_every: named(self.eval_every)? as u32,
            warmup: named(self.warmup)? as u32,
            weight_decay: named(self.weight_decay)? as f32,
            clip: named(self.clip)? as f32,
            hard_negative_weight: named(self.hard_negative_weight)? as f32,
            loss: self.loss.get(),
            augmentation: self.augmentation.get().filter(|_| objective == Objective::Unsup),
            fixed_mask: self.fixed_mask.get(),
            false_negative_threshold: named(self.false_negative_threshold)? as f32,
            mlm_weight: named(self.mlm_weight)? as f32,
            micro_batch_size: named(self.micro_batch_size)? as usize,
            matryoshka: self.matryoshka()?,
            contrastive: true,
        };
        options.validate().map_err(|error| say(&error.reason()))?;
        Ok(options)
    }

    /// # Errors
    /// What was typed and what is expected.
    pub fn matryoshka(&self) -> Result<Vec<usize>, String> {
        let typed = self.widths.get();
        let numbers = typed.split([',', ' ']).map(str::trim).filter(|number| !number.is_empty());
        let widths: Result<Vec<usize>, _> = numbers.map(str::parse).collect();
        widths
            .ok()
            .filter(|widths| widths.iter().all(|width| *width > 0 && width.is_multiple_of(4)))
            .ok_or_else(|| t!("matryoshka-wrong", typed = typed.as_str()))
    }

    /// Steps of an epoch and of the whole run over `items` training items.
    pub fn length(&self, items: usize) -> Option<(u32, u32)> {
        let options = self.options().ok()?;
        let epoch = items.div_ceil(options.batch_size) as u32;
        Some((epoch, options.steps.unwrap_or(epoch.saturating_mul(options.epochs as u32))))
    }
}

/// The f64 that prints as the f32 does: 0.05, not 0.05000000074505806.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}
