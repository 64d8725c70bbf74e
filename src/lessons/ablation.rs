//! The paper's comparisons in small: which recipes differ in what, and what many seeds say of each.

use super::published_dropout;
use crate::{
    model::Pooler,
    text::augment::Augmentation,
    train::{HeadMode, Objective, TrainOptions},
};

/// Items that are encoded at a time where a batch is larger than the usual one (GradCache): the memory of a small batch.
const MICRO_BATCH: usize = 64;

/// What is varied while all else stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ablation {
    /// The paper's table 3.
    Dropout,
    /// The paper's table 1.
    Augmentation,
    /// τ of the softmax; the paper's table D.1 varies it for supervised training.
    Temperature,
    /// The paper's table 6.
    Pooler,
    /// Sentences of a batch.
    BatchSize,
    /// Supervised, with triplets: the paper's table 7.
    HardNegatives,
}

/// One recipe of an ablation.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// On the command line and in records.
    pub key: String,
    /// A name for people, the same in all languages but for `fixed-mask`, `dropout-alone`, `pairs-alone` and poolers
    /// with a head.
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
    Pooler(Pooler, HeadMode),
    BatchSize(usize),
    /// Of triplets, the pairs.
    PairsAlone,
    /// α of the paper's equation 8.
    Alpha(f32),
}

impl Ablation {
    pub const ALL: [Self; 6] = [
        Self::Dropout,
        Self::Augmentation,
        Self::Temperature,
        Self::Pooler,
        Self::BatchSize,
        Self::HardNegatives,
    ];

    /// What links and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropout => "dropout",
            Self::Augmentation => "augmentation",
            Self::Temperature => "temperature",
            Self::Pooler => "pooler",
            Self::BatchSize => "batch-size",
            Self::HardNegatives => "hard-negatives",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ablation| ablation.name() == name)
    }

    /// Trains on triplets, not on sentences.
    pub fn is_supervised(self) -> bool {
        self == Self::HardNegatives
    }

    /// Its recipes in the paper's order (arXiv 2104.08821).
    pub fn settings(self) -> Vec<Setting> {
        let setting =
            |name, published, change: Change| Setting { key: change.key(), name, published, change };
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
                dropout("p = 0.01", 0.01),
                dropout("p = 0.05", 0.05),
                dropout("p = 0.1", 0.1),
                dropout("p = 0.2", 0.2),
                dropout("p = 0.5", 0.5),
                setting("fixed-mask", fixed, Change::FixedMask),
            ],
            Self::Augmentation => vec![
                setting("dropout-alone", Some(82.5), Change::Second(None)),
                setting("crop 10 %", Some(77.8), second(Augmentation::Crop { share: 0.1 })),
                setting("crop 20 %", Some(71.4), second(Augmentation::Crop { share: 0.2 })),
                setting("crop 30 %", Some(63.6), second(Augmentation::Crop { share: 0.3 })),
                setting("delete 10 %", Some(75.9), second(Augmentation::Delete { share: 0.1 })),
                setting("delete 20 %", Some(72.2), second(Augmentation::Delete { share: 0.2 })),
                setting("delete 30 %", Some(68.2), second(Augmentation::Delete { share: 0.3 })),
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
            Self::Pooler => vec![
                setting("cls-head-train-only", Some(82.5), Change::Pooler(Pooler::Cls, HeadMode::TrainOnly)),
                setting("cls-head", Some(81.7), Change::Pooler(Pooler::Cls, HeadMode::Keep)),
                setting("[CLS]", Some(80.9), Change::Pooler(Pooler::ClsBeforePooler, HeadMode::None)),
                setting("avg", None, Change::Pooler(Pooler::Avg, HeadMode::None)),
                setting("avg_top2", None, Change::Pooler(Pooler::AvgTop2, HeadMode::None)),
                setting("avg_first_last", Some(81.2), Change::Pooler(Pooler::AvgFirstLast, HeadMode::None)),
            ],
            Self::BatchSize => vec![
                setting("32", None, Change::BatchSize(32)),
                setting("64", None, Change::BatchSize(64)),
                setting("128", None, Change::BatchSize(128)),
                setting("256", None, Change::BatchSize(256)),
                setting("512", None, Change::BatchSize(512)),
            ],
            Self::HardNegatives => vec![
                setting("pairs-alone", Some(84.9), Change::PairsAlone),
                setting("α = 0.5", Some(86.1), Change::Alpha(0.5)),
                setting("α = 1", Some(86.2), Change::Alpha(1.0)),
                setting("α = 2", Some(86.2), Change::Alpha(2.0)),
            ],
        }
    }
}

