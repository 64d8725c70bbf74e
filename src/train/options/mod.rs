//! The options of a recipe, each written down once.
//!
//! The table below makes [`TrainOptions`] and its defaults. The page's form, the command line, links, the names of runs, the
//! JavaScript types and the exported Python script are made from the same table; see "Add an option of a recipe" in
//! docs/developing.md.

#[cfg(test)]
mod javascript;
mod kind;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::kind::{Cost, InScript, Kind, OptionSpec, Range, fields, written};
use super::{HeadMode, Objective, TrainError};
use crate::{
    kernels::{LossForm, Step},
    localize::messages,
    model::{Head, ModelConfig, Parts, Pooler},
    text::augment::Augmentation,
};

/// `batch_size` as `batch-size`.
const fn hyphens<const N: usize>(name: &str) -> [u8; N] {
    let (name, mut key, mut at) = (name.as_bytes(), [0; N], 0);
    while at < N {
        key[at] = if name[at] == b'_' { b'-' } else { name[at] };
        at += 1;
    }
    key
}

macro_rules! options {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:ident: $type:ty = $default:expr => $spec:expr;)+) => {
        /// A recipe. The defaults are the paper's for unsupervised BERT-base (arXiv 2104.08821, appendix A).
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct TrainOptions {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Default for TrainOptions {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// An option of a recipe. Runs are named by the options in which they differ, in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TrainOption {
            $($variant,)+
        }

        impl TrainOption {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn spec(self) -> &'static OptionSpec {
                match self {
                    $(Self::$variant => {
                        const KEY: [u8; stringify!($name).len()] = hyphens(stringify!($name));
                        const SPEC: OptionSpec = OptionSpec {
                            name: stringify!($name),
                            key: match std::str::from_utf8(&KEY) {
                                Ok(key) => key,
                                Err(_) => stringify!($name),
                            },
                            help: &[$($doc),+],
                            ..$spec
                        };
                        &SPEC
                    })+
                }
            }
        }
    };
}

const UNBOUNDED: f64 = f64::INFINITY;
/// Steps are counted in 32 bits.
const MAX_STEPS: f64 = 1e9;
const POOLERS: [&str; 5] = ["cls", "cls_before_pooler", "avg", "avg_top2", "avg_first_last"];

options! {
    /// unsup: a sentence and itself under other dropout masks are a pair; sup: given pairs, or triplets with a hard
    /// negative.
    Objective objective: Objective = Objective::Unsup => OptionSpec::choice(&["unsup", "sup"]).follows().in_script();
    /// How the second view of a sentence is made from it: crop:0.1, delete:0.1, delete-one, reorder, synonym, mask:0.15,
    /// replace:0.15 or repeat:0.32. Without it, by dropout alone.
    Augmentation augmentation: Option<Augmentation> = None => OptionSpec::of(Kind::Augmentation).optional();
    /// The ablation: both views of a sentence get the same dropout masks.
    FixedMask fixed_mask: bool = false => OptionSpec::of(Kind::Flag);
    /// Probability, for hidden states and attention probabilities alike.
    Dropout dropout: f32 = 0.1 => OptionSpec::below(0.0, 1.0).in_script();
    /// Peak of the schedule: linear to 0 after the warm-up.
    LearningRate learning_rate: f64 = 3e-5 => OptionSpec::real(0.0, UNBOUNDED).in_script();
    /// τ of the contrastive softmax.
    Temperature temperature: f32 = 0.05 => OptionSpec::real(1e-3, UNBOUNDED).in_script();
    /// Items N of a batch; each is encoded two or three times, and every other one is a negative.
    BatchSize batch_size: usize = 64 => OptionSpec::whole(1.0, 1024.0).costs(Cost::TimeAndMemory).in_script();
    /// What the vector is made of. Without it, the pooler of the model.
    Pooler pooler: Pooler = Pooler::Cls => OptionSpec::choice(&POOLERS).follows().silent_in_script();
    /// The MLP head behind the pooler cls: train-only trains with it and drops it, keep keeps it, none goes without.
    /// Without it, train-only for sentences and keep for pairs with the pooler cls, else none.
    Head head: HeadMode = HeadMode::TrainOnly => OptionSpec::choice(&["train-only", "keep", "none"]).follows().in_script();
    /// one-way (the paper's): first views are matched with their second ones; symmetric: both ways; nt-xent: all among all
    /// (SimCLR, arXiv 2002.05709).
    Loss loss: LossForm = LossForm::OneWay => OptionSpec::choice(&["one-way", "symmetric", "nt-xent"]);
    /// w = ln α of the paper's eq. 8, added to each item's own hard-negative logit.
    HardNegativeWeight hard_negative_weight: f32 = 0.0 => OptionSpec::real(-UNBOUNDED, UNBOUNDED);
    /// Negatives with a larger cosine are taken for false ones and left out; 0: none.
    FalseNegativeThreshold false_negative_threshold: f32 = 0.0 => OptionSpec::real(0.0, 1.0);
    /// Columns of the vectors to train on in turn, such as 384,128,64: the losses are summed, as
    /// sentence-transformers' MatryoshkaLoss does (arXiv 2205.13147). Without it, all columns only.
    Matryoshka matryoshka: Vec<usize> = Vec::new() => OptionSpec::of(Kind::Widths);
    /// Share of masked-language modelling in the loss; 0: none.
    MlmWeight mlm_weight: f32 = 0.0 => OptionSpec::real(0.0, UNBOUNDED).costs(Cost::TimeAndMemory);
    /// Off: masked-language modelling alone, as encoders are pre-trained; every item is encoded once.
    Contrastive contrastive: bool = true => OptionSpec::of(Kind::Flag).not_offered();
    /// Ends after this many steps, whatever the epochs say; the schedule runs over them.
    Steps steps: Option<u32> = None => OptionSpec::whole(1.0, MAX_STEPS).optional().costs(Cost::Time).in_script();
    /// Passes over the data.
    Epochs epochs: usize = 1 => OptionSpec::whole(1.0, 1e6).costs(Cost::Time).in_script();
    /// Tokens of a sentence, special tokens included; longer ones are cut.
    MaxLength max_length: usize = 32 => OptionSpec::whole(3.0, 1e6).costs(Cost::TimeAndMemory).in_script();
    /// Steps over which the learning rate grows first.
    Warmup warmup: u32 = 0 => OptionSpec::whole(0.0, MAX_STEPS).in_script();
    /// AdamW's, of all weights but biases and LayerNorm (arXiv 1711.05101).
    WeightDecay weight_decay: f32 = 0.0 => OptionSpec::real(0.0, UNBOUNDED).in_script();
    /// Largest norm of the whole gradient; 0: any.
    Clip clip: f32 = 1.0 => OptionSpec::real(0.0, UNBOUNDED).in_script();
    /// Of dropout, order and whatever else is drawn: the same seed on the same device gives the same weights, bit for bit.
    Seed seed: u32 = 42 => OptionSpec::whole(0.0, u32::MAX as f64).in_script();
    /// Steps between evaluations; 0: only before the first and after the last.
    EvalEvery eval_every: u32 = 125 => OptionSpec::whole(0.0, MAX_STEPS).same_weights();
    /// Items encoded at a time, with all their views; 0: the whole batch. Fewer need less memory and one more forward
    /// pass, and give the same gradients (GradCache, arXiv 2101.06983).
    MicroBatchSize micro_batch_size: usize = 0 => OptionSpec::whole(0.0, 1e6).same_weights();
}

