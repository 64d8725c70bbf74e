//! When a run's state is saved: often enough that little is lost whatever dies, and seldom enough that it costs little.

use std::time::Duration;

use web_time::Instant;

/// What is lost is never more than this, where one step takes less; half a minute is promised.
const AT_MOST: Duration = Duration::from_secs(25);
/// Within that, a state follows every evaluation, unless saving took more than such a part of the time.
const SHARE: u32 = 20;

/// Remembers when a state was last saved, and what that cost.
#[derive(Debug, Default)]
pub struct SaveCadence {
    last: Option<Instant>,
    took: Duration,
}

impl SaveCadence {
    /// Whether a state has to be saved before something that takes as long as `next`.
    pub fn due_before(&self, next: Duration) -> bool {
        self.last.is_none_or(|last| last.elapsed() + next >= AT_MOST)
    }

    /// Whether a state follows the evaluation that has just been made.
    pub fn due_at_evaluation(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= self.took * SHARE)
    }

    /// A state has been saved, whose saving had begun at this time.
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
        assert!(cadence.due_before(AT_MOST), "a step that takes longer is not begun without");
        assert!(cadence.due_at_evaluation(), "a state that costs nothing follows every evaluation");
    }

    #[test]
    fn a_state_that_takes_long_does_not_follow_every_evaluation() {
        let cadence = SaveCadence { last: Some(Instant::now()), took: Duration::from_secs(1) };
        assert!(!cadence.due_at_evaluation());
    }
}
