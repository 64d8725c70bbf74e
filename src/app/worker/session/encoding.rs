//! Sentences by the thousand: encoded a portion at a time between other requests, the next portion tokenised while the
//! device is at the last one. Several requests take turns, so that a short one need not wait for a long one.

mod goal;

use std::{pin::pin, time::Duration};

use futures_util::future::{Either, join, select};
use web_time::Instant;

use self::goal::Goal;
use super::Session;
use crate::{
    app::{
        protocol::{Answer, Measurement, PairSource, Request, RequestId, Stage, Weights, sts_pairs},
        worker::{
            error::WorkerError,
            files::gather_text,
            inbox::Inbox,
            model_files::LoadedModel,
            outbox::{POST_EVERY, answer, post_progress, post_unknown},
            prepare::{Text, tokenise},
        },
    },
    device::DeviceInfo,
    model::Pooler,
    text::StsSet,
    train::TrainOptions,
};

/// What errors call pairs that came as they are.
const GIVEN: &str = "the graded pairs";
/// Portions double while they take less than this, which keeps a fast device from waiting for the worker …
const SHORT: Duration = Duration::from_millis(150);
/// … and halve where they take more than this: a Cancel, or another request, waits for the end of a portion.
const LONG: Duration = Duration::from_millis(600);

/// Sentences of a portion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(usize);

impl Pace {
    const FEWEST: usize = 32;
    const MAX_SENTENCES: usize = 4096;

    pub fn new(info: &DeviceInfo) -> Self {
        Self(if info.computes_on_cpu() { 64 } else { 512 })
    }

    fn adapt(&mut self, took: Duration) {
        if took < SHORT {
            self.0 = (2 * self.0).min(Self::MAX_SENTENCES);
        } else if took > LONG {
            self.0 = (self.0 / 2).max(Self::FEWEST);
        }
    }
}

/// A request under way.
pub(super) struct EncodingJob {
    id: RequestId,
    sentences: Vec<String>,
    weights: Weights,
    pooler: Pooler,
    /// Training steps that led to the weights.
    step: u32,
    /// Sentences encoded.
    done: usize,
    /// Token rows that come next.
    rows: Vec<Vec<u32>>,
    unknown_share: f64,
    goal: Goal,
}

impl Session {
    pub(super) fn embed(
        &mut self,
        id: RequestId,
        sentences: Vec<String>,
        weights: Weights,
        pooler: Pooler,
        normalised: bool,
    ) -> Result<(), WorkerError> {
        // The model's own modules end so; a pooler that was asked for is given as it is.
        let own = |model: &LoadedModel| model.checkpoint.rules.normalize && model.pooler == pooler;
        let normalised = normalised || self.model.as_ref().is_some_and(own);
        let goal = Goal::Vectors { normalised };
        self.start_encoding(id, sentences, weights, pooler, goal)
    }

    pub(super) fn cosines(
        &mut self,
        id: RequestId,
        queries: Option<Vec<String>>,
        mut sentences: Vec<String>,
        weights: Weights,
        pooler: Pooler,
    ) -> Result<(), WorkerError> {
        let goal = Goal::cosines(queries.as_ref().map(Vec::len), sentences.len())?;
        if let Some(queries) = queries {
            sentences.splice(0..0, queries);
        }
        self.start_encoding(id, sentences, weights, pooler, goal)
    }

    pub(super) async fn score_pairs(
        &mut self,
        id: RequestId,
        pairs: PairSource,
        weights: Weights,
        pooler: Pooler,
    ) -> Result<(), WorkerError> {
        let set = match pairs {
            PairSource::Given(pairs) => StsSet::from_pairs(GIVEN, sts_pairs(pairs))?,
            PairSource::File(source) => {
                let file = gather_text(id, source).await?;
                StsSet::parse(&file.path, &file.bytes)?
            }
        };
        let goal = Goal::Scores { gold: set.scores(), vectors: Vec::new() };
        let sentences = set.pairs.into_iter().flat_map(|pair| [pair.first, pair.second]).collect();
        self.start_encoding(id, sentences, weights, pooler, goal)
    }

