//! Names of runs: by what differs between them.

use serde_json::{Map, Value};

use super::RunSetting;

/// Differences in a name, the most telling first, unless more are needed to tell two runs apart.
const MOST: usize = 4;

/// What a name looks at first; whatever else differs comes behind it, by its name.
const ORDER: [&str; 26] = [
    "model",
    "text",
    "objective",
    "augmentation",
    "fixed_mask",
    "dropout",
    "learning_rate",
    "temperature",
    "batch_size",
    "pooler",
    "head",
    "loss",
    "hard_negative_weight",
    "false_negative_threshold",
    "matryoshka",
    "mlm_weight",
    "contrastive",
    "steps",
    "epochs",
    "max_length",
    "warmup",
    "weight_decay",
    "clip",
    "from_trained",
    "seed",
    "pairs",
];

/// What changes neither the weights nor what is measured.
const NO_MATTER: [&str; 2] = ["eval_every", "micro_batch_size"];

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of [`RunSetting`] or of [`crate::train::TrainOptions`], as serde writes it.
    pub field: String,
    /// As people write it: `0.05`, `true`, `avg`; empty for none.
    pub value: String,
}

/// For each run what it has different from the others: the fields in which not all agree.
///
/// Every run gets the same fields, at most four and as many more as are needed to tell apart whatever differs at all.
/// None, where all are the same.
pub fn differences(runs: &[&RunSetting]) -> Vec<Vec<Difference>> {
    let fields: Vec<Map<String, Value>> = runs.iter().map(|run| flat(run)).collect();
    let mut keys: Vec<&String> = fields.first().into_iter().flat_map(Map::keys).collect();
    let place = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    keys.sort_by_key(|key| (place(key), key.as_str()));
    let differs = |key: &&String| fields.iter().any(|run| run.get(*key) != fields[0].get(*key));
    let mut groups = vec![0; runs.len()];
    let mut chosen: Vec<&String> = Vec::new();
    for key in keys.into_iter().filter(|key| !NO_MATTER.contains(&key.as_str())).filter(differs) {
        let finer = regrouped(&groups, &fields, key);
        if chosen.len() < MOST || count(&finer) > count(&groups) {
            groups = finer;
            chosen.push(key);
        }
    }
    let of = |run: &Map<String, Value>| {
        let named = |key: &&String| Difference { field: (*key).clone(), value: written(run.get(*key)) };
        chosen.iter().map(named).collect()
    };
    fields.iter().map(of).collect()
}

/// All fields by name. Through text, as an f32 keeps its short form there.
fn flat(setting: &RunSetting) -> Map<String, Value> {
    let text = serde_json::to_string(setting).unwrap_or_default();
    let mut fields: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    if let Some(Value::Object(options)) = fields.remove("options") {
        fields.extend(options);
    }
    fields
}

/// Runs of one group stay together if they agree in `key` too.
fn regrouped<'a>(groups: &[usize], fields: &'a [Map<String, Value>], key: &str) -> Vec<usize> {
    let mut seen: Vec<(usize, Option<&'a Value>)> = Vec::new();
    let number = |(group, run): (&usize, &'a Map<String, Value>)| {
        let mark = (*group, run.get(key));
        seen.iter().position(|known| *known == mark).unwrap_or_else(|| {
            seen.push(mark);
            seen.len() - 1
        })
    };
    groups.iter().zip(fields).map(number).collect()
}

fn count(groups: &[usize]) -> usize {
    groups.iter().max().map_or(0, |last| last + 1)
}

fn written(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            values.iter().map(|value| written(Some(value))).collect::<Vec<_>>().join(" ")
        }
        Some(Value::Number(number)) => match number.as_f64() {
            // 3e-5 rather than 0.00003.
            Some(value) if value != 0.0 && value.abs() < 1e-3 => format!("{value:e}"),
            _ if number.is_f64() => number.to_string().trim_end_matches(".0").to_owned(),
            _ => number.to_string(),
        },
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        runs::record::tests::record,
        train::{Objective, TrainOptions},
    };

    /// "field=value" of each run.
    fn named(changes: &[fn(&mut TrainOptions)]) -> Vec<String> {
        let runs: Vec<_> =
            changes.iter().map(|change| record(0, |setting| change(&mut setting.options)).setting).collect();
        let names = differences(&runs.iter().collect::<Vec<_>>());
        let words = |of: &Vec<Difference>| {
            of.iter().map(|d| format!("{}={}", d.field, d.value)).collect::<Vec<_>>().join(" ")
        };
        names.iter().map(words).collect()
    }

    #[test]
    fn runs_are_named_by_what_is_not_the_same_in_all() {
        let names = named(&[|_| {}, |o| o.learning_rate = 1e-4, |o| o.dropout = 0.0]);
        assert_eq!(
            names,
            [
                "dropout=0.1 learning_rate=3e-5",
                "dropout=0.1 learning_rate=1e-4",
                "dropout=0 learning_rate=3e-5"
            ]
        );
    }

    #[test]
    fn the_same_recipe_has_no_differences_and_one_run_neither() {
        assert_eq!(named(&[|_| {}, |_| {}]), ["", ""]);
        assert_eq!(named(&[|_| {}]), [""]);
        assert!(differences(&[]).is_empty());
    }

    #[test]
    fn how_often_it_was_evaluated_makes_no_other_run() {
        assert_eq!(named(&[|_| {}, |o| o.eval_every = 5, |o| o.micro_batch_size = 2]), ["", "", ""]);
    }

    #[test]
    fn numbers_words_and_lists_are_written_as_people_do() {
        let names = named(&[
            |o| o.temperature = 0.05,
            |o| {
                o.temperature = 1.0;
                o.matryoshka = vec![128, 64];
                o.objective = Objective::Sup;
            },
        ]);
        assert_eq!(
            names,
            ["objective=unsup temperature=0.05 matryoshka=", "objective=sup temperature=1 matryoshka=128 64"]
        );
    }

    #[test]
    fn a_fifth_difference_is_named_only_where_it_tells_runs_apart() {
        let four = |o: &mut TrainOptions| {
            o.dropout = 0.0;
            o.learning_rate = 1e-4;
            o.temperature = 0.1;
            o.batch_size = 8;
            o.max_length = 16;
        };
        let names = named(&[|_| {}, four]);
        assert!(names.iter().all(|name| name.split(' ').count() == 4), "{names:?}");
        let seeds = |o: &mut TrainOptions| {
            o.dropout = 0.0;
            o.learning_rate = 1e-4;
            o.temperature = 0.1;
            o.batch_size = 8;
            o.max_length = 16;
            o.seed = 7;
        };
        let names = named(&[|_| {}, four, seeds]);
        assert!(names[2].ends_with("seed=7") && !names[2].contains("max_length"), "{names:?}");
    }

    #[test]
    fn every_option_has_a_place_or_does_not_matter() {
        let setting = record(0, |_| {}).setting;
        for field in flat(&setting).keys() {
            assert!(ORDER.contains(&field.as_str()) || NO_MATTER.contains(&field.as_str()), "{field}");
        }
    }
}
