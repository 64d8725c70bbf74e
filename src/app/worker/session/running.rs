//! The present run: started, paused, resumed, ended, and what remains of it.

use std::collections::BTreeMap;

use super::{Session, Trained, rescue::Rescued};
use crate::{
    app::{
        protocol::{EndReason, Event, FailureKind, RequestId, RunEnd, Weights},
        worker::{
            checkpoints::Checkpoints,
            error::WorkerError,
            inbox::Inbox,
            outbox::post,
            prepare::{Texts, trainer},
            run::{Advance, Baseline, Run},
            run_store::post_saved_runs,
        },
    },
    localize::Localize,
    model::{HostTensor, Pooler},
    runs::Outcome,
    train::TrainOptions,
};

impl Session {
    pub(super) async fn train(
        &mut self,
        id: RequestId,
        options: TrainOptions,
        from: Weights,
        keep: bool,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.give_up_baseline();
        let mut run = self.prepare(id, options, from).await?;
        if keep {
            run = self.with_keeper(id, run).await;
        }
        self.begin(run);
        Ok(())
    }

    /// Makes `run` the present run.
    pub(super) fn begin(&mut self, run: Run) {
        post(Event::RunStarted(run.plan()));
        self.run = Some(run);
        self.rescued = None;
        self.forget_current();
        self.forget_checkpoints();
    }

    /// Drops what was built on the weights of a run, which are about to change.
    pub(super) fn forget_current(&mut self) {
        self.current = None;
        if let Some(picture) = &mut self.watchers.picture {
            picture.forget_run();
        }
    }

    pub(super) fn forget_checkpoints(&mut self) {
        (self.watchers.checkpoints, self.past) = (Checkpoints::default(), None);
    }

