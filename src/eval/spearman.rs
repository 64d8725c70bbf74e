//! Spearman's rank correlation.

/// Spearman's ρ in [−1, 1]: Pearson's correlation of average ranks, which is correct with ties too, unlike the shortcut
/// 1 − 6Σd²/(n³ − n). `None` where `scipy.stats.spearmanr` gives NaN: fewer than two values, a side without
/// variation, a NaN on either side.
///
/// # Panics
/// If the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "one y for every x");
    if x.iter().chain(y).any(|value| value.is_nan()) {
        return None;
    }
    pearson(&average_ranks(x), &average_ranks(y))
}

/// Ranks from 1 of values without NaN; tied values share the mean of the ranks they span.
fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    // Ties by `==`, so that −0.0 and 0.0, which are neighbours under `total_cmp`, tie.
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = first as f64 + (tied.len() + 1) as f64 / 2.0;
        for &index in tied {
            ranks[index] = rank;
        }
        first += tied.len();
    }
    ranks
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let [mut xy, mut xx, mut yy] = [0.0; 3];
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    // Ranks are multiples of ½, so a constant side gives exactly 0.
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert_eq!(average_ranks(&[-0.0, 0.0, f64::INFINITY, -1.0]), [2.5, 2.5, 4.0, 1.0]);
    }

    #[test]
    fn correlations_with_and_without_ties_agree_with_values_computed_by_hand() {
        close(spearman(&[1.0, 2.0, 3.0], &[10.0, 20.0, 1000.0]), 1.0);
        close(spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
        // Ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): Σdxdy = 4.5, Σdx² = 4.5, Σdy² = 5, so ρ = √0.9; the shortcut
        // for ranks without ties would give 0.95.
        close(spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]), 0.9_f64.sqrt());
    }

    #[test]
    fn only_the_order_of_values_counts() {
        let x = [0.3, -2.0, 5.5, 1.0, 1.0, 9.0];
        let y = [1.0, 0.0, 2.0, 2.0, 0.5, 3.0];
        let stretched: Vec<f64> = x.iter().map(|value: &f64| value.exp() * 7.0 + 1.0).collect();
        assert_eq!(spearman(&x, &y), spearman(&stretched, &y));
    }

    #[test]
    fn correlations_that_are_nan_in_scipy_are_undefined() {
        assert_eq!(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0]), None);
        assert_eq!(spearman(&[-0.0, 0.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[], &[]), None);
        assert_eq!(spearman(&[1.0], &[2.0]), None);
        assert_eq!(spearman(&[1.0, f64::NAN, 3.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 2.0, f64::NAN]), None);
        // Infinities have a rank.
        close(spearman(&[1.0, f64::INFINITY, 3.0], &[1.0, 3.0, 2.0]), 1.0);
    }
}
