//! Random inputs, the same for a seed on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::VOCABULARY;

const CLS: u32 = 101;
const SEP: u32 = 102;
/// Ids below are BERT's special and unused tokens.
const FIRST_WORD: u32 = 1000;

/// `rows × columns` numbers in [−1, 1).
pub fn matrix(rows: usize, columns: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..rows * columns).map(|_| random.random_range(-1.0..1.0)).collect()
}

/// Rows `[CLS] … [SEP]` of these lengths, with words drawn from BERT's vocabulary. Lengths include the special
/// tokens, so they are at least 2.
pub fn token_rows(lengths: &[usize], seed: u64) -> Vec<Vec<u32>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut row = |length: usize| {
        let words = (2..length).map(|_| random.random_range(FIRST_WORD..VOCABULARY as u32));
        [CLS].into_iter().chain(words).chain([SEP]).collect()
    };
    lengths.iter().map(|length| row(*length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_their_lengths_and_stay_within_the_vocabulary() {
        let rows = token_rows(&[2, 5, 16], 3);
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [2, 5, 16]);
        assert_eq!(rows[0], [CLS, SEP]);
        assert!(rows.iter().flatten().all(|id| (*id as usize) < VOCABULARY));
        assert_eq!(rows, token_rows(&[2, 5, 16], 3));
        assert_ne!(rows, token_rows(&[2, 5, 16], 4));
    }
}
