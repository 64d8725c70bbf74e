//! The recipe's numbers: what each is called, explains and accepts.

use leptos::prelude::*;

use super::i18n::t;

/// What a number field is called, explains and accepts; the words are message ids.
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
    pub(super) fn new(spec: &'static NumberSpec, value: f64) -> Self {
        Self { spec, text: RwSignal::new(written(value)) }
    }

    pub(super) fn set(&self, value: f64) {
        self.text.set(written(value));
    }

    /// # Errors
    /// What was typed and what is expected.
    pub fn value(&self) -> Result<f64, String> {
        let text = self.text.get();
        let (low, high) = self.spec.range;
        let fits = |value: &f64| (low..=high).contains(value) && (!self.spec.whole || value.fract() == 0.0);
        text.trim().parse::<f64>().ok().filter(fits).ok_or_else(|| match text.trim() {
            "" => t!("number-missing", expected = t!(self.spec.expected)),
            typed => t!("number-wrong", typed = typed, expected = t!(self.spec.expected)),
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

pub(super) const BATCH_SIZE: NumberSpec = NumberSpec {
    id: "batch-size",
    label: "batch-size",
    help: "batch-size-help",
    whole: true,
    range: (1.0, 1024.0),
    expected: "batch-size-expected",
};
pub(super) const LEARNING_RATE: NumberSpec = NumberSpec {
    id: "learning-rate",
    label: "learning-rate",
    help: "learning-rate-help",
    whole: false,
    range: (0.0, 1.0),
    expected: "learning-rate-expected",
};
pub(super) const EPOCHS: NumberSpec = NumberSpec {
    id: "epochs",
    label: "epochs",
    help: "epochs-help",
    whole: true,
    range: (1.0, 1000.0),
    expected: "epochs-expected",
};
pub(super) const STEPS: NumberSpec = NumberSpec {
    id: "steps",
    label: "steps",
    help: "steps-help",
    whole: true,
    range: (1.0, 1e6),
    expected: "steps-expected",
};
pub(super) const TEMPERATURE: NumberSpec = NumberSpec {
    id: "temperature",
    label: "temperature",
    help: "temperature-help",
    whole: false,
    range: (1e-3, 100.0),
    expected: "temperature-expected",
};
pub(super) const MAX_LENGTH: NumberSpec = NumberSpec {
    id: "max-length",
    label: "max-length",
    help: "max-length-help",
    whole: true,
    range: (3.0, 512.0),
    expected: "max-length-expected",
};
pub(super) const DROPOUT: NumberSpec = NumberSpec {
    id: "dropout",
    label: "dropout",
    help: "dropout-help",
    whole: false,
    range: (0.0, 0.99),
    expected: "dropout-expected",
};
pub(super) const SEED: NumberSpec = NumberSpec {
    id: "seed",
    label: "seed",
    help: "seed-help",
    whole: true,
    range: (0.0, 4_294_967_295.0),
    expected: "seed-expected",
};
pub(super) const EVAL_EVERY: NumberSpec = NumberSpec {
    id: "eval-every",
    label: "eval-every",
    help: "eval-every-help",
    whole: true,
    range: (0.0, 1e6),
    expected: "eval-every-expected",
};
pub(super) const WARMUP: NumberSpec = NumberSpec {
    id: "warmup",
    label: "warmup",
    help: "warmup-help",
    whole: true,
    range: (0.0, 1e6),
    expected: "warmup-expected",
};
pub(super) const WEIGHT_DECAY: NumberSpec = NumberSpec {
    id: "weight-decay",
    label: "weight-decay",
    help: "weight-decay-help",
    whole: false,
    range: (0.0, 10.0),
    expected: "weight-decay-expected",
};
pub(super) const CLIP: NumberSpec = NumberSpec {
    id: "clip",
    label: "clip",
    help: "clip-help",
    whole: false,
    range: (0.0, 1e6),
    expected: "clip-expected",
};
pub(super) const HARD_NEGATIVE_WEIGHT: NumberSpec = NumberSpec {
    id: "hard-negative-weight",
    label: "hard-negative-weight",
    help: "hard-negative-weight-help",
    whole: false,
    range: (-100.0, 100.0),
    expected: "hard-negative-weight-expected",
};
pub(super) const FALSE_NEGATIVE_THRESHOLD: NumberSpec = NumberSpec {
    id: "false-negative-threshold",
    label: "false-negative-threshold",
    help: "false-negative-threshold-help",
    whole: false,
    range: (0.0, 1.0),
    expected: "false-negative-threshold-expected",
};
pub(super) const MLM_WEIGHT: NumberSpec = NumberSpec {
    id: "mlm-weight",
    label: "mlm-weight",
    help: "mlm-weight-help",
    whole: false,
    range: (0.0, 100.0),
    expected: "mlm-weight-expected",
};
pub(super) const MICRO_BATCH_SIZE: NumberSpec = NumberSpec {
    id: "micro-batch-size",
    label: "micro-batch-size",
    help: "micro-batch-size-help",
    whole: true,
    range: (0.0, 1024.0),
    expected: "micro-batch-size-expected",
};
