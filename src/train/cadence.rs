//! Decides when a run's state is saved: often enough that a crash loses little, and rarely enough that it costs little.

use std::time::Duration;

use web_time::Instant;

/// At most this much work is lost, unless a single step takes longer. The docs promise 30 seconds.
const AT_MOST: Duration = Duration::from_secs(25);
/// A state is also saved after every evaluation, unless saving would take more than 1/20 of the time.
const SHARE: u32 = 20;

/// When a state was last saved, and how long that took.
#[derive(Debug, Default)]
pub struct SaveCadence {
    last: Option<Instant>,
    took: Duration,
}

impl SaveCadence {
    /// Whether a state must be saved before work that takes as long as `next`.
    pub fn due_before(&self, next: Duration) -> bool {
        self.last.is_none_or(|last| last.elapsed() + next >= AT_MOST)
    }

    /// Whether a state is saved after the evaluation that has just been made.
    pub fn due_at_evaluation(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= self.took * SHARE)
    }

    /// Records that a state has been saved; `begun` is when saving began.
    pub fn saved(&mut self, begun: Instant) {
        (self.last, self.took) = (Some(Instant::now()), begun.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_state_is_due_at_once_and_the_next_before_half_a_minute_is_over() {
        let cadence = SaveCadence::default();
        assert!(cadence.due_before(Duration::ZERO) && cadence.due_at_evaluation());
        let cadence = SaveCadence { last: Some(Instant::now()), took: Duration::ZERO };
        assert!(!cadence.due_before(Duration::from_secs(1)));
        assert!(cadence.due_before(AT_MOST), "before a step that takes longer, a state is saved");
        assert!(cadence.due_at_evaluation(), "if saving takes no time, a state follows every evaluation");
    }

    #[test]
    fn a_state_that_takes_long_does_not_follow_every_evaluation() {
        let cadence = SaveCadence { last: Some(Instant::now()), took: Duration::from_secs(1) };
        assert!(!cadence.due_at_evaluation());
    }
}
