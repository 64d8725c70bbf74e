//! An STS task of several subsets, scored as SentEval and SimCSE's evaluation do (R `SentEval/senteval/sts.py`).

use serde::{Deserialize, Serialize};

use super::{correlation, normalised, pair_cosines};
use crate::text::StsTask;

/// One subset of a task: a year's headlines, say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubsetScore {
    pub name: String,
    /// Pairs that have a gold score.
    pub pairs: usize,
    /// Spearman × 100.
    pub spearman: f64,
}

/// A task's three settings, Spearman × 100 each. The paper reports `all`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskScore {
    pub task: String,
    pub pairs: usize,
    /// One correlation over the pairs of all subsets together.
    pub all: f64,
    /// Mean of the subsets' correlations.
    pub mean: f64,
    /// The same, weighted by the subsets' pairs.
    pub wmean: f64,
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
        assert_eq!(embeddings.len(), 2 * task.pairs() * hidden, "two embeddings a pair");
        let mut cosines = pair_cosines(&normalised(embeddings, hidden), hidden).into_iter();
        let subsets = task.subsets.iter().map(|set| ScoredSubset {
            name: set.name.clone(),
            cosines: cosines.by_ref().take(set.pairs.len()).collect(),
            gold: set.scores(),
        });
        TaskScore::new(&task.name, &subsets.collect::<Vec<_>>())
    }

    /// A correlation that does not exist, because one side never varies, counts as 0.
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
        let pairs: usize = scores.iter().map(|score| score.pairs).sum();
        let sum: f64 = scores.iter().map(|score| score.spearman).sum();
        let weighted: f64 = scores.iter().map(|score| score.spearman * score.pairs as f64).sum();
        TaskScore {
            task: task.to_owned(),
            pairs,
            all: correlation(&together(|subset| &subset.cosines), &together(|subset| &subset.gold)),
            mean: sum / scores.len().max(1) as f64,
            wmean: weighted / pairs.max(1) as f64,
            subsets: scores,
        }
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
        // Ranked alike in the first, the other way round in the second, and all of the second below the first.
        let first = subset("first", &[0.7, 0.8, 0.9], &[3.0, 4.0, 5.0]);
        let second = subset("second", &[0.2, 0.1], &[1.0, 2.0]);
        let score = TaskScore::new("task", &[first, second]);
        assert_eq!((score.subsets[0].spearman, score.subsets[1].spearman), (100.0, -100.0));
        assert_eq!((score.pairs, score.mean), (5, 0.0));
        assert!((score.wmean - 20.0).abs() < 1e-12);
        // Ranks 2 1 3 4 5 against 1 2 3 4 5: 1 − 6·2/(5·24).
        assert!((score.all - 90.0).abs() < 1e-12);
    }

    #[test]
    fn embeddings_are_dealt_out_to_the_subsets_in_order() {
        let set = |name: &str, text: &str| StsSet::parse(name, text.as_bytes()).unwrap();
        let subsets = vec![set("a", "p\tq\t5\nr\ts\t0\n"), set("b", "t\tu\t1\nv\tw\t2\nx\ty\t3\n")];
        let task = StsTask { name: "task".to_owned(), subsets };
        // Cosines 1 and 0 in the first, 1, 0 and −1 in the second, where the scores run the other way.
        let second = [[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0], [-2.0, 0.0]];
        let embeddings: Vec<f32> = second.iter().flat_map(|[x, y]| [1.0, 0.0, *x, *y]).collect();
        let found: Vec<f64> =
            TaskScore::of(&task, &embeddings, 2).subsets.iter().map(|set| set.spearman).collect();
        assert!((found[0] - 100.0).abs() < 1e-9 && (found[1] + 100.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_subset_that_ranks_nothing_counts_as_zero() {
        let score = TaskScore::new("task", &[subset("flat", &[0.5, 0.5], &[1.0, 2.0])]);
        assert_eq!((score.all, score.mean, score.wmean), (0.0, 0.0, 0.0));
    }
}
