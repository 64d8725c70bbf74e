//! What runs are called: by their visitor, else by what differs.

use std::{collections::BTreeMap, sync::Arc};

use super::super::i18n::t;
use crate::runs::{Difference, RunRecord, differences};

/// A difference in words, by the field's name.
const WORDS: [(&str, &str); 26] = [
    ("model", "differs-model"),
    ("text", "differs-text"),
    ("objective", "differs-objective"),
    ("augmentation", "differs-augmentation"),
    ("fixed_mask", "differs-fixed-mask"),
    ("dropout", "differs-dropout"),
    ("learning_rate", "differs-learning-rate"),
    ("temperature", "differs-temperature"),
    ("batch_size", "differs-batch-size"),
    ("pooler", "differs-pooler"),
    ("head", "differs-head"),
    ("loss", "differs-loss"),
    ("hard_negative_weight", "differs-hard-negatives"),
    ("false_negative_threshold", "differs-false-negatives"),
    ("matryoshka", "differs-matryoshka"),
    ("mlm_weight", "differs-mlm-weight"),
    ("contrastive", "differs-contrastive"),
    ("steps", "differs-steps"),
    ("epochs", "differs-epochs"),
    ("max_length", "differs-max-length"),
    ("warmup", "differs-warmup"),
    ("weight_decay", "differs-weight-decay"),
    ("clip", "differs-clip"),
    ("from_trained", "differs-start"),
    ("seed", "differs-seed"),
    ("pairs", "differs-pairs"),
];

/// The runs' names by when they began, no two the same; tracks the language.
pub fn names(runs: &[Arc<RunRecord>]) -> BTreeMap<u64, String> {
    let settings: Vec<_> = runs.iter().map(|run| &run.setting).collect();
    let mut names: Vec<String> = Vec::with_capacity(runs.len());
    for (run, differing) in runs.iter().zip(differences(&settings)) {
        let words = differing.iter().map(in_words).filter(|words| !words.is_empty()).collect::<Vec<_>>();
        let automatic = if words.is_empty() { run.setting.model.clone() } else { words.join(", ") };
        let name = run.name.clone().unwrap_or(automatic);
        let free = |name: &String| !names.contains(name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        // One of endlessly many is free.
        let unique = std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name);
        names.push(unique);
    }
    runs.iter().map(|run| run.started).zip(names).collect()
}

fn in_words(difference: &Difference) -> String {
    let Difference { field, value } = difference;
    match WORDS.iter().find(|(known, _)| known == field) {
        // Fluent has no name for nothing.
        Some((_, id)) => t!(id, value = if value.is_empty() { "none" } else { value.as_str() }),
        None => format!("{field} {value}"),
    }
}
