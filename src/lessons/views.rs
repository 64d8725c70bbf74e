//! Statistics of sentences that were encoded several times with dropout.

use strum::{EnumString, IntoStaticStr};

use crate::{
    eval::{Plane, alignment, cosine, normalised},
    train::DropoutViews,
};

/// Which dropout masks the passes over a sentence use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Masks {
    /// Every pass has its own, as in SimCSE.
    Own,
    /// All passes have the same.
    Fixed,
    /// No dropout, p = 0.
    None,
}

impl Masks {
    pub const ALL: [Self; 3] = [Self::Own, Self::Fixed, Self::None];

    /// The name in links.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The request to the engine.
    pub fn views(self, p: f32, views: usize, seed: u32) -> DropoutViews {
        let p = if self == Self::None { 0.0 } else { p };
        DropoutViews { p, fixed_mask: self == Self::Fixed, views, seed }
    }
}

/// A row of table 3 of arXiv 2104.08821.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedDropout {
    pub p: f64,
    pub fixed_mask: bool,
    /// × 100, on the development set of STS-B, unsupervised BERT-base.
    pub spearman: f64,
}

/// Table 3 of arXiv 2104.08821.
pub fn published_dropout() -> [PublishedDropout; 8] {
    let own = [(0.0, 71.1), (0.01, 72.6), (0.05, 81.1), (0.1, 82.5), (0.15, 81.4), (0.2, 80.5), (0.5, 71.0)];
    std::array::from_fn(|row| match own.get(row) {
        Some(&(p, spearman)) => PublishedDropout { p, fixed_mask: false, spearman },
        None => PublishedDropout { p: 0.1, fixed_mask: true, spearman: 43.6 },
    })
}

/// The vectors of some sentences: view 0 without dropout, the others with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Views {
    sentences: usize,
    hidden: usize,
    /// [1 + views, sentences, hidden], normalised.
    unit: Vec<f32>,
}

impl Views {
    /// `vectors` is `[1 + views, sentences, hidden]`. `None` if the length is no multiple of a view's, or for fewer
    /// than two views.
    pub fn new(vectors: &[f32], sentences: usize, hidden: usize) -> Option<Self> {
        let whole = sentences * hidden;
        let fits = whole > 0 && vectors.len().is_multiple_of(whole) && vectors.len() / whole >= 3;
        fits.then(|| Self { sentences, hidden, unit: normalised(vectors, hidden) })
    }

    pub fn sentences(&self) -> usize {
        self.sentences
    }

    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// The number of views with dropout.
    pub fn views(&self) -> usize {
        self.unit.len() / (self.sentences * self.hidden) - 1
    }

    /// A normalised vector `[hidden]`; view 0 is without dropout.
    pub fn vector(&self, view: usize, sentence: usize) -> &[f32] {
        &self.unit[(view * self.sentences + sentence) * self.hidden..][..self.hidden]
    }

    /// Cosine of two vectors, each given by view and sentence.
    pub fn cosine(&self, first: (usize, usize), second: (usize, usize)) -> f64 {
        cosine(self.vector(first.0, first.1), self.vector(second.0, second.1))
    }

    /// Alignment: the mean squared distance of each sentence's first two views.
    pub fn alignment(&self) -> f64 {
        let pairs = (0..self.sentences).map(|sentence| (self.vector(1, sentence), self.vector(2, sentence)));
        // Never `None`: `new` refuses views without sentences.
        alignment(pairs).unwrap_or(0.0)
    }

    /// Mean cosine over all pairs of a sentence's views with dropout.
    pub fn within(&self, sentence: usize) -> f64 {
        let pairs = (1..=self.views()).flat_map(|first| (1..first).map(move |second| (first, second)));
        mean(pairs.map(|(first, second)| self.cosine((first, sentence), (second, sentence))))
    }

