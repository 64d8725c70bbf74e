//! The rows of one training step, and how they are divided into micro-batches.

use std::ops::Range;

use super::Dataset;
use crate::objective::MaskedTokens;

/// The rows of one step, view by view: the first sentences of all items, then the second, then the third.
#[derive(Debug, Clone)]
pub struct Batch<'a, R> {
    rows: &'a [R],
    views: usize,
    corrupted: Option<&'a CorruptedRows>,
}

/// The same rows for masked-language modelling, each corrupted independently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorruptedRows {
    pub rows: Vec<Vec<u32>>,
    /// For each row: positions in it and their original ids.
    pub labels: Vec<Vec<(u32, u32)>>,
}

impl CorruptedRows {
    /// The tokens to predict in these rows, with positions in the rows packed end to end.
    pub fn masked(&self, rows: &[usize]) -> MaskedTokens {
        let mut masked = MaskedTokens::default();
        let mut first = 0;
        for row in rows {
            for (position, label) in &self.labels[*row] {
                masked.places.push(first + position);
                masked.labels.push(*label);
            }
            first += self.rows[*row].len() as u32;
        }
        masked
    }
}

impl<'a, R: AsRef<[u32]>> Batch<'a, R> {
    /// `rows` must be the items of `data`, times its number of views.
    pub fn new(rows: &'a [R], data: &Dataset) -> Self {
        debug_assert!(rows.len().is_multiple_of(data.views()));
        Self { rows, views: data.views(), corrupted: None }
    }

    pub fn with_corrupted(mut self, corrupted: Option<&'a CorruptedRows>) -> Self {
        debug_assert!(corrupted.is_none_or(|corrupted| corrupted.rows.len() == self.rows.len()));
        self.corrupted = corrupted;
        self
    }

    pub fn rows(&self) -> &'a [R] {
        self.rows
    }

    pub fn views(&self) -> usize {
        self.views
    }

    pub fn items(&self) -> usize {
        self.rows.len() / self.views
    }

    pub(super) fn corrupted(&self) -> Option<&'a CorruptedRows> {
        self.corrupted
    }

    /// Splits the items into parts of at most `items`, in order.
    pub(super) fn parts(&self, items: usize) -> Vec<Range<usize>> {
        let all = self.items();
        (0..all).step_by(items.max(1)).map(|first| first..(first + items).min(all)).collect()
    }

    /// Row numbers of a part's items, view by view.
    pub(super) fn rows_of(&self, part: &Range<usize>) -> Vec<usize> {
        (0..self.views).flat_map(|view| part.clone().map(move |item| view * self.items() + item)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_items_and_their_rows_are_ordered_view_by_view() {
        let data = Dataset::new(vec![vec![1]; 3], 3);
        let rows = vec![vec![1_u32]; 15];
        let batch = Batch::new(&rows, &data);
        assert_eq!(batch.parts(2), [0..2, 2..4, 4..5]);
        assert_eq!(batch.rows_of(&(2..4)), [2, 3, 7, 8, 12, 13]);
    }

    #[test]
    fn positions_of_corrupted_tokens_count_over_the_packed_rows() {
        let rows = vec![vec![1, 9, 3], vec![4, 5], vec![9, 7]];
        let corrupted = CorruptedRows { rows, labels: vec![vec![(1, 2)], vec![], vec![(0, 6), (1, 7)]] };
        let masked = MaskedTokens { places: vec![0, 1, 3], labels: vec![6, 7, 2] };
        assert_eq!(corrupted.masked(&[2, 0]), masked);
    }
}