    /// Tokenises the loaded text and scores the loaded weights on the loaded pairs, for the run that may come.
    pub(super) async fn anticipate(
        &mut self,
        id: RequestId,
        options: Box<TrainOptions>,
    ) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let text = self.training.as_mut().ok_or(WorkerError::NoTraining)?;
        let (sentences, length) = (text.corpus.data.sentences(), options.max_length);
        text.rows = Some((length, tokenise(id, &model.tokenizer, sentences, length, Text::Training).await?));
        let pooler = options.evaluation_pooler();
        let set = &self.evaluation.as_ref().ok_or(WorkerError::NoPairs)?.set;
        let goal = Goal::Baseline { gold: set.scores(), vectors: Vec::new(), scores: None };
        let sentences = set.sentences().into_iter().map(str::to_owned).collect();
        self.start_encoding(id, sentences, Weights::Original, pooler, goal)
    }

    /// A run starts: it does its own evaluation rather than wait for the one that was begun beforehand.
    pub(super) fn give_up_baseline(&mut self) {
        let beforehand = |job: &&EncodingJob| matches!(job.goal, Goal::Baseline { .. });
        let given_up: Vec<RequestId> = self.encodings.iter().filter(beforehand).map(|job| job.id).collect();
        given_up.into_iter().for_each(|id| self.cancel_encoding(id));
    }

    fn start_encoding(
        &mut self,
        id: RequestId,
        sentences: Vec<String>,
        weights: Weights,
        pooler: Pooler,
        goal: Goal,
    ) -> Result<(), WorkerError> {
        let (_, step) = self.embedders(weights)?;
        // The run's clock does not tick while it waits.
        if let Some(run) = &mut self.run {
            run.stop_clock();
        }
        let (done, rows, unknown_share) = (0, Vec::new(), 0.0);
        let job = EncodingJob { id, sentences, weights, pooler, step, done, rows, unknown_share, goal };
        self.encodings.push_back(job);
        Ok(())
    }

    /// Whether there are sentences to be encoded.
    pub fn encoding(&self) -> bool {
        !self.encodings.is_empty()
    }

    pub(super) fn cancel_encoding(&mut self, id: RequestId) {
        let before = self.encodings.len();
        self.encodings.retain(|job| job.id != id);
        // It may arrive after the request has ended; that is no error.
        if self.encodings.len() < before {
            answer(id, Answer::Cancelled);
        }
    }

    /// Ends all of them, since their model is gone.
    pub(super) async fn end_encodings(&mut self) {
        for job in std::mem::take(&mut self.encodings) {
            self.fail(job.id, &WorkerError::WeightsChanged).await;
        }
    }

    /// A portion of the next request's sentences.
    pub async fn advance_encoding(&mut self, inbox: &mut Inbox) {
        let Some(mut job) = self.encodings.pop_front() else { return };
        let portion = match job.goal {
            // Nobody has asked for it yet: a run that starts need not wait for the end of a portion.
            Goal::Baseline { .. } => {
                let starts = inbox.wait_for(|request| matches!(request, Request::Train { .. }));
                match select(pin!(self.encode_portion(&mut job)), pin!(starts)).await {
                    Either::Left((portion, _)) => Some(portion),
                    Either::Right(_) => None,
                }
            }
            _ => Some(self.encode_portion(&mut job).await),
        };
        match portion {
            Some(Ok(())) if job.done == job.sentences.len() => {}
            Some(Ok(())) => self.encodings.push_back(job),
            Some(Err(error)) => self.fail(job.id, &error).await,
            None => {
                self.device.abandon();
                answer(job.id, Answer::Cancelled);
            }
        }
    }

    async fn encode_portion(&mut self, job: &mut EncodingJob) -> Result<(), WorkerError> {
        let began = Instant::now();
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let tokenizer = model.tokenizer.clone();
        let (width, max_length) = (model.width(job.pooler), model.max_length);
        let (total, at_once) = (job.sentences.len(), self.pace.0);
        let portion = |from: usize| &job.sentences[from.min(total)..total.min(from + at_once)];
        if job.rows.is_empty() {
            job.rows = tokenizer.encode(portion(job.done), max_length)?;
        }
        // Of a long text, the worst portion.
        job.unknown_share = job.unknown_share.max(tokenizer.unknown_share(&job.rows));
        post_unknown(job.unknown_share);
        let after = job.done + job.rows.len();

        let (id, step) = (job.id, job.step);
        let report = |done: usize| post_progress(id, Stage::Encoding, done as f64, Some(total as f64));
        report(job.done);
        let mut reported = began;
        let progress = |done: usize| {
            if reported.elapsed() >= POST_EVERY {
                reported = Instant::now();
                report(job.done + done);
            }
        };
        let (embedders, behind) = self.embedders(job.weights)?;
        if behind != step {
            return Err(WorkerError::WeightsChanged);
        }
        let vectors = embedders.embed(id, &job.rows, job.pooler, progress);
        let next = async { tokenizer.encode(portion(after), max_length) };
        let (vectors, next) = join(vectors, next).await;
        let (vectors, next) = (vectors?, next?);

        self.pace.adapt(began.elapsed());
        let first = std::mem::replace(&mut job.done, after);
        job.rows = next;
        job.goal.add_portion(id, step, first..after, total, width, vectors)?;
        if let Goal::Baseline { scores, .. } = &mut job.goal
            && let (Some(scores), Some(text)) = (scores.take(), &self.evaluation)
        {
            let (pairs, weights, pooler) = (text.set.name.clone(), job.weights, job.pooler);
            self.baseline = Some((pooler, scores.clone()));
            answer(id, Answer::Measured { result: Measurement { pairs, weights, pooler, step, scores } });
        }
        Ok(())
    }
}
