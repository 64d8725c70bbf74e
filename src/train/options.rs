use serde::{Deserialize, Serialize};

use super::{Objective, TrainError};
use crate::{
    kernels::{LossForm, Step},
    model::{Head, Parts, Pooler},
    said::{Reason, reason},
    text::augment::Augmentation,
};

/// What becomes of the MLP head behind the `cls` pooler (SimCSE.md: unsupervised drops it, supervised keeps it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadMode {
    /// Trained with, evaluated and exported without.
    TrainOnly,
    /// Trained, evaluated and exported with.
    Keep,
    None,
}

impl HeadMode {
    /// What SimCSE does: behind [CLS] a head, which unsupervised training leaves off in the end.
    pub fn usual(pooler: Pooler, objective: Objective) -> Self {
        match (pooler, objective) {
            (Pooler::Cls, Objective::Unsup) => Self::TrainOnly,
            (Pooler::Cls, Objective::Sup) => Self::Keep,
            _ => Self::None,
        }
    }
}

impl std::str::FromStr for HeadMode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "train-only" => Ok(Self::TrainOnly),
            "keep" => Ok(Self::Keep),
            "none" => Ok(Self::None),
            other => Err(format!("unknown head mode \"{other}\"; known are train-only, keep, none")),
        }
    }
}

/// Steps are counted in 32 bits; so many epochs of one step each would not end in a lifetime.
const MAX_EPOCHS: usize = 1_000_000;

/// A recipe. The defaults are the paper's for unsupervised BERT-base (arXiv 2104.08821, appendix A).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainOptions {
    pub objective: Objective,
    /// Items N of a batch; each is encoded two or three times.
    pub batch_size: usize,
    /// Peak of the schedule: linear to 0 after `warmup` steps of linear growth.
    pub learning_rate: f64,
    /// τ of the contrastive softmax.
    pub temperature: f32,
    pub epochs: usize,
    /// Ends after so many steps whatever `epochs` says; the schedule runs over them.
    pub steps: Option<u32>,
    /// Tokens of a sentence, special tokens included; longer ones are cut.
    pub max_length: usize,
    pub pooler: Pooler,
    pub head: HeadMode,
    /// Probability, for hidden states and attention probabilities alike.
    pub dropout: f32,
    pub seed: u32,
    /// Steps between evaluations; 0: only at the end.
    pub eval_every: u32,
    /// Steps.
    pub warmup: u32,
    pub weight_decay: f32,
    /// Largest global gradient norm; 0: no clipping.
    pub clip: f32,
    /// w = ln α of the paper's eq. 8, added to each item's own hard-negative logit.
    pub hard_negative_weight: f32,
    pub loss: LossForm,
    /// Negatives with a cosine above it are taken for false ones and left out; 0: none.
    pub false_negative_threshold: f32,
    /// Columns of the sentence vectors to train on in turn, as sentence-transformers' MatryoshkaLoss sums them;
    /// empty: all columns only.
    pub matryoshka: Vec<usize>,
    /// The ablation "fixed mask": both views of an item get the same dropout masks.
    pub fixed_mask: bool,
    /// How the second view of an unsupervised item is made from its sentence; none: it is the sentence itself.
    pub augmentation: Option<Augmentation>,
    /// Share of masked-language modelling in the loss; 0: none.
    pub mlm_weight: f32,
    /// Off: no contrastive loss, masked-language modelling alone, as encoders are pre-trained. Every item is encoded
    /// once then.
    pub contrastive: bool,
    /// Items encoded at a time, with all their views; 0: the whole batch. Fewer need less memory and one more
    /// forward pass, and change nothing else (GradCache).
    pub micro_batch_size: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            objective: Objective::Unsup,
            batch_size: 64,
            learning_rate: 3e-5,
            temperature: 0.05,
            epochs: 1,
            steps: None,
            max_length: 32,
            pooler: Pooler::Cls,
            head: HeadMode::TrainOnly,
            dropout: 0.1,
            seed: 42,
            eval_every: 125,
            warmup: 0,
            weight_decay: 0.0,
            clip: 1.0,
            hard_negative_weight: 0.0,
            loss: LossForm::OneWay,
            false_negative_threshold: 0.0,
            matryoshka: Vec::new(),
            fixed_mask: false,
            augmentation: None,
            mlm_weight: 0.0,
            contrastive: true,
            micro_batch_size: 0,
        }
    }
}

