//! Cosines counted in intervals of 0.05.

/// Intervals between −1 and 1.
pub const COSINE_BINS: usize = 40;

/// The interval i of a cosine, [−1 + 0.05·i, −1 + 0.05·(i + 1)). The last interval includes 1. Cosines that rounding
/// moved beyond −1 or 1 fall into the first or the last.
pub fn cosine_bin(cosine: f64) -> usize {
    let position = (cosine + 1.0) * (COSINE_BINS / 2) as f64;
    (position.max(0.0) as usize).min(COSINE_BINS - 1)
}

/// Where an interval begins and ends.
pub fn cosine_bin_range(bin: usize) -> (f64, f64) {
    let edge = |bin: usize| (bin as f64 - (COSINE_BINS / 2) as f64) * 2.0 / COSINE_BINS as f64;
    (edge(bin), edge(bin + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_one_and_one_fall_into_the_first_and_last_interval() {
        let last = COSINE_BINS - 1;
        assert_eq!([-1.000_001, -1.0, 1.0, 1.000_001].map(cosine_bin), [0, 0, last, last]);
        assert_eq!((cosine_bin_range(0), cosine_bin_range(last)), ((-1.0, -0.95), (0.95, 1.0)));
    }

    #[test]
    fn a_cosine_lies_between_the_ends_of_its_interval() {
        for cosine in [-0.97, -0.25, -0.001, 0.0, 0.049, 0.051, 0.5, 0.999] {
            let (low, high) = cosine_bin_range(cosine_bin(cosine));
            assert!(low <= cosine && cosine < high, "{cosine}");
        }
    }
}