impl Change {
    fn key(self) -> String {
        match self {
            Self::Dropout(p) => format!("dropout:{p}"),
            Self::FixedMask => "fixed-mask".to_owned(),
            Self::Second(None) => "dropout-alone".to_owned(),
            // Synonyms replace a word a sentence at least, whatever the share.
            Self::Second(Some(augmentation @ Augmentation::Synonym { .. })) => augmentation.name().to_owned(),
            Self::Second(Some(augmentation)) => augmentation.to_string(),
            Self::Temperature(temperature) => format!("temperature:{temperature}"),
            Self::Pooler(pooler, HeadMode::TrainOnly) => format!("pooler:{pooler}:train-only"),
            Self::Pooler(pooler, _) => format!("pooler:{pooler}"),
            Self::BatchSize(items) => format!("batch-size:{items}"),
            Self::PairsAlone => "pairs-alone".to_owned(),
            Self::Alpha(alpha) => format!("alpha:{alpha}"),
        }
    }
}

impl Setting {
    /// `base` with what this setting changes, evaluated at both ends only. A pooler without a head, unless the setting
    /// says otherwise, keeps `base`'s.
    pub fn options(&self, base: &TrainOptions, seed: u32) -> TrainOptions {
        let mut options = TrainOptions {
            objective: Objective::Unsup,
            eval_every: 0,
            fixed_mask: false,
            augmentation: None,
            hard_negative_weight: 0.0,
            seed,
            ..base.clone()
        };
        match self.change {
            Change::Dropout(dropout) => options.dropout = dropout,
            Change::FixedMask => options.fixed_mask = true,
            Change::Second(augmentation) => options.augmentation = augmentation,
            Change::Temperature(temperature) => options.temperature = temperature,
            Change::Pooler(pooler, head) => (options.pooler, options.head) = (pooler, head),
            Change::BatchSize(items) => {
                options.batch_size = items;
                options.micro_batch_size = if items > MICRO_BATCH { MICRO_BATCH } else { 0 };
            }
            Change::PairsAlone => options.objective = Objective::Sup,
            Change::Alpha(alpha) => {
                options.objective = Objective::Sup;
                options.hard_negative_weight = alpha.ln();
            }
        }
        if options.objective == Objective::Sup && options.trains_head() {
            options.head = HeadMode::Keep;
        }
        options
    }

    /// Of triplets, the pairs are to be trained on.
    pub fn pairs_alone(&self) -> bool {
        self.change == Change::PairsAlone
    }
}

/// What several seeds came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub mean: f64,
    /// Sample standard deviation; `None` for a single seed.
    pub deviation: Option<f64>,
    /// Seeds whose score is defined; the others stay out.
    pub count: usize,
}

impl Spread {
    /// `None` of nothing, and where no score is defined.
    pub fn of(scores: &[Option<f64>]) -> Option<Self> {
        let scores: Vec<f64> = scores.iter().flatten().copied().collect();
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

/// How the paper's order of settings fares here: pairs of settings that the paper tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// The same one is ahead here.
    pub same: usize,
    /// The other one is.
    pub reversed: usize,
    /// Too close to call here.
    pub undecided: usize,
}

/// Points that two of the paper's scores must differ by to be an order at all: its seeds scatter by more than one
/// (appendix, 50 seeds), and each of its rows is one run.
const PAPERS_MARGIN: f64 = 1.0;

impl Order {
    /// Of settings by their published score, if they have one, and the scores of their seeds here, the same seeds in
    /// the same order for all; where a seed's score is undefined, it is no difference. One is ahead where the mean of the seeds' differences is more than twice its standard
    /// error away from 0.
    pub fn of(settings: &[(Option<f64>, &[Option<f64>])]) -> Self {
        let mut order = Self::default();
        for (index, (paper, scores)) in settings.iter().enumerate() {
            for (papers_other, others) in &settings[index + 1..] {
                let (Some(paper), Some(papers_other)) = (paper, papers_other) else { continue };
                if (paper - papers_other).abs() < PAPERS_MARGIN {
                    continue;
                }
                let differences: Vec<Option<f64>> =
                    scores.iter().zip(*others).map(|(a, b)| Some((*a)? - (*b)?)).collect();
                let Some(Spread { mean, deviation: Some(deviation), count }) = Spread::of(&differences)
                else {
                    continue;
                };
                match mean {
                    _ if mean.abs() <= 2.0 * deviation / (count as f64).sqrt() => order.undecided += 1,
                    _ if (mean > 0.0) == (paper > papers_other) => order.same += 1,
                    _ => order.reversed += 1,
                }
            }
        }
        order
    }

