//! The recipe as the visitor types it, and its way to [`TrainOptions`].

use leptos::prelude::*;
use serde_json::Map;

use super::number_field::{NumberField, misfit};
use crate::{
    app::{
        protocol::Weights,
        ui::words::i18n::{t, translated},
    },
    localize::Localize,
    model::Pooler,
    train::{Objective, TrainOption, TrainOptions, written},
};

/// How long a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    Epochs,
    Steps,
}

/// The whole form: what is typed for each option, and what is not an option of the run itself.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    typed: [RwSignal<String>; TrainOption::ALL.len()],
    pub length_unit: RwSignal<LengthUnit>,
    pub start_from: RwSignal<Weights>,
}

impl Recipe {
    /// The paper's defaults.
    pub fn new() -> Self {
        let recipe = Self {
            typed: std::array::from_fn(|_| RwSignal::new(String::new())),
            length_unit: RwSignal::new(LengthUnit::Epochs),
            start_from: RwSignal::new(Weights::Original),
        };
        // What is offered where a run is to be measured in steps.
        recipe.typed(TrainOption::Steps).set("100".to_owned());
        recipe.fill(&TrainOptions::default());
        recipe
    }

    /// What is typed for an option.
    pub fn typed(&self, option: TrainOption) -> RwSignal<String> {
        self.typed[option as usize]
    }

    /// An option that is a number.
    pub fn number(&self, option: TrainOption) -> NumberField {
        let spec = option.spec();
        NumberField { id: spec.key, label: spec.key, kind: spec.kind, text: self.typed(option) }
    }

    pub fn objective(&self) -> Objective {
        self.typed(TrainOption::Objective).get().parse().unwrap_or(Objective::Unsup)
    }

    pub fn pooler(&self) -> Pooler {
        self.typed(TrainOption::Pooler).get().parse().unwrap_or(Pooler::Cls)
    }

    /// Sets one option; the others stay as they are.
    pub fn set(&self, option: TrainOption, value: &str) {
        self.typed(option).set(value.to_owned());
    }

    /// Shows `options` in the form.
    pub fn fill(&self, options: &TrainOptions) {
        self.length_unit.set(if options.steps.is_some() { LengthUnit::Steps } else { LengthUnit::Epochs });
        let fields = options.fields();
        for option in TrainOption::ALL {
            let value = fields.get(option.spec().name).map(written).unwrap_or_default();
            // Without a number of steps, the one that was typed before stays.
            if *option != TrainOption::Steps || options.steps.is_some() {
                self.set(*option, &value);
            }
        }
    }

    /// Whether an option has no meaning with what else is chosen.
    pub fn idle(&self, option: TrainOption) -> bool {
        match option {
            TrainOption::Steps => self.length_unit.get() == LengthUnit::Epochs,
            TrainOption::Epochs => self.length_unit.get() == LengthUnit::Steps,
            TrainOption::Head => self.pooler() != Pooler::Cls,
            TrainOption::Augmentation => self.objective() == Objective::Sup,
            _ => !option.spec().offered,
        }
    }

    /// What is wrong with what is typed for an option.
    pub fn problem(&self, option: TrainOption) -> Option<String> {
        let typed = self.typed(option).get();
        option.spec().parse(&typed).err().map(|expected| misfit(&typed, &expected))
    }

    /// What the form says.
    ///
    /// # Errors
    /// The first field that cannot be used.
    pub fn options(&self) -> Result<TrainOptions, String> {
        // What is not among them has its default, but for the head, which only one pooler has.
        let mut fields = Map::from_iter([(TrainOption::Head.spec().name.to_owned(), "none".into())]);
        for option in TrainOption::ALL.iter().filter(|option| !self.idle(**option)) {
            let (spec, typed) = (option.spec(), self.typed(*option).get());
            let value = spec
                .parse(&typed)
                .map_err(|expected| format!("{}: {}", t!(spec.key), misfit(&typed, &expected)))?;
            fields.insert(spec.name.to_owned(), value);
        }
        let options = TrainOptions::from_fields(fields).map_err(|error| error.to_string())?;
        options.validate().map_err(|error| translated(&error.localized()))?;
        Ok(options)
    }

    /// Steps of an epoch and of the whole run over `items` training items.
    pub fn length(&self, items: usize) -> Option<(u32, u32)> {
        let options = self.options().ok()?;
        let epoch = items.div_ceil(options.batch_size) as u32;
        Some((epoch, options.steps.unwrap_or(epoch.saturating_mul(options.epochs as u32))))
    }
}
