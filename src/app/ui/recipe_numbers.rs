//! The recipe's numbers: what each is called, explains and accepts.

use leptos::prelude::*;

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

pub(super) const BATCH_SIZE: NumberSpec = NumberSpec {
    id: "batch-size",
    label: "Batch size",
    help: "Sentences told apart at once: more negatives, more memory and time per step.",
    whole: true,
    range: (1.0, 1024.0),
    expected: "a whole number from 1 to 1024",
};
pub(super) const LEARNING_RATE: NumberSpec = NumberSpec {
    id: "learning-rate",
    label: "Learning rate",
    help: "Size of a weight's first updates; it falls to 0 over the run.",
    whole: false,
    range: (0.0, 1.0),
    expected: "a number from 0 to 1, such as 3e-5",
};
pub(super) const EPOCHS: NumberSpec = NumberSpec {
    id: "epochs",
    label: "Epochs",
    help: "Passes over the training text.",
    whole: true,
    range: (1.0, 1000.0),
    expected: "a whole number from 1 to 1000",
};
pub(super) const STEPS: NumberSpec = NumberSpec {
    id: "steps",
    label: "Steps",
    help: "Batches in the whole run, however many epochs that makes.",
    whole: true,
    range: (1.0, 1e6),
    expected: "a whole number from 1 to 1,000,000",
};
pub(super) const TEMPERATURE: NumberSpec = NumberSpec {
    id: "temperature",
    label: "Temperature τ",
    help: "Cosines are divided by it: smaller values punish the closest negatives harder.",
    whole: false,
    range: (1e-3, 100.0),
    expected: "a number from 0.001 to 100, such as 0.05",
};
pub(super) const MAX_LENGTH: NumberSpec = NumberSpec {
    id: "max-length",
    label: "Maximum length",
    help: "Tokens kept of a sentence, special tokens included; the rest is cut.",
    whole: true,
    range: (3.0, 512.0),
    expected: "a whole number from 3 to 512",
};
pub(super) const DROPOUT: NumberSpec = NumberSpec {
    id: "dropout",
    label: "Dropout",
    help: "Share of activations zeroed at random: the only difference between a sentence's two views.",
    whole: false,
    range: (0.0, 0.99),
    expected: "a number from 0 to 0.99, such as 0.1",
};
pub(super) const SEED: NumberSpec = NumberSpec {
    id: "seed",
    label: "Seed",
    help: "The same seed on the same device gives the same run, bit for bit.",
    whole: true,
    range: (0.0, 4_294_967_295.0),
    expected: "a whole number from 0 to 4294967295",
};
pub(super) const EVAL_EVERY: NumberSpec = NumberSpec {
    id: "eval-every",
    label: "Evaluate every",
    help: "Steps between evaluations; 0 evaluates at the start and the end only.",
    whole: true,
    range: (0.0, 1e6),
    expected: "a whole number from 0 to 1,000,000",
};
pub(super) const WARMUP: NumberSpec = NumberSpec {
    id: "warmup",
    label: "Warm-up",
    help: "Steps over which the learning rate grows from 0 to its peak.",
    whole: true,
    range: (0.0, 1e6),
    expected: "a whole number from 0 to 1,000,000",
};
pub(super) const WEIGHT_DECAY: NumberSpec = NumberSpec {
    id: "weight-decay",
    label: "Weight decay",
    help: "Pulls weights towards 0 at each step (AdamW); biases and LayerNorm are spared.",
    whole: false,
    range: (0.0, 10.0),
    expected: "a number from 0 to 10",
};
pub(super) const CLIP: NumberSpec = NumberSpec {
    id: "clip",
    label: "Gradient clip",
    help: "Longest gradient allowed, over all weights together; 0 turns clipping off.",
    whole: false,
    range: (0.0, 1e6),
    expected: "a number from 0 to 1,000,000",
};
pub(super) const HARD_NEGATIVE_WEIGHT: NumberSpec = NumberSpec {
    id: "hard-negative-weight",
    label: "Hard-negative weight",
    help: "Added to each triplet's own hard-negative logit (ln α in the paper); 0 treats it like any negative.",
    whole: false,
    range: (-100.0, 100.0),
    expected: "a number from -100 to 100",
};
pub(super) const FALSE_NEGATIVE_THRESHOLD: NumberSpec = NumberSpec {
    id: "false-negative-threshold",
    label: "False-negative threshold",
    help: "Negatives with a larger cosine count as near-duplicates and are left out; 0 keeps all.",
    whole: false,
    range: (0.0, 1.0),
    expected: "a cosine from 0 (off) to 1, such as 0.9",
};
pub(super) const MLM_WEIGHT: NumberSpec = NumberSpec {
    id: "mlm-weight",
    label: "Masked-language modelling",
    help: "Its share in the loss; 0 is off, the paper tried 0.1. Every sentence is encoded once more for it.",
    whole: false,
    range: (0.0, 100.0),
    expected: "a number from 0 (off) to 100, such as 0.1",
};
pub(super) const MICRO_BATCH_SIZE: NumberSpec = NumberSpec {
    id: "micro-batch-size",
    label: "Micro-batch",
    help: "Items encoded at a time: fewer need less memory and one more forward pass, and learn the same. 0: all at once.",
    whole: true,
    range: (0.0, 1024.0),
    expected: "a whole number from 0 (the whole batch) to 1024",
};