impl TrainOptions {
    /// Every option's value, by its name, as JSON.
    pub fn fields(&self) -> Map<String, Value> {
        fields(self)
    }

    /// The recipe with these values; the defaults for whatever is not among them.
    ///
    /// # Errors
    /// A value of another type than the option's.
    pub fn from_fields(fields: Map<String, Value>) -> Result<Self, serde_json::Error> {
        serde_json::from_value(Value::Object(fields))
    }

    /// Refuses values that cannot work, naming the option, its value and what is expected.
    pub fn validate(&self) -> Result<(), TrainError> {
        let fields = self.fields();
        for option in TrainOption::ALL {
            let spec = option.spec();
            let value = fields.get(spec.name).unwrap_or(&Value::Null);
            spec.check(value).map_err(|expected| TrainError::Option {
                option: spec.title(),
                // JSON has no NaN and no infinity.
                value: if value.is_null() { messages::value_not_a_number() } else { written(value).into() },
                expected,
            })?;
        }
        let check = |fine: bool, option: TrainOption, value, expected| {
            if fine {
                Ok(())
            } else {
                Err(TrainError::Option { option: option.spec().title(), value, expected })
            }
        };
        check(
            self.contrastive || self.mlm_weight > 0.0,
            TrainOption::MlmWeight,
            self.mlm_weight.to_string().into(),
            messages::expected_mlm_alone(),
        )?;
        check(
            self.augmentation.is_none() || self.objective == Objective::Unsup,
            TrainOption::Augmentation,
            messages::value_given_for_sup(),
            messages::expected_no_augmentation(),
        )?;
        check(
            self.pooler == Pooler::Cls || self.head == HeadMode::None,
            TrainOption::Head,
            messages::value_head_with_pooler(
                fields.get(TrainOption::Head.spec().name).map(written).unwrap_or_default(),
                self.pooler.name(),
            ),
            messages::expected_no_head(),
        )
    }

    /// Refuses what the model has no room for: more tokens than positions, more columns than its vectors have.
    pub fn fits(&self, config: &ModelConfig) -> Result<(), TrainError> {
        let positions = config.max_tokens();
        if self.max_length > positions {
            return Err(TrainError::Option {
                option: TrainOption::MaxLength.spec().title(),
                value: messages::value_positions(self.max_length, positions),
                expected: messages::expected_positions(),
            });
        }
        let widest = self.matryoshka.iter().max();
        if let Some(width) = widest.filter(|width| **width > config.hidden_size) {
            return Err(TrainError::Option {
                option: TrainOption::Matryoshka.spec().title(),
                value: messages::value_width(width, config.hidden_size),
                expected: messages::expected_width(),
            });
        }
        Ok(())
    }

