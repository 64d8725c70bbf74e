//! The recipe as the visitor types it, and its way to [`TrainOptions`].

use leptos::prelude::*;

use crate::{
    app::protocol::Weights,
    model::Pooler,
    train::{HeadMode, Objective, TrainOptions},
};

/// What a number field is called, explains and accepts.
#[derive(Debug, PartialEq)]
pub struct NumberSpec {
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub whole: bool,
    pub range: (f64, f64),
    pub expected: &'static str,
}

/// A number being typed.
#[derive(Debug, Clone, Copy)]
pub struct NumberField {
    pub spec: &'static NumberSpec,
    pub text: RwSignal<String>,
}

impl NumberField {
    fn new(spec: &'static NumberSpec, value: f64) -> Self {
        Self { spec, text: RwSignal::new(written(value)) }
    }

    fn set(&self, value: f64) {
        self.text.set(written(value));
    }

    /// # Errors
    /// What was typed and what is expected.
    pub fn value(&self) -> Result<f64, String> {
        let text = self.text.get();
        let (low, high) = self.spec.range;
        let fits = |value: &f64| (low..=high).contains(value) && (!self.spec.whole || value.fract() == 0.0);
        text.trim().parse::<f64>().ok().filter(fits).ok_or_else(|| match text.trim() {
            "" => format!("Enter {}.", self.spec.expected),
            typed => format!("“{typed}” does not fit: enter {}.", self.spec.expected),
        })
    }
}

/// As people write it: 0.00003 is 3e-5.
fn written(value: f64) -> String {
    match value != 0.0 && value.abs() < 1e-3 {
        true => format!("{value:e}"),
        false => value.to_string(),
    }
}