impl TrainOptions {
    /// Refuses values that cannot work, naming the option, its value and what is expected.
    pub fn validate(&self) -> Result<(), TrainError> {
        let check = |fine: bool, option, value: Reason, expected| match fine {
            true => Ok(()),
            false => Err(TrainError::Option { option, value, expected }),
        };
        check(
            self.pooler != Pooler::Own,
            "pooler",
            self.pooler.name().into(),
            reason!(
                "expected-pooler",
                "one that can be trained: {names}",
                names = Pooler::ALL.map(Pooler::name).join(", ")
            ),
        )?;
        let rate = self.learning_rate;
        check(
            (1..=1024).contains(&self.batch_size),
            "batch size",
            self.batch_size.to_string().into(),
            reason!("expected-batch-size", "1 to 1024"),
        )?;
        check(
            // It is an f32 that comes to the device.
            (rate as f32).is_finite() && rate >= 0.0,
            "learning rate",
            rate.to_string().into(),
            reason!("expected-learning-rate", "a number from 0 on, such as 3e-5"),
        )?;
        let t = self.temperature;
        check(
            t.is_finite() && t >= 1e-3,
            "temperature",
            t.to_string().into(),
            reason!("expected-temperature", "a number from 0.001 on, such as 0.05"),
        )?;
        check(
            (1..=MAX_EPOCHS).contains(&self.epochs),
            "epochs",
            self.epochs.to_string().into(),
            reason!("expected-epochs", "1 to {most}", most = MAX_EPOCHS),
        )?;
        check(self.steps != Some(0), "steps", "0".into(), reason!("expected-one-or-more", "1 or more"))?;
        check(
            self.max_length >= 3,
            "maximum length",
            self.max_length.to_string().into(),
            reason!("expected-maximum-length", "3 or more tokens"),
        )?;
        check(
            (0.0..1.0).contains(&self.dropout),
            "dropout",
            self.dropout.to_string().into(),
            reason!("expected-probability", "0 up to, but not, 1"),
        )?;
        let decay = self.weight_decay;
        check(
            decay.is_finite() && decay >= 0.0,
            "weight decay",
            decay.to_string().into(),
            reason!("expected-from-zero", "a number from 0 on"),
        )?;
        check(
            self.clip.is_finite() && self.clip >= 0.0,
            "clip",
            self.clip.to_string().into(),
            reason!("expected-from-off", "a number from 0 (off) on"),
        )?;
        let weight = self.hard_negative_weight;
        check(
            weight.is_finite(),
            "hard-negative weight",
            weight.to_string().into(),
            reason!("expected-number", "a number"),
        )?;
        let threshold = self.false_negative_threshold;
        check(
            (0.0..=1.0).contains(&threshold),
            "false-negative threshold",
            threshold.to_string().into(),
            reason!("expected-cosine", "a cosine above 0 up to 1, or 0 for none"),
        )?;
        let widths = &self.matryoshka;
        check(
            widths.iter().all(|width| *width > 0 && width.is_multiple_of(4)),
            "Matryoshka widths",
            format!("{widths:?}").into(),
            reason!("expected-fours", "multiples of 4"),
        )?;
        let share = self.mlm_weight;
        check(
            share.is_finite() && share >= 0.0,
            "MLM weight",
            share.to_string().into(),
            reason!("expected-from-off", "a number from 0 (off) on"),
        )?;
        check(
            self.contrastive || share > 0.0,
            "MLM weight",
            share.to_string().into(),
            reason!("expected-mlm-alone", "more than 0 without a contrastive loss"),
        )?;
        let augmented = self.augmentation.is_none() || self.objective == Objective::Unsup;
        check(
            augmented,
            "augmentation",
            reason!("value-given-for-sup", "given for sup"),
            reason!("expected-no-augmentation", "none: given pairs are not augmented"),
        )?;
        let fits = self.pooler == Pooler::Cls || self.head == HeadMode::None;
        check(
            fits,
            "head",
            reason!(
                "value-head-with-pooler",
                "{head} with the pooler {pooler}",
                head = format!("{:?}", self.head),
                pooler = self.pooler.name()
            ),
            reason!("expected-no-head", "none: only cls has a head"),
        )
    }