    /// Evaluations that a run of `total` steps has after `step`: every `eval_every` steps, and after the last one.
    pub fn evaluations_after(&self, step: u32, total: u32) -> u32 {
        let until = |step: u32| step.checked_div(self.eval_every).unwrap_or(0);
        let at_the_end = self.eval_every == 0 || !total.is_multiple_of(self.eval_every);
        until(total).saturating_sub(until(step)) + u32::from(at_the_end && step < total)
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
    pub fn step_uniform(&self) -> Step {
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
    use crate::localize::Localize;

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
        for (change, words) in [
            (
                (|o| o.batch_size = 0) as fn(&mut TrainOptions),
                "batch size is 0; expected a whole number from 1 to 1024",
            ),
            (|o| o.learning_rate = f64::NAN, "learning rate is not a number; expected a number from 0 on"),
            (|o| o.learning_rate = 1e39, "learning rate is 1e+39; expected a number from 0 on"),
            (|o| o.temperature = 0.0, "temperature is 0; expected a number from 0.001 on"),
            (|o| o.dropout = 1.0, "dropout is 1; expected a number from 0 up to, but not, 1"),
            (|o| o.clip = f32::INFINITY, "clip is not a number; expected a number from 0 on"),
            (|o| o.max_length = 2, "max length is 2; expected a whole number from 3 to 1000000"),
            (|o| o.matryoshka = vec![64, 30], "matryoshka is 64 30; expected multiples of 4"),
            (|o| o.steps = Some(0), "steps is 0; expected a whole number from 1 to 1000000000"),
            (|o| o.pooler = Pooler::Own, "pooler is own; expected one of cls, "),
            (|o| o.pooler = Pooler::Avg, "head is train-only with the pooler avg; expected none"),
        ] {
            let error = with(change).unwrap_err();
            assert!(error.to_string().starts_with(words), "{error}; expected {words}");
            let option = &error.localized().message.unwrap().arguments[0].1;
            assert!(option.message.is_some(), "{words} has a name in other languages");
        }
    }

    #[test]
    fn evaluations_are_counted_to_the_end() {
        let after = |eval_every: u32, step: u32, total: u32| {
            TrainOptions { eval_every, ..TrainOptions::default() }.evaluations_after(step, total)
        };
        assert_eq!([after(2, 0, 40), after(2, 1, 40), after(2, 2, 40), after(2, 40, 40)], [20, 20, 19, 0]);
        assert_eq!([after(3, 0, 10), after(3, 9, 10), after(3, 10, 10)], [4, 1, 0]);
        assert_eq!([after(0, 0, 10), after(0, 10, 10)], [1, 0]);
    }

    #[test]
    fn the_table_has_the_fields_of_a_recipe_and_the_names_of_its_types() {
        let defaults = TrainOptions::default().fields();
        let names: Vec<_> = TrainOption::ALL.iter().map(|option| option.spec().name).collect();
        assert_eq!(names.len(), defaults.len());
        for option in TrainOption::ALL {
            let spec = option.spec();
            assert_eq!(spec.key, spec.name.replace('_', "-"));
            let default = &defaults[spec.name];
            assert_eq!(default.is_null(), spec.optional, "{}", spec.name);
            spec.check(default).unwrap();
            // What can be typed can be read.
            let Kind::Choice(choices) = spec.kind else { continue };
            for choice in choices {
                let fields = Map::from_iter([(spec.name.to_owned(), spec.parse(choice).unwrap())]);
                assert_eq!(TrainOptions::from_fields(fields).unwrap().fields()[spec.name], *choice);
            }
        }
        assert_eq!(POOLERS, Pooler::ALL.map(Pooler::name));
        assert_eq!(TrainOption::Loss.spec().kind, Kind::Choice(&["one-way", "symmetric", "nt-xent"]));
        assert_eq!(LossForm::ALL.map(LossForm::name), ["one-way", "symmetric", "nt-xent"]);
    }

    #[test]
    fn what_is_typed_comes_back() {
        for (option, typed) in [
            (TrainOption::LearningRate, "3e-5"),
            (TrainOption::Temperature, "0.05"),
            (TrainOption::Matryoshka, "128 64"),
            (TrainOption::Steps, "40"),
            (TrainOption::Augmentation, "crop:0.1"),
            (TrainOption::Pooler, "avg_top2"),
            (TrainOption::FixedMask, "true"),
        ] {
            let spec = option.spec();
            let fields = Map::from_iter([(spec.name.to_owned(), spec.parse(typed).unwrap())]);
            let options = TrainOptions::from_fields(fields).unwrap();
            assert_eq!(written(&options.fields()[spec.name]), typed);
        }
    }
}
