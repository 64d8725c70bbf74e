//! What runs are called: by their visitor, else by what differs.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    app::ui::words::i18n::t,
    runs::{Difference, RunRecord, differences},
};

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
    let id = format!("differs-{}", difference.field.replace('_', "-"));
    // Fluent has no name for nothing.
    t!(&id, value = if difference.value.is_empty() { "none" } else { difference.value.as_str() })
}
