//! The paper's comparisons in small: which recipes differ in what, and what many seeds say of each.

use super::published_dropout;
use crate::{
    text::augment::Augmentation,
    train::{Objective, TrainOptions},
};

/// What is varied while all else stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ablation {
    /// The paper's table 3.
    Dropout,
    /// The paper's table 1.
    Augmentation,
    /// τ of the softmax; the paper's table D.1 varies it for supervised training.
    Temperature,
}

/// One recipe of an ablation.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// A name for people, the same in all languages but for `fixed-mask` and `dropout-alone`.
    pub name: &'static str,
    /// Spearman × 100 that the paper reports on STS-B's development set for BERT-base.
    pub published: Option<f64>,
    change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Dropout(f32),
    FixedMask,
    Second(Option<Augmentation>),
    Temperature(f32),
}

impl Ablation {
    pub const ALL: [Self; 3] = [Self::Dropout, Self::Augmentation, Self::Temperature];

    /// What links call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropout => "dropout",
            Self::Augmentation => "augmentation",
            Self::Temperature => "temperature",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ablation| ablation.name() == name)
    }

    /// Its recipes in the paper's order (arXiv 2104.08821).
    pub fn settings(self) -> Vec<Setting> {
        let setting = |name, published, change| Setting { name, published, change };
        let second = |augmentation| Change::Second(Some(augmentation));
        let table3 = published_dropout();
        let dropout = |name, p: f32| {
            let row = table3.iter().find(|row| !row.fixed_mask && row.p as f32 == p);
            setting(name, row.map(|row| row.spearman), Change::Dropout(p))
        };
        let fixed = table3.iter().find(|row| row.fixed_mask).map(|row| row.spearman);
        match self {
            Self::Dropout => vec![
                dropout("p = 0", 0.0),
                dropout("p = 0.05", 0.05),
                dropout("p = 0.1", 0.1),
                dropout("p = 0.2", 0.2),
                setting("fixed-mask", fixed, Change::FixedMask),
            ],
            Self::Augmentation => vec![
                setting("dropout-alone", Some(82.5), Change::Second(None)),
                setting("crop 10 %", Some(77.8), second(Augmentation::Crop { share: 0.1 })),
                setting("crop 30 %", Some(63.6), second(Augmentation::Crop { share: 0.3 })),
                setting("delete 10 %", Some(75.9), second(Augmentation::Delete { share: 0.1 })),
                setting("delete-one", Some(75.9), second(Augmentation::DeleteOne)),
                setting("synonym", Some(77.4), second(Augmentation::Synonym { share: 0.0 })),
                setting("MLM 15 %", Some(62.2), second(Augmentation::Mask { share: 0.15 })),
            ],
            Self::Temperature => vec![
                setting("τ = 0.001", Some(84.9), Change::Temperature(0.001)),
                setting("τ = 0.01", Some(85.4), Change::Temperature(0.01)),
                setting("τ = 0.05", Some(86.2), Change::Temperature(0.05)),
                setting("τ = 0.1", Some(82.0), Change::Temperature(0.1)),
                setting("τ = 1", Some(64.0), Change::Temperature(1.0)),
            ],
        }
    }
}

impl Setting {
    /// `base` with what this setting changes; unsupervised, evaluated at both ends only.
    pub fn options(&self, base: &TrainOptions, seed: u32) -> TrainOptions {
        let mut options = TrainOptions {
            objective: Objective::Unsup,
            eval_every: 0,
            fixed_mask: false,
            augmentation: None,
            seed,
            ..base.clone()
        };
        match self.change {
            Change::Dropout(dropout) => options.dropout = dropout,
            Change::FixedMask => options.fixed_mask = true,
            Change::Second(augmentation) => options.augmentation = augmentation,
            Change::Temperature(temperature) => options.temperature = temperature,
        }
        options
    }
}

/// What several seeds came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub mean: f64,
    /// Sample standard deviation; `None` for a single seed.
    pub deviation: Option<f64>,
    pub count: usize,
}

impl Spread {
    /// `None` of nothing.
    pub fn of(scores: &[f64]) -> Option<Self> {
        let count = scores.len();
        if count == 0 {
            return None;
        }
        let mean = scores.iter().sum::<f64>() / count as f64;
        let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
        let deviation = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
        Some(Self { mean, deviation, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_a_recipe_of_its_own() {
        let base = TrainOptions::default();
        for ablation in Ablation::ALL {
            let recipes: Vec<TrainOptions> =
                ablation.settings().iter().map(|setting| setting.options(&base, 3)).collect();
            for (index, recipe) in recipes.iter().enumerate() {
                assert!(recipe.validate().is_ok());
                assert_eq!(recipe.seed, 3);
                assert!(!recipes[..index].contains(recipe), "{ablation:?}, row {index}");
            }
            // The paper's own recipe is one of them, but for how often it is evaluated.
            let papers = TrainOptions { seed: 3, eval_every: 0, ..TrainOptions::default() };
            assert!(recipes.contains(&papers), "{ablation:?}");
        }
    }

    #[test]
    fn what_the_studio_varies_does_not_get_into_an_ablation() {
        let base = TrainOptions {
            fixed_mask: true,
            augmentation: Some(Augmentation::DeleteOne),
            objective: Objective::Sup,
            ..TrainOptions::default()
        };
        let options = Ablation::Dropout.settings()[0].options(&base, 1);
        assert_eq!(
            (options.fixed_mask, options.augmentation, options.objective),
            (false, None, Objective::Unsup)
        );
    }

    #[test]
    fn the_numbers_of_table_3_are_the_papers() {
        let published = Ablation::Dropout.settings().into_iter().map(|setting| setting.published);
        assert_eq!(published.collect::<Vec<_>>(), [71.1, 81.1, 82.5, 80.5, 43.6].map(Some));
    }

    #[test]
    fn names_lead_back() {
        for ablation in Ablation::ALL {
            assert_eq!(Ablation::named(ablation.name()), Some(ablation));
        }
        assert_eq!(Ablation::named("everything"), None);
    }

    #[test]
    fn the_spread_of_seeds_is_their_mean_and_sample_deviation() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[70.0]), Some(Spread { mean: 70.0, deviation: None, count: 1 }));
        let spread = Spread::of(&[60.0, 62.0, 64.0]).unwrap();
        assert_eq!((spread.mean, spread.deviation, spread.count), (62.0, Some(2.0), 3));
    }
}
