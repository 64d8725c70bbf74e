//! SimCSE's gain in encoders of different sizes.

/// An encoder, its size, and Spearman × 100 before and after unsupervised training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedScore {
    pub name: &'static str,
    /// Millions, the word table included.
    pub parameters: f64,
    pub before: Option<f64>,
    pub after: f64,
}

const fn sized(name: &'static str, parameters: f64, before: Option<f64>, after: f64) -> SizedScore {
    SizedScore { name, parameters, before, after }
}

/// Means of the seven STS test sets for BERTs that were pre-trained only: after SCT (Limkonchotiwat et al., TACL 2023;
/// from the README of its repository), and last after SimCSE (arXiv 2104.08821, table 5; before: the mean of first and
/// last layer).
pub const PUBLISHED_SIZES: [SizedScore; 6] = [
    sized("SCT, BERT-tiny", 4.4, None, 69.73),
    sized("SCT, BERT-mini", 11.3, None, 69.59),
    sized("SCT, BERT-small", 29.1, None, 72.56),
    sized("SCT, BERT-base", 110.0, None, 75.55),
    sized("SCT, BERT-large", 340.0, None, 78.16),
    sized("SimCSE, BERT-base", 110.0, Some(56.70), 76.25),
];

/// all-MiniLM-L6-v2 with 1 to 6 of its layers, its sentence tuning removed as for the starter, then trained for 20
/// steps of 64 of the site's sentences: STS-B development set, mean pooling, seed 1. The commands are in
/// docs/correctness.md, "Ablations".
pub const OF_STARTERS: [SizedScore; 4] = [
    sized("1", 6.6, Some(66.87), 63.80),
    sized("2", 8.4, Some(66.67), 74.11),
    sized("3", 10.1, Some(66.86), 77.79),
    sized("6", 15.5, Some(62.83), 78.16),
];
