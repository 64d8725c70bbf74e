//! Decides when a run's state is saved: often enough that a crash loses little, and rarely enough that it costs little.

use std::time::Duration;

use web_time::Instant;

/// At most this much work is lost, unless a single step takes longer. The docs promise 30 seconds.
const MAX_LOST: Duration = Duration::from_secs(25);
/// No state is saved for so long after the start: the first steps are quickly repeated, and saving would delay them.
const NOT_BEFORE: Duration = Duration::from_secs(3);
/// A state is also saved after every evaluation, unless that would spend more than 1/20 of the time on saving.
const SAVING_SHARE: u32 = 20;

/// When a state was last saved, and how long that took.
#[derive(Debug)]
pub struct SaveCadence {
    started: Instant,
    last: Option<Instant>,
    took: Duration,
}

impl Default for SaveCadence {
    fn default() -> Self {
        Self { started: Instant::now(), last: None, took: Duration::ZERO }
    }
}

impl SaveCadence {
    /// Whether a state must be saved before work that takes as long as `next`.
    pub fn due_before(&self, next: Duration) -> bool {
        match self.last {
            Some(last) => last.elapsed() + next >= MAX_LOST,
            None => self.started.elapsed() >= NOT_BEFORE,
        }
    }

    /// Whether a state is saved after the evaluation that has just been made.
    pub fn due_at_evaluation(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= self.took * SAVING_SHARE)
    }

    /// Records that a state has been saved; `begun` is when saving began.
    pub fn saved(&mut self, begun: Instant) {
        (self.last, self.took) = (Some(Instant::now()), begun.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cadence(started: Duration, last: Option<Duration>, took: Duration) -> SaveCadence {
        let ago = |time| Instant::now().checked_sub(time).expect("the machine has been on for a minute");
        SaveCadence { started: ago(started), last: last.map(ago), took }
    }

    #[test]
    fn a_first_state_is_due_after_some_seconds_or_the_first_evaluation() {
        let early = cadence(Duration::from_secs(1), None, Duration::ZERO);
        assert!(!early.due_before(Duration::ZERO) && early.due_at_evaluation());
        assert!(cadence(NOT_BEFORE, None, Duration::ZERO).due_before(Duration::ZERO));
    }

    #[test]
    fn the_next_state_is_due_before_half_a_minute_is_over() {
        let cadence = cadence(MAX_LOST, Some(Duration::ZERO), Duration::ZERO);
        assert!(!cadence.due_before(Duration::from_secs(1)));
        assert!(cadence.due_before(MAX_LOST), "before a step that takes longer, a state is saved");
        assert!(cadence.due_at_evaluation(), "if saving takes no time, a state follows every evaluation");
    }

    #[test]
    fn a_state_that_takes_long_does_not_follow_every_evaluation() {
        assert!(!cadence(MAX_LOST, Some(Duration::ZERO), Duration::from_secs(1)).due_at_evaluation());
    }
}
