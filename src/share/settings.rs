//! A shared recipe, sentences, and what of the page is hidden or locked, as values of an address.
//!
//! Only what differs from the defaults is written, each option under its own name in JSON's notation:
//! `batch_size=32&learning_rate=0.001`. Whatever cannot be read is left out and named, so that a bad link degrades.

use strum::IntoStaticStr;

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{Address, Trail};
use crate::train::TrainOptions;

const SENTENCES: &str = "sentences";
const TRAIL: &str = "trail";
const HIDE: &str = "hide";
const LOCK: &str = "lock";
/// Longest value that is taken over; a fragment of megabytes is an accident or an attack.
pub const LONGEST: usize = 100_000;

/// A part of the page that a link can hide or lock, for a class or a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Part {
    Model,
    Text,
    Recipe,
    Evaluation,
    Playground,
    Lessons,
}

impl Part {
    pub const ALL: [Self; 6] =
        [Self::Model, Self::Text, Self::Recipe, Self::Evaluation, Self::Playground, Self::Lessons];

    /// What links call it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a link says beside where it leads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// `None`: the link says nothing of the recipe.
    pub options: Option<TrainOptions>,
    /// The playground's, a line each.
    pub sentences: Option<String>,
    /// What a run with the recipe came to.
    pub trail: Option<Trail>,
    pub hidden: BTreeSet<Part>,
    pub locked: BTreeSet<Part>,
}

/// Keys of a link that could not be used.
pub type Problems = Vec<String>;

impl Settings {
    /// Reads what an address says; unknown ones are passed over.
    pub fn read(address: &Address) -> (Self, Problems) {
        let (mut settings, mut problems) = (Self::default(), Problems::new());
        let defaults = TrainOptions::default().fields();
        let mut options = defaults.clone();
        // Of an option that is there often the last counts, and none of the others is read: a link may have thousands.
        let last: HashMap<&str, usize> =
            address.values.iter().map(|(key, _)| key.as_str()).zip(0..).collect();
        for (index, (key, value)) in address.values.iter().enumerate() {
            let fine = value.len() <= LONGEST
                && match key.as_str() {
                    SENTENCES => {
                        settings.sentences = Some(value.clone());
                        true
                    }
                    TRAIL => {
                        settings.trail = Trail::read(value);
                        settings.trail.is_some()
                    }
                    HIDE => parts(value, &mut settings.hidden),
                    LOCK => parts(value, &mut settings.locked),
                    key if defaults.contains_key(key) => last[key] > index || set(&mut options, key, value),
                    _ => true,
                };
            if !fine && !problems.contains(key) {
                problems.push(key.clone());
            }
        }
        if options != defaults {
            match TrainOptions::from_fields(options) {
                Ok(options) if options.validate().is_ok() => settings.options = Some(options),
                // Each value could be read, and together they make no recipe.
                _ => problems.push("recipe".to_owned()),
            }
        }
        (settings, problems)
    }

    /// The values that say this.
    pub fn values(&self) -> Vec<(String, String)> {
        let mut values = Vec::new();
        if let Some(options) = &self.options {
            let defaults = TrainOptions::default().fields();
            let differing =
                options.fields().into_iter().filter(|(key, value)| defaults.get(key) != Some(value));
            values.extend(differing.map(|(key, value)| match value {
                Value::String(text) => (key, text),
                value => (key, value.to_string()),
            }));
        }
        values.extend(self.sentences.iter().map(|sentences| (SENTENCES.to_owned(), sentences.clone())));
        values.extend(self.trail.iter().map(|trail| (TRAIL.to_owned(), trail.write())));
        for (key, parts) in [(HIDE, &self.hidden), (LOCK, &self.locked)] {
            if !parts.is_empty() {
                let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
                values.push((key.to_owned(), names.join(",")));
            }
        }
        values
    }
}

/// Takes a value over if the options can be read with it.
fn set(options: &mut Map<String, Value>, key: &str, value: &str) -> bool {
    let parsed = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    let mut changed = options.clone();
    changed.insert(key.to_owned(), parsed);
    if let Ok(read) = TrainOptions::from_fields(changed) {
        // Written again, so that 1 and 1.0 are the same.
        *options = read.fields();
        return true;
    }
    false
}

/// Names with commas; `false` if one is unknown, the others are taken all the same.
fn parts(names: &str, into: &mut BTreeSet<Part>) -> bool {
    let mut fine = true;
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match Part::ALL.into_iter().find(|part| part.name() == name) {
            Some(part) => {
                into.insert(part);
            }
            None => fine = false,
        }
    }
    fine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernels::LossForm,
        model::Pooler,
        share::Place,
        train::{HeadMode, Objective},
    };

    fn link(values: Vec<(String, String)>) -> Address {
        let address = Address { place: Place::Playground, values, lost: false };
        Address::parse(&address.to_string())
    }

    #[test]
    fn what_is_shared_comes_back() {
        let options = TrainOptions {
            objective: Objective::Sup,
            learning_rate: 3e-4,
            steps: Some(40),
            pooler: Pooler::AvgFirstLast,
            head: HeadMode::None,
            loss: LossForm::NtXent,
            matryoshka: vec![128, 64],
            augmentation: None,
            seed: 4_294_967_295,
            ..TrainOptions::default()
        };
        let settings = Settings {
            options: Some(options),
            sentences: Some("One & two\nThree = 3?".to_owned()),
            trail: Trail::read("0.6685.166.-1220_20.x.180.-2105"),
            hidden: BTreeSet::from([Part::Model, Part::Playground]),
            locked: BTreeSet::from([Part::Recipe]),
        };
        assert_eq!(Settings::read(&link(settings.values())), (settings, vec![]));
    }

    #[test]
    fn an_augmentation_comes_back_too() {
        let augmentation = "crop:0.1".parse().ok();
        let options = TrainOptions { augmentation, ..TrainOptions::default() };
        let settings = Settings { options: Some(options), ..Settings::default() };
        assert_eq!(Settings::read(&link(settings.values())), (settings, vec![]));
    }

    #[test]
    fn defaults_make_no_values() {
        let settings = Settings { options: Some(TrainOptions::default()), ..Settings::default() };
        assert!(settings.values().is_empty());
        assert_eq!(Settings::read(&Address::default()), (Settings::default(), vec![]));
    }

    #[test]
    fn what_cannot_be_used_is_named_and_the_rest_holds() {
        let bad = "#/studio?batch_size=many&seed=7&learning_rate=-&hide=recipe,cellar&mystery=1&pooler=max&trail=1.2";
        let (settings, problems) = Settings::read(&Address::parse(bad));
        assert_eq!(problems, ["batch_size", "learning_rate", "hide", "pooler", "trail"]);
        assert_eq!(settings.options.map(|options| options.seed), Some(7));
        assert_eq!(settings.hidden, BTreeSet::from([Part::Recipe]));

        // Readable, and no recipe: a temperature of 0.
        let (settings, problems) = Settings::read(&Address::parse("#/studio?temperature=0"));
        assert_eq!((settings.options, problems), (None, vec!["recipe".to_owned()]));

        let long = format!("#/playground?sentences={}", "a".repeat(LONGEST + 1));
        assert_eq!(Settings::read(&Address::parse(&long)).1, ["sentences"]);
    }
}