const BATCH_SIZE: NumberSpec = NumberSpec {
    id: "batch-size",
    label: "Batch size",
    help: "Sentences told apart at once: more negatives, more memory and time per step.",
    whole: true,
    range: (1.0, 1024.0),
    expected: "a whole number from 1 to 1024",
};
const LEARNING_RATE: NumberSpec = NumberSpec {
    id: "learning-rate",
    label: "Learning rate",
    help: "Size of a weight's first updates; it falls to 0 over the run.",
    whole: false,
    range: (0.0, 1.0),
    expected: "a number from 0 to 1, such as 3e-5",
};
const EPOCHS: NumberSpec = NumberSpec {
    id: "epochs",
    label: "Epochs",
    help: "Passes over the training text.",
    whole: true,
    range: (1.0, 1000.0),
    expected: "a whole number from 1 to 1000",
};
const STEPS: NumberSpec = NumberSpec {
    id: "steps",
    label: "Steps",
    help: "Batches in the whole run, however many epochs that makes.",
    whole: true,
    range: (1.0, 1e6),
    expected: "a whole number from 1 to 1,000,000",
};
const TEMPERATURE: NumberSpec = NumberSpec {
    id: "temperature",
    label: "Temperature τ",
    help: "Cosines are divided by it: smaller values punish the closest negatives harder.",
    whole: false,
    range: (1e-3, 100.0),
    expected: "a number from 0.001 to 100, such as 0.05",
};
const MAX_LENGTH: NumberSpec = NumberSpec {
    id: "max-length",
    label: "Maximum length",
    help: "Tokens kept of a sentence, special tokens included; the rest is cut.",
    whole: true,
    range: (3.0, 512.0),
    expected: "a whole number from 3 to 512",
};
const DROPOUT: NumberSpec = NumberSpec {
    id: "dropout",
    label: "Dropout",
    help: "Share of activations zeroed at random: the only difference between a sentence's two views.",
    whole: false,
    range: (0.0, 0.99),
    expected: "a number from 0 to 0.99, such as 0.1",
};
const SEED: NumberSpec = NumberSpec {
    id: "seed",
    label: "Seed",
    help: "The same seed on the same device gives the same run, bit for bit.",
    whole: true,
    range: (0.0, 4_294_967_295.0),
    expected: "a whole number from 0 to 4294967295",
};
const EVAL_EVERY: NumberSpec = NumberSpec {
    id: "eval-every",
    label: "Evaluate every",
    help: "Steps between evaluations; 0 evaluates at the start and the end only.",
    whole: true,
    range: (0.0, 1e6),
    expected: "a whole number from 0 to 1,000,000",
};
const WARMUP: NumberSpec = NumberSpec {
    id: "warmup",
    label: "Warm-up",
    help: "Steps over which the learning rate grows from 0 to its peak.",
    whole: true,
    range: (0.0, 1e6),
    expected: "a whole number from 0 to 1,000,000",
};
const WEIGHT_DECAY: NumberSpec = NumberSpec {
    id: "weight-decay",
    label: "Weight decay",
    help: "Pulls weights towards 0 at each step (AdamW); biases and LayerNorm are spared.",
    whole: false,
    range: (0.0, 10.0),
    expected: "a number from 0 to 10",
};
const CLIP: NumberSpec = NumberSpec {
    id: "clip",
    label: "Gradient clip",
    help: "Longest gradient allowed, over all weights together; 0 turns clipping off.",
    whole: false,
    range: (0.0, 1e6),
    expected: "a number from 0 to 1,000,000",
};
const HARD_NEGATIVE_WEIGHT: NumberSpec = NumberSpec {
    id: "hard-negative-weight",
    label: "Hard-negative weight",
    help: "Added to each triplet's own hard-negative logit (ln α in the paper); 0 treats it like any negative.",
    whole: false,
    range: (-100.0, 100.0),
    expected: "a number from -100 to 100",
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
    QuickLook,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::QuickLook, Self::PaperUnsupervised, Self::PaperSupervised];

    pub fn label(self) -> &'static str {
        match self {
            Self::PaperUnsupervised => "Paper, unsupervised",
            Self::PaperSupervised => "Paper, supervised",
            Self::QuickLook => "Quick look",
        }
    }

    /// `objective` and `model_pooler` are what text and model are for; a `software` adapter gets less to do.
    pub fn options(self, objective: Objective, model_pooler: Option<Pooler>, software: bool) -> TrainOptions {
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
            Self::QuickLook => {
                let pooler = model_pooler.unwrap_or(Pooler::Avg);
                let head = if pooler == Pooler::Cls { HeadMode::TrainOnly } else { HeadMode::None };
                let (batch_size, steps, eval_every) = if software { (8, 16, 4) } else { (16, 40, 5) };
                let steps = Some(steps);
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
            batch_size: NumberField::new(&BATCH_SIZE, 0.0),
            learning_rate: NumberField::new(&LEARNING_RATE, 0.0),
            epochs: NumberField::new(&EPOCHS, 1.0),
            steps: NumberField::new(&STEPS, 100.0),
            temperature: NumberField::new(&TEMPERATURE, 0.0),
            max_length: NumberField::new(&MAX_LENGTH, 0.0),
            dropout: NumberField::new(&DROPOUT, 0.0),
            seed: NumberField::new(&SEED, 0.0),
            eval_every: NumberField::new(&EVAL_EVERY, 0.0),
            warmup: NumberField::new(&WARMUP, 0.0),
            weight_decay: NumberField::new(&WEIGHT_DECAY, 0.0),
            clip: NumberField::new(&CLIP, 0.0),
            hard_negative_weight: NumberField::new(&HARD_NEGATIVE_WEIGHT, 0.0),
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
    }

    /// What the form says.
    ///
    /// # Errors
    /// The first field that cannot be used.
    pub fn options(&self) -> Result<TrainOptions, String> {
        let named =
            |field: NumberField| field.value().map_err(|error| format!("{}: {error}", field.spec.label));
        let pooler = self.pooler.get();
        let steps = match self.length_unit.get() {
            LengthUnit::Epochs => None,
            LengthUnit::Steps => Some(named(self.steps)? as u32),
        };
        let epochs = if steps.is_some() { 1 } else { named(self.epochs)? as usize };
        let options = TrainOptions {
            objective: self.objective.get(),
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
        };
        options.validate().map_err(|error| error.to_string())?;
        Ok(options)
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