    /// Items of a batch of `items` that are encoded at a time.
    pub fn micro_batch(&self, items: usize) -> usize {
        if self.micro_batch_size == 0 { items } else { self.micro_batch_size.min(items) }
    }

    /// The recipe without micro-batches and masked-language modelling: one forward and one backward pass a step, as a
    /// profile needs it.
    pub fn in_one_piece(self) -> Self {
        Self { micro_batch_size: 0, mlm_weight: 0.0, contrastive: true, ..self }
    }

    /// Whether training uses the head.
    pub fn trains_head(&self) -> bool {
        self.pooler == Pooler::Cls && self.head != HeadMode::None
    }

    /// What of a checkpoint training needs; heads that it lacks are drawn with the seed.
    pub fn parts(&self) -> Parts {
        let seed = u64::from(self.seed);
        let head = if self.trains_head() { Head::Trained { seed } } else { Head::None };
        Parts { head, mlm: (self.mlm_weight > 0.0).then_some(seed) }
    }

    /// Whether the augmentation does nothing without a dictionary.
    pub fn needs_dictionary(&self) -> bool {
        self.augmentation.is_some_and(Augmentation::needs_dictionary)
    }

    /// Whether evaluation and export use the head.
    pub fn keeps_head(&self) -> bool {
        self.pooler == Pooler::Cls && self.head == HeadMode::Keep
    }

    /// The pooler that evaluation and the exported model use: `cls` without its head is `cls_before_pooler`.
    pub fn evaluation_pooler(&self) -> Pooler {
        match self.pooler {
            Pooler::Cls if !self.keeps_head() => Pooler::ClsBeforePooler,
            pooler => pooler,
        }
    }

    /// What of the options every step tells the device.
    pub fn step(&self) -> Step {
        Step {
            seed: self.seed,
            weight_decay: self.weight_decay,
            max_norm: self.clip,
            inverse_temperature: 1.0 / self.temperature,
            hard_negative_weight: self.hard_negative_weight,
            false_negative_threshold: self.false_negative_threshold,
            ..Step::default()
        }
        .with_dropout(self.dropout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::said::Say;

    #[test]
    fn the_defaults_are_valid() {
        assert!(TrainOptions::default().validate().is_ok());
    }

    #[test]
    fn an_impossible_value_is_named_with_what_is_expected() {
        let with = |change: fn(&mut TrainOptions)| {
            let mut options = TrainOptions::default();
            change(&mut options);
            options.validate()
        };
        for (change, word) in [
            ((|o| o.batch_size = 0) as fn(&mut TrainOptions), "batch size"),
            (|o| o.learning_rate = f64::NAN, "learning rate"),
            (|o| o.temperature = 0.0, "temperature"),
            (|o| o.dropout = 1.0, "dropout"),
            (|o| o.max_length = 2, "maximum length"),
            (|o| o.pooler = Pooler::Avg, "head"),
        ] {
            let error = with(change).unwrap_err();
            assert!(error.to_string().contains(word), "{word}");
            let option = &error.said().unwrap().values[0].1;
            assert!(option.said.is_some(), "{word} has a name in other languages");
        }
    }
}
