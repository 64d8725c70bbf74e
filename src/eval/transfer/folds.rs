//! Stratified folds for cross-validation, the same as scikit-learn's.

use super::random::Random;

/// The test fold of each item, 0 to `folds` − 1, as in scikit-learn's
/// `StratifiedKFold(shuffle=True, random_state=seed)`: every fold has the classes in the proportions of the whole.
pub(super) fn stratified(labels: &[usize], folds: usize, seed: u32) -> Vec<usize> {
    // Classes in the order of their first occurrence.
    let mut classes: Vec<usize> = Vec::new();
    for &label in labels {
        if !classes.contains(&label) {
            classes.push(label);
        }
    }
    let mut random = Random::new(seed);
    let mut fold_of = vec![0; labels.len()];
    let mut before = 0;
    for class in classes {
        let members: Vec<usize> = (0..labels.len()).filter(|&item| labels[item] == class).collect();
        // If all labels were sorted and dealt to the folds in turn, these would be the folds of this class's items.
        let mut dealt: Vec<usize> = (before..before + members.len()).map(|card| card % folds).collect();
        dealt.sort_unstable();
        random.shuffle(&mut dealt);
        before += members.len();
        for (item, fold) in members.into_iter().zip(dealt) {
            fold_of[item] = fold;
        }
    }
    fold_of
}

/// For each fold the items to train on and those held out, both in the order of `items`.
pub(super) fn splits(
    items: &[usize],
    labels: &[usize],
    folds: usize,
    seed: u32,
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let own: Vec<usize> = items.iter().map(|&item| labels[item]).collect();
    let fold_of = stratified(&own, folds, seed);
    let split = |fold| {
        let (held, train): (Vec<_>, Vec<_>) = items.iter().zip(&fold_of).partition(|&(_, &of)| of == fold);
        let items = |part: Vec<(&usize, _)>| part.into_iter().map(|(&item, _)| item).collect();
        (items(train), items(held))
    };
    (0..folds).map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_agree_with_scikit_learn() {
        // scikit-learn 1.9.1: StratifiedKFold(3, shuffle=True, random_state=1111), the test parts.
        let labels = [1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 2];
        let items: Vec<usize> = (0..labels.len()).collect();
        let held: Vec<_> = splits(&items, &labels, 3, 1111).into_iter().map(|(_, held)| held).collect();
        assert_eq!(held, [vec![3, 5, 6, 9, 12], vec![2, 4, 10, 11], vec![0, 1, 7, 8]]);
    }

    #[test]
    fn every_fold_has_its_share_of_every_class_and_every_item_is_held_out_once() {
        let labels: Vec<usize> = (0..503).map(|i| if i % 7 == 0 { 2 } else { i % 2 }).collect();
        // Only a part of the items, as in inner folds.
        let items: Vec<usize> = (0..503).step_by(2).collect();
        let splits = splits(&items, &labels, 10, 3);
        let mut all: Vec<usize> = splits.iter().flat_map(|(_, held)| held.clone()).collect();
        all.sort_unstable();
        assert_eq!(all, items);
        for (train, held) in &splits {
            assert_eq!(train.len() + held.len(), items.len());
            assert!(held.iter().all(|item| !train.contains(item)));
            for class in 0..3 {
                let count = |part: &[usize]| part.iter().filter(|&&item| labels[item] == class).count();
                let share = count(&items) as f64 / 10.0;
                assert!((count(held) as f64 - share).abs() < 1.0, "{} of {share}", count(held));
            }
        }
        assert_ne!(stratified(&labels, 10, 3), stratified(&labels, 10, 4));
    }
}
