//! The learning rate schedule.

/// Learning rate of step `step` (from 0) of `total`: linear from 0 over `warmup` steps, then linear to 0, as
/// `get_linear_schedule_with_warmup` of huggingface/transformers (`optimization.py`).
pub fn learning_rate(peak: f64, step: u32, warmup: u32, total: u32) -> f64 {
    if step < warmup {
        return peak * f64::from(step) / f64::from(warmup);
    }
    peak * f64::from(total.saturating_sub(step)) / f64::from(total.saturating_sub(warmup).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_warmup_the_rate_starts_at_the_peak_and_ends_one_step_above_zero() {
        assert_eq!(learning_rate(3.0, 0, 0, 10), 3.0);
        assert!((learning_rate(3.0, 9, 0, 10) - 0.3).abs() < 1e-12);
        assert_eq!(learning_rate(3.0, 10, 0, 10), 0.0);
    }

    #[test]
    fn with_warmup_the_rate_grows_from_zero_to_the_peak() {
        let rates: Vec<f64> = (0..5).map(|step| learning_rate(1.0, step, 4, 8)).collect();
        assert_eq!(rates, [0.0, 0.25, 0.5, 0.75, 1.0]);
    }
}
