//! Small versions of the paper's ablations (arXiv 2104.08821): the recipes that are compared, and the statistics over
//! seeds.

use strum::{EnumString, IntoStaticStr};

use super::published_dropout;
use crate::{
    model::Pooler,
    text::augment::Augmentation,
    train::{HeadMode, Objective, TrainOptions},
};

/// Items encoded at a time (GradCache) in batches larger than this, so that a large batch needs the memory of a small
/// one.
const MICRO_BATCH: usize = 64;

/// The option that is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Ablation {
    /// arXiv 2104.08821, table 3.
    Dropout,
    /// arXiv 2104.08821, table 1.
    Augmentation,
    /// τ of the softmax. In arXiv 2104.08821, table D.1 varies it for supervised training.
    Temperature,
    /// arXiv 2104.08821, table 6.
    Pooler,
    /// Sentences per batch.
    BatchSize,
    /// Supervised, with triplets: arXiv 2104.08821, table 7.
    HardNegatives,
}

/// One recipe of an ablation.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The key on the command line and in records.
    pub key: String,
    /// The displayed name, the same in all languages; the page translates `fixed-mask`, `dropout-alone`, `pairs-alone`
    /// and the poolers with a head.
    pub name: &'static str,
    /// Spearman × 100 that the paper reports for BERT-base on the development set of STS-B.
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
    /// Only the pairs of the triplets, without hard negatives.
    PairsAlone,
    /// α of arXiv 2104.08821, eq. 8.
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

    /// The name in links and on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Whether it trains on triplets instead of sentences.
    pub fn is_supervised(self) -> bool {
        self == Self::HardNegatives
    }

    /// Its recipes in the order of the paper.
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
            // At any share at least one word per sentence is replaced, so a share of 0 would mislead in the key.
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
    /// `base` with this setting's change, evaluated before the first and after the last step only. Pooler and head are
    /// those of `base` unless the setting changes them.
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

    /// Whether it trains only on the pairs of the triplets.
    pub fn pairs_alone(&self) -> bool {
        self.change == Change::PairsAlone
    }
}

/// Mean and deviation over seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub mean: f64,
    /// Sample standard deviation; `None` for a single seed.
    pub deviation: Option<f64>,
    /// Seeds whose score is defined; the others are left out.
    pub count: usize,
}

impl Spread {
    /// `None` if no score is defined.
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

/// Whether the paper's order of settings holds here, counted over the pairs of settings that differ in the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// The same setting is ahead.
    pub same: usize,
    /// The other setting is ahead.
    pub reversed: usize,
    /// The difference is not significant here.
    pub undecided: usize,
}

/// Points by which two of the paper's scores must differ to count as ordered. Each of its rows is one run, and 50
/// seeds of its unsupervised BERT-base scatter by more than one point (73.16 to 76.70, mean 75.11).
const PAPERS_MARGIN: f64 = 1.0;

impl Order {
    /// `settings` are the published score, if there is one, and the scores here by seed, with the same seeds in the
    /// same order for all. A setting is ahead of another where the mean of their differences by seed is more than
    /// twice its standard error away from 0. Seeds with an undefined score are left out.
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

    /// The paper's unsupervised recipe, as an ablation runs it.
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
            // The paper's own recipe is among them, apart from how often it is evaluated.
            let papers = if ablation.is_supervised() {
                TrainOptions { objective: Objective::Sup, head: HeadMode::Keep, ..papers() }
            } else {
                papers()
            };
            assert!(recipes.contains(&(false, papers)), "{ablation:?}");
        }
    }

    #[test]
    fn an_ablation_ignores_augmentation_fixed_mask_and_objective_of_its_base() {
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
    fn published_numbers_of_dropout_are_those_of_table_3() {
        let published = Ablation::Dropout.settings().into_iter().map(|setting| setting.published);
        let expected = [71.1, 72.6, 81.1, 82.5, 80.5, 71.0, 43.6].map(Some);
        assert_eq!(published.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_ablation_is_found_by_its_name() {
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
    fn an_order_is_the_same_as_the_papers_reversed_or_undecided() {
        let [a, b, c] = [[70.0, 71.0, 72.0], [65.0, 66.5, 67.0], [70.5, 70.6, 72.3]].map(|row| row.map(Some));
        let (a, b, c) = (&a[..], &b[..], &c[..]);
        // a over b as in the paper; c over b, where the paper has b over c; a and c undecided.
        let order = Order::of(&[(Some(82.0), a), (Some(80.0), b), (Some(70.0), c)]);
        assert_eq!(order, Order { same: 1, reversed: 1, undecided: 1 });
        // Not ordered in the paper, or not published; and one seed decides nothing.
        assert_eq!(Order::of(&[(Some(82.0), a), (Some(81.9), b), (None, c)]).pairs(), 0);
        assert_eq!(Order::of(&[(Some(82.0), &a[..1]), (Some(70.0), &b[..1])]).pairs(), 0);
        // A seed without a score is left out; as a zero it would reverse the order.
        let part = [a[0], a[1], None];
        let order = Order::of(&[(Some(82.0), &part), (Some(80.0), b)]);
        assert_eq!(order, Order { same: 1, reversed: 0, undecided: 0 });
        assert_eq!(Order::of(&[(Some(82.0), &[a[0], None, None]), (Some(80.0), b)]).pairs(), 0);
    }
}
