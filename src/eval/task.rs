//! Scores an STS task of several subsets (princeton-nlp/SimCSE `SentEval/senteval/sts.py`).

use serde::{Deserialize, Serialize};

use super::{correlation, pair_cosines};
use crate::text::StsTask;

/// The score of one subset of a task, such as the headlines of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubsetScore {
    pub name: String,
    /// Pairs that have a gold score.
    pub pairs: usize,
    /// Spearman × 100; `None` (JSON null) where [`super::spearman()`] is undefined.
    pub spearman: Option<f64>,
}

/// A task's three settings, Spearman × 100 each, `None` (JSON null) where undefined. The paper reports `all`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskScore {
    pub task: String,
    pub pairs: usize,
    /// One correlation over the pairs of all subsets together.
    pub all: Option<f64>,
    /// Mean of the subsets' correlations that are defined.
    pub mean: Option<f64>,
    /// The same, weighted by the number of pairs.
    pub wmean: Option<f64>,
    pub subsets: Vec<SubsetScore>,
}

/// Cosines and gold scores of a subset, in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredSubset {
    pub name: String,
    pub cosines: Vec<f64>,
    pub gold: Vec<f64>,
}

impl TaskScore {
    /// `embeddings` is `[2 · task.pairs(), hidden]`, of the subsets' pairs in order, first and second sentence of each
    /// in turn; they need not be normalised.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn of(task: &StsTask, embeddings: &[f32], hidden: usize) -> Self {
        assert_eq!(embeddings.len(), 2 * task.pairs() * hidden, "two embeddings per pair");
        let mut cosines = pair_cosines(embeddings, hidden).into_iter();
        let subsets = task.subsets.iter().map(|set| ScoredSubset {
            name: set.name.clone(),
            cosines: cosines.by_ref().take(set.pairs.len()).collect(),
            gold: set.scores(),
        });
        TaskScore::new(&task.name, &subsets.collect::<Vec<_>>())
    }

    /// Undefined correlations are left out of the means; without a defined one, a mean is undefined.
    pub fn new(task: &str, subsets: &[ScoredSubset]) -> Self {
        let scores: Vec<SubsetScore> = subsets
            .iter()
            .map(|subset| SubsetScore {
                name: subset.name.clone(),
                pairs: subset.gold.len(),
                spearman: correlation(&subset.cosines, &subset.gold),
            })
            .collect();
        let together = |values: fn(&ScoredSubset) -> &Vec<f64>| -> Vec<f64> {
            subsets.iter().flat_map(values).copied().collect()
        };
        let mean = |weight: fn(&SubsetScore) -> f64| -> Option<f64> {
            let defined = scores.iter().filter_map(|score| Some((score.spearman?, weight(score))));
            let (sum, weights) = defined.fold((0.0, 0.0), |(sum, weights), (spearman, weight)| {
                (sum + spearman * weight, weights + weight)
            });
            (weights > 0.0).then(|| sum / weights)
        };
        TaskScore {
            task: task.to_owned(),
            pairs: scores.iter().map(|score| score.pairs).sum(),
            all: correlation(&together(|subset| &subset.cosines), &together(|subset| &subset.gold)),
            mean: mean(|_| 1.0),
            wmean: mean(|subset| subset.pairs as f64),
            subsets: scores,
        }
    }

    /// The number of subsets without a correlation, which the means leave out.
    pub fn undefined_subsets(&self) -> usize {
        self.subsets.iter().filter(|subset| subset.spearman.is_none()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::StsSet;

    fn subset(name: &str, cosines: &[f64], gold: &[f64]) -> ScoredSubset {
        ScoredSubset { name: name.to_owned(), cosines: cosines.to_vec(), gold: gold.to_vec() }
    }

    #[test]
    fn the_three_settings_differ_as_defined() {
        // Same order in the first subset, reverse order in the second, and all of the second below the first.
        let first = subset("first", &[0.7, 0.8, 0.9], &[3.0, 4.0, 5.0]);
        let second = subset("second", &[0.2, 0.1], &[1.0, 2.0]);
        let score = TaskScore::new("task", &[first, second]);
        assert_eq!((score.subsets[0].spearman, score.subsets[1].spearman), (Some(100.0), Some(-100.0)));
        assert_eq!((score.pairs, score.mean), (5, Some(0.0)));
        assert!((score.wmean.unwrap() - 20.0).abs() < 1e-12);
        // Ranks 2 1 3 4 5 against 1 2 3 4 5: 1 − 6·2/(5·24).
        assert!((score.all.unwrap() - 90.0).abs() < 1e-12);
    }

    #[test]
    fn embeddings_are_assigned_to_the_subsets_in_order() {
        let set = |name: &str, text: &str| StsSet::parse(name, text.as_bytes()).unwrap();
        let subsets = vec![set("a", "p\tq\t5\nr\ts\t0\n"), set("b", "t\tu\t1\nv\tw\t2\nx\ty\t3\n")];
        let task = StsTask { name: "task".to_owned(), subsets };
        // Cosines 1 and 0 in the first subset; 1, 0 and −1 in the second, whose scores rise.
        let second = [[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0], [-2.0, 0.0]];
        let embeddings: Vec<f32> = second.iter().flat_map(|[x, y]| [1.0, 0.0, *x, *y]).collect();
        let found: Vec<f64> =
            TaskScore::of(&task, &embeddings, 2).subsets.iter().map(|set| set.spearman.unwrap()).collect();
        assert!((found[0] - 100.0).abs() < 1e-9 && (found[1] + 100.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_subset_without_a_correlation_is_left_out_of_the_means() {
        let flat = || subset("flat", &[0.5, 0.5], &[1.0, 2.0]);
        let score = TaskScore::new("task", &[flat()]);
        assert_eq!((score.all, score.mean, score.wmean), (None, None, None));
        let json = serde_json::to_value(&score).unwrap();
        assert!(json["all"].is_null() && json["mean"].is_null() && json["subsets"][0]["spearman"].is_null());

        let rising = subset("rising", &[0.1, 0.2, 0.3], &[1.0, 2.0, 3.0]);
        let single = subset("single", &[0.9], &[5.0]);
        let score = TaskScore::new("task", &[flat(), rising, single]);
        assert_eq!((score.mean, score.wmean, score.undefined_subsets()), (Some(100.0), Some(100.0), 2));
        assert_eq!(score.pairs, 6, "all pairs are counted");
        assert!(score.all.unwrap() < 100.0);
    }

    #[test]
    fn a_nan_in_a_vector_makes_its_subset_and_the_setting_all_undefined() {
        let set = |name: &str| StsSet::parse(name, b"a\tb\t1\nc\td\t2\n").unwrap();
        let task = StsTask { name: "task".to_owned(), subsets: vec![set("sound"), set("broken")] };
        let sound = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let mut embeddings = [sound, sound].concat();
        embeddings[8] = f32::NAN;
        let score = TaskScore::of(&task, &embeddings, 2);
        assert_eq!(score.subsets.iter().map(|set| set.spearman).collect::<Vec<_>>(), [Some(100.0), None]);
        assert_eq!((score.all, score.mean), (None, Some(100.0)));
    }
}
