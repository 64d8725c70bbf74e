//! One run: steps, evaluations, what is posted of them, and the state to go on from.

use std::{mem, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use web_time::Instant;

use super::{
    checkpoints::Checkpoints,
    inbox::Inbox,
    keeper::Keeper,
    outbox::{POST_EVERY, post, post_transferring},
    similarity::Embedders,
    watchers::Watchers,
};
use crate::{
    app::protocol::{BatchMatrix, Evaluation, Event, Request, RunPlan, StepMetrics, Weights},
    eval::StsEvaluation,
    runs::Outcome,
    train::{StepReport, TrainError, TrainOptions, Trainer, TrainingState},
};

pub struct Run {
    /// When it began, milliseconds since 1970: tells the runs of a browser apart.
    id: u64,
    trainer: Trainer,
    keeper: Keeper,
    pub paused: bool,
    /// 0: nothing to evaluate on.
    evaluation_sentences: usize,
    /// Which weights it starts from; none where it goes on from a state.
    start_from: Option<Weights>,
    /// Whether its vectors before the first step are those of the loaded weights.
    starts_as_loaded: bool,
    baseline: Baseline,
    unknown_share: f64,
    /// Not posted yet.
    steps: Vec<StepMetrics>,
    posted: Instant,
    /// Time in steps so far, and since when it runs again.
    trained: Duration,
    running_since: Option<Instant>,
    /// How long the last step and the last evaluation took.
    step_took: Duration,
    evaluation_took: Duration,
}

/// The scores before the first step.
pub enum Baseline {
    /// Made before the first step, as any other evaluation is.
    ToBeMade,
    /// They were made before the run began.
    Known(StsEvaluation),
    /// Made after the first step from the loaded weights, which are on the device beside the run's: somebody waits for
    /// the first step to be seen.
    Owed(Embedders),
}

/// What became of the run in a round.
pub enum Advance {
    GoesOn,
    Completed,
}

impl Run {
    /// A run that starts from the weights `from`.
    pub fn new(trainer: Trainer, from: Weights, evaluation_sentences: usize, unknown_share: f64) -> Self {
        Self {
            id: js_sys::Date::now() as u64,
            trainer,
            keeper: Keeper::in_memory(),
            paused: false,
            evaluation_sentences,
            start_from: Some(from),
            starts_as_loaded: false,
            baseline: Baseline::ToBeMade,
            unknown_share,
            steps: Vec::new(),
            posted: Instant::now(),
            trained: Duration::ZERO,
            running_since: None,
            step_took: Duration::ZERO,
            evaluation_took: Duration::ZERO,
        }
    }

    /// The run as one whose vectors before the first step are those of the loaded weights, with the way to its scores
    /// before that step.
    pub fn starting_as_loaded(self, baseline: Baseline) -> Self {
        Self { starts_as_loaded: true, baseline, ..self }
    }

    /// What it can be begun again from; none where it goes on from a state.
    pub fn start(&self) -> Option<(TrainOptions, Weights)> {
        Some((self.trainer.options().clone(), self.start_from?))
    }

    /// The run as the one of this id, which `keeper` keeps.
    pub fn kept_as(self, id: u64, keeper: Keeper) -> Self {
        Self { id, keeper, ..self }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn into_keeper(self) -> Keeper {
        self.keeper
    }

    /// Whether it outlives the tab.
    pub fn is_kept(&self) -> bool {
        self.keeper.is_kept()
    }

    /// Goes to `state`, paused.
    pub fn restore(&mut self, state: TrainingState) -> Result<(), TrainError> {
        self.trainer.restore(state)?;
        let seconds = self.trainer.history().steps.last().map_or(0.0, |report| report.seconds);
        self.trained = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        self.paused = true;
        // The state may be of a run that started from other weights than the loaded ones.
        (self.start_from, self.starts_as_loaded, self.baseline) = (None, false, Baseline::ToBeMade);
        Ok(())
    }

    pub fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    pub fn plan(&self) -> RunPlan {
        RunPlan {
            run: self.id,
            options: self.trainer.options().clone(),
            total: self.trainer.total(),
            step: self.trainer.position(),
            gpu_bytes: self.trainer.gpu_bytes(),
            evaluates: self.evaluation_sentences > 0,
            unknown_share: self.unknown_share,
        }
    }

    /// A single step of a paused run, posted whole.
    pub async fn step(&mut self, inbox: &mut Inbox, watchers: &mut Watchers) -> Result<Advance, TrainError> {
        let before = self.trainer.position();
        watchers.show_next_batch();
        let mut advance = self.advance(inbox, watchers).await?;
        // The evaluation before the first step is not a step.
        if self.trainer.position() == before && !self.trainer.finished() {
            advance = self.advance(inbox, watchers).await?;
        }
        self.settle().await?;
        Ok(advance)
    }

    /// A step, or the evaluation that is due before or after it.
    pub async fn advance(
        &mut self,
        inbox: &mut Inbox,
        watchers: &mut Watchers,
    ) -> Result<Advance, TrainError> {
        if self.owes_baseline() {
            self.settle().await?;
            self.show_picture(watchers, true).await?;
            self.make_baseline(Some(inbox)).await?;
            return Ok(Advance::GoesOn);
        }
        if self.evaluation_due() {
            self.settle().await?;
            self.evaluate(inbox, watchers).await?;
            return Ok(Advance::GoesOn);
        }
        if self.keeper.due_before(self.step_took) {
            self.keep().await?;
        }
        self.show_picture(watchers, false).await?;
        if !self.trainer.finished() {
            self.running_since.get_or_insert_with(Instant::now);
            let begun = Instant::now();
            let step = match self.trainer.network().device().info().is_cpu() {
                false => Some(self.trainer.step().await?),
                // A step takes as long as it takes, and a Stop is heard meanwhile.
                true => match select(pin!(self.trainer.step()), pin!(inbox.wait_for(stop))).await {
                    Either::Left((report, _)) => Some(report?),
                    Either::Right(_) => None,
                },
            };
            let Some(report) = step else {
                self.trainer.abandon();
                return Ok(Advance::GoesOn);
            };
            self.step_took = begun.elapsed();
            self.record_step(report);
            if self.posted.elapsed() >= POST_EVERY {
                self.post_steps();
            }
            if watchers.claim_batch() {
                self.post_batch().await?;
            }
            if self.owes_baseline() {
                return Ok(Advance::GoesOn);
            }
            if self.evaluation_due() {
                self.settle().await?;
                self.evaluate(inbox, watchers).await?;
            }
        }
        if self.trainer.finished() {
            self.settle().await?;
            self.show_picture(watchers, true).await?;
            return Ok(Advance::Completed);
        }
        Ok(Advance::GoesOn)
    }

    /// Waits for the steps in flight, posts all, and stops the clock.
    pub async fn settle(&mut self) -> Result<(), TrainError> {
        while let Some(report) = self.trainer.next_report().await? {
            self.record_step(Some(report));
        }
        self.post_steps();
        self.stop_clock();
        Ok(())
    }

    /// Keeps the whole state as it is now.
    pub async fn keep(&mut self) -> Result<(), TrainError> {
        self.settle().await?;
        // What goes on from the state has no loaded weights beside it to make the baseline from.
        if self.owes_baseline() {
            self.make_baseline(None).await?;
        }
        self.keeper.keep(&self.trainer).await
    }

    /// Whether the first step is made and the baseline is not.
    fn owes_baseline(&self) -> bool {
        matches!(self.baseline, Baseline::Owed(_)) && self.trainer.position() > 0
    }

    /// Whether an evaluation comes next.
    fn evaluation_due(&self) -> bool {
        let later = matches!(self.baseline, Baseline::Owed(_)) && self.trainer.position() == 0;
        self.trainer.evaluation_due() && !later
    }

    /// The run is over; what it has reached stays.
    pub async fn finish(self, outcome: Outcome) {
        self.keeper.finish(&self.trainer, outcome).await;
    }

    /// The run is over with an error; the last state that was kept stays.
    pub async fn fail(mut self) {
        self.keeper.record_outcome(Outcome::Failed).await;
    }

    /// Posts an evaluation, unless a Stop cuts it short.
    async fn evaluate(&mut self, inbox: &mut Inbox, watchers: &mut Watchers) -> Result<(), TrainError> {
        if self.keeper.due_before(self.evaluation_took) {
            self.keep().await?;
        }
        let begun = Instant::now();
        let step = self.trainer.position();
        if let Baseline::Known(scores) = mem::replace(&mut self.baseline, Baseline::ToBeMade)
            && step == 0
        {
            self.take_baseline(scores);
            self.show_picture(watchers, true).await?;
            return Ok(());
        }
        let best_before = self.trainer.best().map(|best| best.step);
        let progress = evaluating(self.evaluation_sentences);
        let outcome = {
            let evaluation = pin!(self.trainer.evaluate(progress));
            match select(evaluation, pin!(inbox.wait_for(stop))).await {
                Either::Left((evaluation, _)) => evaluation?,
                Either::Right(_) => None,
            }
        };
        if outcome.is_none() {
            self.trainer.abandon();
        }
        if let Some(scores) = outcome {
            if step > 0 {
                self.keep_checkpoint(step, &mut watchers.checkpoints).await?;
            }
            let best = self.trainer.best().map(|best| best.step) != best_before;
            post(Event::Evaluated(Evaluation::new(step, &scores, best)));
            // Next to an evaluation on few pairs it would be the picture that one waits for.
            let cheap = watchers.picture.as_ref().is_some_and(|picture| picture.took() <= begun.elapsed());
            self.show_picture(watchers, cheap).await?;
            self.evaluation_took = begun.elapsed();
            // Before the first step there is nothing yet that could be lost.
            if step > 0 && self.keeper.due_at_evaluation() {
                self.keep().await?;
            }
        }
        Ok(())
    }

    /// Makes the baseline that is owed, unless a Stop in `inbox` cuts it short.
    async fn make_baseline(&mut self, inbox: Option<&mut Inbox>) -> Result<(), TrainError> {
        let owed = mem::replace(&mut self.baseline, Baseline::ToBeMade);
        let (Baseline::Owed(mut embedders), Some(set)) = (owed, self.trainer.evaluation_set()) else {
            return Ok(());
        };
        let pooler = self.trainer.options().evaluation_pooler();
        let progress = evaluating(self.evaluation_sentences);
        let scores =
            async { Ok::<_, TrainError>(set.score(embedders.embedder(0, pooler).await?, progress).await?) };
        let scores = match inbox {
            None => scores.await?,
            Some(inbox) => match select(pin!(scores), pin!(inbox.wait_for(stop))).await {
                Either::Left((scores, _)) => scores?,
                Either::Right(_) => {
                    self.trainer.network().device().abandon();
                    return Ok(());
                }
            },
        };
        self.take_baseline(scores);
        Ok(())
    }

    fn take_baseline(&mut self, scores: StsEvaluation) {
        post(Event::Evaluated(Evaluation::new(0, &scores, false)));
        self.trainer.take_baseline(scores);
    }

    async fn keep_checkpoint(&self, step: u32, checkpoints: &mut Checkpoints) -> Result<(), TrainError> {
        let best = self.trainer.best().filter(|best| best.step == step);
        let weights = match best {
            Some(best) => best.weights.clone(),
            None => self.trainer.weights().await?,
        };
        checkpoints.keep(step, weights);
        post(Event::CheckpointsKept { steps: checkpoints.steps() });
        Ok(())
    }

    async fn post_batch(&self) -> Result<(), TrainError> {
        let Some(batch) = self.trainer.batch_similarity().await? else { return Ok(()) };
        let matrix = BatchMatrix::from(batch);
        let buffer = matrix.values.buffer();
        // It is a look at the run, and no part of it.
        if let Err(error) = post_transferring(Event::Batch(matrix), &buffer) {
            log::warn!("{error}");
        }
        Ok(())
    }

    /// Shows where the sentences that are looked at have come to; unless that is `wanted`, only where there is time for it.
    async fn show_picture(&mut self, watchers: &mut Watchers, wanted: bool) -> Result<(), TrainError> {
        let Some(picture) = &mut watchers.picture else { return Ok(()) };
        let step = self.trainer.position();
        let ahead = self.step_took * self.trainer.in_flight();
        if !(wanted && !picture.shows(step) || picture.due(step, ahead)) {
            return Ok(());
        }
        // What it takes is counted, and the steps before it are no part of that.
        self.settle().await?;
        let as_loaded = step == 0 && self.starts_as_loaded;
        // It is a look at the run, and no part of it.
        if let Err(error) = picture.show(self.trainer.network(), step, as_loaded).await {
            log::warn!("picture: {error}");
            watchers.picture = None;
        }
        Ok(())
    }

    fn record_step(&mut self, report: Option<StepReport>) {
        let Some(report) = report else { return };
        let running = self.running_since.map_or(Duration::ZERO, |since| since.elapsed());
        let seconds = (self.trained + running).as_secs_f64();
        self.steps.push(StepMetrics { seconds, ..StepMetrics::from(&report) });
    }

    fn post_steps(&mut self) {
        self.posted = Instant::now();
        if !self.steps.is_empty() {
            post(Event::Steps(std::mem::take(&mut self.steps)));
        }
    }

    /// Until the next step.
    pub fn stop_clock(&mut self) {
        if let Some(since) = self.running_since.take() {
            self.trained += since.elapsed();
        }
    }
}

/// Posts how far an evaluation on `of` sentences is, and first that it begins.
fn evaluating(of: usize) -> impl FnMut(usize) {
    let mut last = Instant::now();
    post(Event::Evaluating { done: 0, of });
    move |done: usize| {
        if last.elapsed() >= POST_EVERY {
            last = Instant::now();
            post(Event::Evaluating { done, of });
        }
    }
}

fn stop(request: &Request) -> bool {
    matches!(request, Request::Stop)
}
