//! Vectors of a few sentences as a run moves them: what the page's picture shows.

use std::time::Duration;

use js_sys::Float32Array;
use web_time::Instant;

use super::{error::WorkerError, outbox::post_transferring, similarity::Embedders};
use crate::{
    app::protocol::{Event, Frame},
    model::{Network, Pooler},
};

/// Part of the time that the picture may take of a run.
const SHARE: f64 = 0.1;
/// More frames a second are not told apart: the page draws the way between them.
const SHORTEST: Duration = Duration::from_millis(120);

/// What is looked at, and what looking at it has cost so far.
pub struct Picture {
    /// Token rows.
    rows: Vec<Vec<u32>>,
    pooler: Pooler,
    /// Over the weights of the present run.
    embedders: Option<Embedders>,
    /// The vectors by the loaded weights, [rows, hidden], and how long they took: most runs begin with them.
    loaded: Option<(Vec<f32>, Duration)>,
    /// When the last frame was made, how long it took, and of which step it is.
    last: Option<(Instant, Duration, u32)>,
    /// Time in frames of the present run, and since its first step.
    spent: Duration,
    since: Option<Instant>,
}

impl Picture {
    pub fn new(rows: Vec<Vec<u32>>, pooler: Pooler) -> Self {
        let (embedders, loaded, last) = (None, None, None);
        Self { rows, pooler, embedders, loaded, last, spent: Duration::ZERO, since: None }
    }

    /// Another run begins, or the one at hand has ended.
    pub fn forget_run(&mut self) {
        (self.embedders, self.spent, self.since, self.last) = (None, Duration::ZERO, None, None);
    }

    /// Another device rounds otherwise.
    pub fn forget_loaded(&mut self) {
        self.loaded = None;
    }

    /// Whether there is time for a frame of this step, once it is done: in `ahead`.
    pub fn due(&mut self, step: u32, ahead: Duration) -> bool {
        let since = self.since.get_or_insert_with(Instant::now).elapsed() + ahead;
        let Some((at, took, of)) = self.last else { return true };
        // What the first step did is shown at once.
        if of == 0 && step > 0 {
            return true;
        }
        let passed = at.elapsed() + ahead;
        let affordable = (self.spent + took).as_secs_f64() <= SHARE * since.as_secs_f64();
        step > of && passed >= SHORTEST && affordable && took.as_secs_f64() <= SHARE * passed.as_secs_f64()
    }

    /// How long the last frame took; nothing where there is none yet.
    pub fn took(&self) -> Duration {
        self.last.map_or(Duration::ZERO, |(_, took, _)| took)
    }

    /// Whether the last frame is of this step.
    pub fn shows(&self, step: u32) -> bool {
        self.last.is_some_and(|(_, _, of)| of == step)
    }

    /// Posts the sentences' vectors by the weights of a run after `step` steps. Those of a run that starts
    /// `as_loaded` are made already, unless the device is another one by now.
    pub async fn show(&mut self, network: &Network, step: u32, as_loaded: bool) -> Result<(), WorkerError> {
        if let Some((vectors, took)) = self.loaded.take_if(|_| as_loaded) {
            self.post(&vectors, took, step)?;
            self.loaded = Some((vectors, took));
            return Ok(());
        }
        let mut embedders = self.embedders.take().unwrap_or_else(|| Embedders::over(network.clone()));
        let vectors = self.vectors(&mut embedders).await;
        self.embedders = Some(embedders);
        let (vectors, took) = vectors?;
        self.spent += took;
        self.post(&vectors, took, step)
    }

    /// The same outside a run; vectors by the `loaded` weights are kept for runs that start with them.
    pub async fn show_by(
        &mut self,
        embedders: &mut Embedders,
        step: u32,
        loaded: bool,
    ) -> Result<(), WorkerError> {
        let (vectors, took) = self.vectors(embedders).await?;
        self.post(&vectors, took, step)?;
        self.loaded = loaded.then_some((vectors, took));
        Ok(())
    }

    /// The vectors, [rows, hidden], each of length 1, and how long they took.
    async fn vectors(&self, embedders: &mut Embedders) -> Result<(Vec<f32>, Duration), WorkerError> {
        // What has to be compiled first is not what a frame takes.
        embedders.prepare(0, self.pooler).await?;
        let begun = Instant::now();
        let mut vectors = embedders.embed(0, &self.rows, self.pooler, |_| ()).await?;
        let hidden = vectors.len() / self.rows.len().max(1);
        vectors.chunks_exact_mut(hidden.max(1)).for_each(normalise);
        Ok((vectors, begun.elapsed()))
    }

    fn post(&mut self, vectors: &[f32], took: Duration, step: u32) -> Result<(), WorkerError> {
        let hidden = vectors.len() / self.rows.len().max(1);
        let values = Float32Array::from(vectors);
        self.last = Some((Instant::now(), took, step));
        let share = self.since.map_or(0.0, |since| {
            self.spent.as_secs_f64() / since.elapsed().as_secs_f64().max(f64::MIN_POSITIVE)
        });
        let buffer = values.buffer();
        Ok(post_transferring(Event::Frame(Frame { step, hidden, values, share }), &buffer)?)
    }
}

fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
}
