//! Progress of a download.

use std::{cell::Cell, time::Duration};

use web_time::Instant;

use crate::app::{
    protocol::{Answer, Progress, RequestId, Stage},
    worker::outbox::answer,
};

/// Progress is posted no oftener than this.
const POST_EVERY: Duration = Duration::from_millis(200);

/// Counts a download's bytes and posts its progress.
#[derive(Debug)]
pub struct Meter {
    id: RequestId,
    started: Instant,
    posted: Cell<Instant>,
    done: Cell<f64>,
    total: Cell<Option<f64>>,
}

impl Meter {
    pub fn new(id: RequestId) -> Self {
        let now = Instant::now();
        let meter =
            Self { id, started: now, posted: Cell::new(now), done: Cell::new(0.0), total: Cell::new(None) };
        meter.post();
        meter
    }

    /// Bytes still to come, once that is known.
    pub fn expect(&self, remaining: f64) {
        self.total.set(Some(self.done.get() + remaining));
        self.post();
    }

    pub fn expecting(&self) -> bool {
        self.total.get().is_some()
    }

    pub fn add(&self, bytes: f64) {
        self.done.set(self.done.get() + bytes);
        if self.posted.get().elapsed() >= POST_EVERY {
            self.post();
        }
    }

    fn post(&self) {
        self.posted.set(Instant::now());
        let done = self.done.get();
        // An index counts weights alone, without the shards' headers.
        let total = self.total.get().map(|total| total.max(done));
        let elapsed = self.started.elapsed().as_secs_f64();
        let seconds_left =
            total.filter(|_| done > 0.0 && elapsed > 1.0).map(|total| (total - done) * elapsed / done);
        let progress = Progress { stage: Stage::Downloading, done, total, seconds_left };
        answer(self.id, Answer::Progress { progress });
    }
}
