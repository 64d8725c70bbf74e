//! The parts of a run that the page watches: its current batch, the picture's sentences, and earlier weights.

use std::time::Duration;

use web_time::Instant;

use super::{checkpoints::Checkpoints, picture::Picture};

/// A batch is shown no oftener than this: reading it back keeps the device waiting.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// Outlives runs: the session has one, and lends it to the present run.
#[derive(Default)]
pub struct Watchers {
    /// Of the present run, else of the last one.
    pub checkpoints: Checkpoints,
    /// Sentences that are looked at as they move.
    pub picture: Option<Picture>,
    /// Whether batches are looked at, and when one was last shown.
    watching: bool,
    shown: Option<Instant>,
}

impl Watchers {
    /// Whether the similarity matrices of batches are wanted. The next one is shown at once.
    pub fn watch(&mut self, on: bool) {
        self.watching = on;
        self.show_next_batch();
    }

    /// The next batch need not wait.
    pub fn show_next_batch(&mut self) {
        self.shown = None;
    }

    /// Whether it is time to show a batch; if so, that is done now.
    pub fn claim_batch(&mut self) -> bool {
        let due = self.watching && self.shown.is_none_or(|shown| shown.elapsed() >= SHOW_EVERY);
        if due {
            self.shown = Some(Instant::now());
        }
        due
    }
}
