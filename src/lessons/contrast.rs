//! The contrastive loss (arXiv 2104.08821, eq. 4) of a batch small enough to show every number.

/// Items in the batch.
pub const ITEMS: usize = 4;

/// Shares, losses and gradient from the cosines of every first view with every second one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Softmax of cosine/τ along each row, [first view, second view].
    pub shares: [[f64; ITEMS]; ITEMS],
    /// −ln of each row's share of its own pair.
    pub losses: [f64; ITEMS],
    /// Mean of the losses.
    pub loss: f64,
    /// Derivative of the mean loss with respect to each cosine, [first view, second view]: negative where the loss
    /// pulls the two together, positive where it pushes them apart. Every row sums to 0.
    pub gradient: [[f64; ITEMS]; ITEMS],
}

impl Contrast {
    /// `cosines[i][j]` is the cosine of item i's first view with item j's second view; `temperature` must be above 0.
    pub fn new(cosines: &[[f64; ITEMS]; ITEMS], temperature: f64) -> Self {
        let mut contrast = Self {
            shares: [[0.0; ITEMS]; ITEMS],
            losses: [0.0; ITEMS],
            loss: 0.0,
            gradient: [[0.0; ITEMS]; ITEMS],
        };
        for (i, row) in cosines.iter().enumerate() {
            let logits = row.map(|cosine| cosine / temperature);
            let largest = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = largest + logits.map(|logit| (logit - largest).exp()).iter().sum::<f64>().ln();
            contrast.losses[i] = log_sum - logits[i];
            contrast.shares[i] = logits.map(|logit| (logit - log_sum).exp());
            for (j, share) in contrast.shares[i].into_iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                contrast.gradient[i][j] = (share - wanted) / (temperature * ITEMS as f64);
            }
        }
        contrast.loss = contrast.losses.iter().sum::<f64>() / ITEMS as f64;
        contrast
    }
}

/// The loss of a batch of `items` in which the two views of an item have the cosine `own` and those of different items
/// `other`: ln(1 + (items − 1)·exp((other − own)/τ)). If the two are equal, as in a collapse, it is ln(items).
pub fn even_loss(items: usize, own: f64, other: f64, temperature: f64) -> f64 {
    let others = items.saturating_sub(1) as f64;
    if others == 0.0 {
        return 0.0;
    }
    // ln(1 + eˣ) without overflow.
    let x = others.ln() + (other - own) / temperature;
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSINES: [[f64; ITEMS]; ITEMS] =
        [[0.9, 0.2, 0.1, -0.3], [0.3, 0.7, 0.6, 0.0], [0.1, 0.8, 0.75, 0.2], [-0.2, 0.1, 0.0, 0.5]];

    #[test]
    fn the_gradient_agrees_with_finite_differences_of_the_loss() {
        for temperature in [0.05, 0.2, 1.0] {
            let gradient = Contrast::new(&COSINES, temperature).gradient;
            let step = 1e-6;
            for i in 0..ITEMS {
                for j in 0..ITEMS {
                    let at = |change: f64| {
                        let mut cosines = COSINES;
                        cosines[i][j] += change;
                        Contrast::new(&cosines, temperature).loss
                    };
                    let slope = (at(step) - at(-step)) / (2.0 * step);
                    let found = gradient[i][j];
                    assert!((slope - found).abs() < 1e-7, "τ {temperature}, {i} {j}: {found} is not {slope}");
                }
            }
        }
    }

    #[test]
    fn shares_sum_to_one_and_the_pull_equals_the_pushes() {
        let contrast = Contrast::new(&COSINES, 0.05);
        for (shares, gradient) in contrast.shares.iter().zip(&contrast.gradient) {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(gradient.iter().sum::<f64>().abs() < 1e-12);
        }
        assert!(contrast.gradient[2][1] > 0.0 && contrast.gradient[2][2] < 0.0);
    }

    #[test]
    fn the_smallest_temperature_does_not_overflow() {
        let contrast = Contrast::new(&[[1.0, -1.0, -1.0, 1.0]; ITEMS], 1e-3);
        assert!(contrast.loss.is_finite());
        assert!(contrast.gradient.iter().flatten().all(|value| value.is_finite()));
    }

    #[test]
    fn the_loss_of_a_collapsed_batch_is_the_logarithm_of_its_size() {
        let contrast = Contrast::new(&[[1.0; ITEMS]; ITEMS], 0.05);
        assert!((contrast.loss - 4_f64.ln()).abs() < 1e-12);
        for items in [2, 64, 512] {
            assert!((even_loss(items, 1.0, 1.0, 0.05) - (items as f64).ln()).abs() < 1e-12);
        }
        assert_eq!(even_loss(1, 1.0, 1.0, 0.05), 0.0);
    }

    #[test]
    fn even_loss_agrees_with_the_loss_of_a_batch_with_these_cosines() {
        let mut cosines = [[0.3; ITEMS]; ITEMS];
        (0..ITEMS).for_each(|item| cosines[item][item] = 0.8);
        for temperature in [0.01, 0.05, 1.0] {
            let expected = Contrast::new(&cosines, temperature).loss;
            assert!((even_loss(ITEMS, 0.8, 0.3, temperature) - expected).abs() < 1e-12);
        }
    }
}
