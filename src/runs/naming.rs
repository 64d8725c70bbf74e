//! Names of runs: by what differs between them.

use serde_json::{Map, Value};

use super::RunSetting;
use crate::train::{TrainOption, fields, written};

/// Differences in a name, the most telling first, unless more are needed to tell two runs apart.
const MAX_DIFFERENCES: usize = 4;

/// What differs in names before the options of the recipe do, and after them.
const BEFORE: [&str; 2] = ["model", "text"];
const AFTER: [&str; 2] = ["from_trained", "pairs"];

/// The fields by which runs are told apart, the most telling first.
fn order() -> impl Iterator<Item = &'static str> {
    let options = TrainOption::ALL.iter().map(|option| option.spec()).filter(|spec| spec.tells_apart);
    BEFORE.into_iter().chain(options.map(|spec| spec.name)).chain(AFTER)
}

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of [`RunSetting`] or of [`crate::train::TrainOptions`], as serde writes it.
    pub field: &'static str,
    /// As people write it: `0.05`, `true`, `avg`; empty for none.
    pub value: String,
}

/// For each run what it has different from the others: the fields in which not all agree.
///
/// Every run gets the same fields, at most four and as many more as are needed to tell apart whatever differs at all.
/// None, where all are the same.
pub fn differences(runs: &[&RunSetting]) -> Vec<Vec<Difference>> {
    let fields: Vec<Map<String, Value>> = runs.iter().map(|run| flat(run)).collect();
    let differs = |key: &&'static str| fields.iter().any(|run| run.get(*key) != fields[0].get(*key));
    let mut groups = vec![0; runs.len()];
    let mut chosen: Vec<&'static str> = Vec::new();
    for key in order().filter(differs) {
        let finer = regrouped(&groups, &fields, key);
        if chosen.len() < MAX_DIFFERENCES || count(&finer) > count(&groups) {
            groups = finer;
            chosen.push(key);
        }
    }
    let of = |run: &Map<String, Value>| {
        let named = |key: &&'static str| Difference {
            field: key,
            value: run.get(*key).map(written).unwrap_or_default(),
        };
        chosen.iter().map(named).collect()
    };
    fields.iter().map(of).collect()
}

/// All fields by name.
fn flat(setting: &RunSetting) -> Map<String, Value> {
    let mut flat = fields(setting);
    if let Some(Value::Object(options)) = flat.remove("options") {
        flat.extend(options);
    }
    flat
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
    fn every_field_has_a_place_or_leaves_the_weights_as_they_are() {
        let setting = record(0, |_| {}).setting;
        let silent = ["eval_every", "micro_batch_size"];
        for field in flat(&setting).keys() {
            assert_ne!(order().any(|known| known == field), silent.contains(&field.as_str()), "{field}");
        }
    }
}