    /// The other sentence whose views are nearest, and their mean cosine; `None` if there is only one sentence.
    pub fn nearest(&self, sentence: usize) -> Option<(usize, f64)> {
        let between = |other: usize| {
            let pairs = (1..=self.views()).flat_map(|a| (1..=self.views()).map(move |b| (a, b)));
            mean(pairs.map(|(a, b)| self.cosine((a, sentence), (b, other))))
        };
        let others = (0..self.sentences).filter(|other| *other != sentence);
        others.map(|other| (other, between(other))).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// All vectors projected to the plane in which the sentences differ most without dropout: `[1 + views][sentences]`.
    pub fn places(&self) -> Vec<Vec<[f64; 2]>> {
        let whole = self.sentences * self.hidden;
        let plane = Plane::fit(&self.unit[..whole], self.hidden);
        let of_view =
            |view: &[f32]| view.chunks_exact(self.hidden).map(|vector| plane.place(vector)).collect();
        self.unit.chunks_exact(whole).map(of_view).collect()
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        sum += value;
        count += 1;
    }
    sum / f64::from(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sentences in three dimensions, once without dropout and twice with it.
    #[rustfmt::skip]
    const VECTORS: [f32; 18] = [
        2.0, 0.0, 0.0,   0.0, 3.0, 0.0,
        1.0, 0.0, 0.0,   0.0, 1.0, 0.0,
        3.0, 0.0, 4.0,   0.0, 5.0, 0.0,
    ];

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn statistics_of_two_sentences_agree_with_values_computed_by_hand() {
        let views = Views::new(&VECTORS, 2, 3).unwrap();
        assert_eq!((views.sentences(), views.views(), views.hidden()), (2, 2, 3));
        assert_eq!(views.vector(2, 0), [0.6, 0.0, 0.8]);
        close(views.cosine((1, 0), (2, 0)), 0.6);
        close(views.cosine((1, 1), (2, 1)), 1.0);
        // Squared distances 2 − 2·0.6 and 0.
        close(views.alignment(), 0.4);
        close(views.within(0), 0.6);
        let (other, cosine) = views.nearest(0).unwrap();
        assert_eq!(other, 1);
        close(cosine, 0.0);
    }

    #[test]
    fn sentences_without_dropout_keep_their_distance_in_the_plane() {
        let places = Views::new(&VECTORS, 2, 3).unwrap().places();
        assert_eq!((places.len(), places[0].len()), (3, 2));
        close(places[0][0][0] - places[0][1][0], 2_f64.sqrt());
        assert_eq!(places[0], places[1], "these are the same");
        assert!(places[2][0][0] < places[1][0][0], "a part of it is orthogonal to the plane");
    }

    #[test]
    fn a_single_sentence_has_no_nearest_and_incomplete_views_are_refused() {
        assert_eq!(Views::new(&VECTORS[..9], 1, 3).unwrap().nearest(0), None);
        assert_eq!(Views::new(&VECTORS[..17], 2, 3), None);
        assert_eq!(Views::new(&VECTORS[..12], 2, 3), None, "one view has no pair");
        assert_eq!(Views::new(&[], 0, 3), None);
    }

    #[test]
    fn masks_give_their_dropout_and_are_found_by_name() {
        assert_eq!(Masks::None.views(0.3, 2, 1).p, 0.0);
        assert!(Masks::Fixed.views(0.3, 2, 1).fixed_mask && !Masks::Own.views(0.3, 2, 1).fixed_mask);
        assert!(Masks::ALL.into_iter().all(|masks| Masks::named(masks.name()) == Some(masks)));
    }

    #[test]
    fn published_dropout_is_best_at_a_tenth_and_worst_with_a_fixed_mask() {
        let rows = published_dropout();
        let by_score = |a: &&PublishedDropout, b: &&PublishedDropout| a.spearman.total_cmp(&b.spearman);
        let (best, worst) = (rows.iter().max_by(by_score).unwrap(), rows.iter().min_by(by_score).unwrap());
        assert_eq!((best.p, best.fixed_mask, best.spearman), (0.1, false, 82.5));
        assert_eq!((worst.p, worst.fixed_mask, worst.spearman), (0.1, true, 43.6));
    }
}