    pub(super) async fn prepare(
        &mut self,
        id: RequestId,
        options: TrainOptions,
        from: Weights,
    ) -> Result<Run, WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let (checkpoint, loaded) = match (&self.trained, from) {
            (Some(trained), Weights::Current) => (&trained.checkpoint, false),
            _ => (&model.checkpoint, true),
        };
        // A run may draw a new head, which the loaded weights do not have.
        let as_loaded = loaded && options.evaluation_pooler() != Pooler::Cls;
        let baseline = self.baseline_by(options.evaluation_pooler());
        let texts = self.texts(options.max_length)?;
        let sentences = texts.evaluation.map_or(0, |set| 2 * set.pairs.len());
        let (trainer, unknown_share) = trainer(id, &self.device, checkpoint, texts, options).await?;
        let run = Run::new(trainer, from, sentences, unknown_share);
        Ok(if as_loaded { run.starting_as_loaded(baseline) } else { run })
    }

    /// What a run reads, its sentences cut to `max_length` tokens.
    pub(super) fn texts(&self, max_length: usize) -> Result<Texts<'_>, WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let training = self.training.as_ref().ok_or(WorkerError::NoTraining)?;
        Ok(Texts {
            tokenizer: &model.tokenizer,
            training: &training.corpus.data,
            rows: training.rows_cut_to(max_length),
            evaluation: self.evaluation.as_ref().map(|text| &text.set),
            max_length: model.max_length,
            dictionary: self.dictionary.clone(),
        })
    }

    /// How a run that starts from the loaded weights comes to its scores before the first step.
    fn baseline_by(&self, pooler: Pooler) -> Baseline {
        if self.evaluation.is_none() {
            return Baseline::ToBeMade;
        }
        match (&self.baseline, &self.original) {
            (Some((of, scores)), _) if *of == pooler => Baseline::Known(scores.clone()),
            (_, Some(original)) if self.watchers.picture.is_some() => Baseline::Owed(original.beside()),
            _ => Baseline::ToBeMade,
        }
    }

    pub(super) async fn pause(&mut self) -> Result<(), WorkerError> {
        // It may arrive after the run has ended; that is no error.
        let Some(run) = &mut self.run else { return Ok(()) };
        run.settle().await?;
        run.paused = true;
        post(Event::Paused { step: run.trainer().position() });
        run.keep().await?;
        Ok(())
    }

    pub(super) async fn step(&mut self, inbox: &mut Inbox) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        let run = self.run.as_mut().ok_or(WorkerError::NoRun)?;
        let step = run.step(inbox, &mut self.watchers).await;
        let position = run.trainer().position();
        match step {
            Ok(Advance::GoesOn) => post(Event::Paused { step: position }),
            Ok(Advance::Completed) => self.end_or_fail(EndReason::Completed).await,
            Err(error) => self.fail_run(error.into()).await,
        }
        Ok(())
    }

    pub(super) fn resume(&mut self) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        let run = self.run.as_mut().ok_or(WorkerError::NoRun)?;
        let step = run.trainer().position();
        self.unpause();
        post(Event::Resumed { step });
        Ok(())
    }

    pub(super) fn unpause(&mut self) {
        if let Some(run) = &mut self.run {
            run.paused = false;
        }
    }

    pub(super) async fn stop(&mut self) -> Result<(), WorkerError> {
        let Some(run) = &mut self.run else { return Ok(()) };
        run.settle().await?;
        self.end(EndReason::Stopped).await
    }

    pub(super) async fn end_or_fail(&mut self, reason: EndReason) {
        if let Err(error) = self.end(reason).await {
            self.fail_run(error).await;
        }
    }

    /// Keeps what the run has reached and frees what it held.
    pub(super) async fn end(&mut self, reason: EndReason) -> Result<(), WorkerError> {
        let mut kept_step = self.set_trained_to_best();
        let Some(run) = &self.run else { return Ok(()) };
        let kept = run.is_kept();
        let (step, pooler) = (run.trainer().position(), run.trainer().options().evaluation_pooler());
        if kept_step == 0 && step > 0 {
            let weights = run.trainer().weights().await?;
            kept_step = step;
            self.set_trained(weights, step);
        }
        let outcome = match reason {
            EndReason::Completed => Outcome::Completed,
            EndReason::Stopped => Outcome::Stopped,
        };
        if let Some(run) = self.run.take() {
            run.finish(outcome).await;
        }
        self.forget_current();
        let trained = self.trained.is_some();
        post(Event::Finished(RunEnd { reason, step, kept_step, pooler, trained }));
        if kept {
            post_saved_runs().await;
        }
        Ok(())
    }

    /// Makes the run's best evaluated weights the trained ones and returns their step; 0 if the run has none.
    pub(super) fn set_trained_to_best(&mut self) -> u32 {
        let best = self.run.as_ref().and_then(|run| run.trainer().best());
        let Some((step, weights)) = best.map(|best| (best.step, best.weights.clone())) else { return 0 };
        self.set_trained(weights, step);
        step
    }

    /// Makes `weights` of the present run the trained ones.
    pub(super) fn set_trained(&mut self, weights: BTreeMap<String, HostTensor>, step: u32) {
        if let (Some(model), Some(run)) = (&self.model, &self.run) {
            let (checkpoint, options) = (model.with_weights(weights), run.trainer().options().clone());
            self.trained = Some(Trained { checkpoint, options, step });
        }
    }

    pub(super) async fn fail_run(&mut self, error: WorkerError) {
        match error.device_lost(&self.device).await {
            Some(reason) => self.lose_device(reason).await,
            None => {
                let kept_step = self.set_trained_to_best();
                let kind = error.kind();
                // Another device may have the memory.
                self.forget_current();
                if let Some(run) = self.run.take() {
                    if kind == FailureKind::Memory && !self.device.info().is_cpu() {
                        self.rescued = Rescued::of(run).await
                    } else {
                        run.fail().await
                    }
                }
                let resumable = self.rescued.as_ref().map(|rescued| rescued.step);
                let trained = self.trained.is_some();
                let reason = error.localized();
                post(Event::RunFailed { kind, reason, kept_step, trained, resumable });
            }
        }
    }
}