    pub fn pairs(self) -> usize {
        self.same + self.reversed + self.undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paper's unsupervised recipe, and what it is with another pooler or objective.
    fn papers() -> TrainOptions {
        TrainOptions { seed: 3, eval_every: 0, ..TrainOptions::default() }
    }

    #[test]
    fn every_setting_is_a_recipe_of_its_own() {
        let base = TrainOptions::default();
        for ablation in Ablation::ALL {
            let settings = ablation.settings();
            let recipes: Vec<(bool, TrainOptions)> =
                settings.iter().map(|setting| (setting.pairs_alone(), setting.options(&base, 3))).collect();
            for (index, recipe) in recipes.iter().enumerate() {
                assert!(recipe.1.validate().is_ok());
                assert_eq!(recipe.1.seed, 3);
                assert!(!recipes[..index].contains(recipe), "{ablation:?}, row {index}");
                let same_key = settings.iter().filter(|setting| setting.key == settings[index].key);
                assert_eq!(same_key.count(), 1);
            }
            // The paper's own recipe is one of them, but for how often it is evaluated.
            let papers = match ablation.is_supervised() {
                false => papers(),
                true => TrainOptions { objective: Objective::Sup, head: HeadMode::Keep, ..papers() },
            };
            assert!(recipes.contains(&(false, papers)), "{ablation:?}");
        }
    }

    #[test]
    fn what_the_studio_varies_does_not_get_into_an_ablation() {
        let base = TrainOptions {
            fixed_mask: true,
            augmentation: Some(Augmentation::DeleteOne),
            objective: Objective::Sup,
            hard_negative_weight: 1.0,
            ..TrainOptions::default()
        };
        let options = Ablation::Dropout.settings()[0].options(&base, 1);
        assert_eq!(
            (options.fixed_mask, options.augmentation, options.objective, options.hard_negative_weight),
            (false, None, Objective::Unsup, 0.0)
        );
    }

    #[test]
    fn large_batches_are_encoded_in_parts() {
        let settings = Ablation::BatchSize.settings();
        let sizes = settings.iter().map(|setting| {
            let options = setting.options(&TrainOptions::default(), 1);
            (options.batch_size, options.micro_batch_size)
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [(32, 0), (64, 0), (128, 64), (256, 64), (512, 64)]);
    }

    #[test]
    fn the_numbers_of_table_3_are_the_papers() {
        let published = Ablation::Dropout.settings().into_iter().map(|setting| setting.published);
        let expected = [71.1, 72.6, 81.1, 82.5, 80.5, 71.0, 43.6].map(Some);
        assert_eq!(published.collect::<Vec<_>>(), expected);
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
        assert_eq!(Spread::of(&[Some(70.0)]), Some(Spread { mean: 70.0, deviation: None, count: 1 }));
        let spread = Spread::of(&[60.0, 62.0, 64.0].map(Some)).unwrap();
        assert_eq!((spread.mean, spread.deviation, spread.count), (62.0, Some(2.0), 3));
        assert_eq!(Spread::of(&[None, Some(70.0), None]), Spread::of(&[Some(70.0)]), "not as zeros");
        assert_eq!(Spread::of(&[None, None]), None);
    }

    #[test]
    fn an_order_is_the_papers_the_other_way_round_or_too_close_to_call() {
        let [a, b, c] = [[70.0, 71.0, 72.0], [65.0, 66.5, 67.0], [70.5, 70.6, 72.3]].map(|row| row.map(Some));
        let (a, b, c) = (&a[..], &b[..], &c[..]);
        // a over b as in the paper; c over b, where the paper has b over c; a and c undecided.
        let order = Order::of(&[(Some(82.0), a), (Some(80.0), b), (Some(70.0), c)]);
        assert_eq!(order, Order { same: 1, reversed: 1, undecided: 1 });
        // The paper tells them not apart, or says nothing; one seed decides nothing.
        assert_eq!(Order::of(&[(Some(82.0), a), (Some(81.9), b), (None, c)]).pairs(), 0);
        assert_eq!(Order::of(&[(Some(82.0), &a[..1]), (Some(70.0), &b[..1])]).pairs(), 0);
        // A seed without a score is no zero, which would be far below.
        let part = [a[0], a[1], None];
        let order = Order::of(&[(Some(82.0), &part), (Some(80.0), b)]);
        assert_eq!(order, Order { same: 1, reversed: 0, undecided: 0 });
        assert_eq!(Order::of(&[(Some(82.0), &[a[0], None, None]), (Some(80.0), b)]).pairs(), 0);
    }
}
