//! Runs that outlive the tab: begun so that they do, listed, taken up again, removed.

use super::{Session, Trained};
use crate::{
    app::{
        protocol::{
            EndReason, Evaluation, Event, PickedFile, RequestId, RunEnd, RunPlan, Source, StepMetrics,
        },
        worker::{
            error::WorkerError,
            inputs::{Input, InputFile, RunInputs},
            keeper::Keeper,
            outbox::post,
            prepare::dictionary_file,
            run::Run,
            run_store::{KeptText, Manifest, RunStore, VERSION, read_state},
        },
    },
    localize::Localize,
    runs::Outcome,
    train::{History, TrainingState},
};

impl Session {
    /// Makes `run` outlive the tab. If that is impossible, the page is told, and the run begins in memory.
    pub(super) async fn with_keeper(&self, id: RequestId, run: Run) -> Run {
        match self.keeper_of(id, &run).await {
            Ok((id, keeper)) => run.kept_as(id, keeper),
            Err(error) => {
                post(Event::RunNotKept { reason: error.localized() });
                run
            }
        }
    }

    /// The keeper of a run that begins, and the id that the run has with it.
    async fn keeper_of(&self, id: RequestId, run: &Run) -> Result<(u64, Keeper), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let training = self.training.as_ref().ok_or(WorkerError::NoTraining)?;
        let plan = run.plan();
        let text = |name: &str, input: &Input| -> Option<KeptText> {
            Some(KeptText {
                name: name.to_owned(),
                file: input.files.first()?.clone(),
                items: input.is_items(),
            })
        };
        let dictionary = if plan.options.needs_dictionary() {
            Some(dictionary_file(id, self.dictionary.clone()).await?)
        } else {
            None
        };
        let manifest = Manifest {
            version: VERSION,
            id: run.id(),
            options: plan.options,
            total: plan.total,
            unknown_share: plan.unknown_share,
            matmul: self.device.matmul(),
            model_name: model.name.clone(),
            model: model.input.files.clone(),
            training: text(&training.name, &training.input).ok_or(WorkerError::NoTraining)?,
            evaluation: self.evaluation.as_ref().and_then(|texts| text(&texts.set.name, &texts.input)),
            dictionary: dictionary.as_ref().map(InputFile::of),
            outcome: Outcome::Open,
        };
        let mut inputs = vec![model.input.clone(), training.input.clone()];
        inputs.extend(self.evaluation.as_ref().map(|texts| texts.input.clone()));
        let kept = RunStore::open().await?.begin(manifest).await?;
        Ok((kept.manifest.id, Keeper::of_new(kept, RunInputs::new(inputs, dictionary))))
    }

    /// Reopens a kept run with all that it reads: an unfinished run continues, a finished one shows its weights.
    pub(super) async fn open_saved_run(&mut self, id: RequestId, run: u64) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let store = RunStore::open().await?;
        let mut kept = store.open_run(run).await?;
        let mut manifest = kept.manifest.clone();
        let state = read_state(&kept.state().await.ok_or(WorkerError::NoSavedRun)?).await?;
        self.load_inputs(id, &store, &manifest).await?;
        if let Some(kind) = manifest.matmul {
            self.device.set_matmul(kind);
        }
        self.dictionary = store.inputs(manifest.dictionary.as_slice()).await?.pop();
        if manifest.outcome == Outcome::Open && state.can_go_on() {
            let run = self.paused_run_from(id, state).await?.kept_as(manifest.id, Keeper::of_kept(kept));
            let step = run.trainer().position();
            self.begin_restored(run);
            self.unpause();
            post(Event::Resumed { step });
        } else {
            if manifest.outcome == Outcome::Open {
                // It was killed after its last state, before the note of how it ended; without the note it would be offered again.
                let complete = state.step >= manifest.total;
                manifest.outcome = if complete { Outcome::Completed } else { Outcome::Stopped };
                if let Err(error) = kept.set_outcome(manifest.outcome).await {
                    post(Event::RunNotKept { reason: error.localized() });
                }
            }
            self.show_finished(&manifest, state)?;
        }
        store.post_runs().await;
        Ok(())
    }

    async fn load_inputs(
        &mut self,
        id: RequestId,
        store: &RunStore,
        manifest: &Manifest,
    ) -> Result<(), WorkerError> {
        let model = store.inputs(&manifest.model).await?;
        let texts = [Some(&manifest.training), manifest.evaluation.as_ref()];
        let mut files = Vec::new();
        for text in texts.into_iter().flatten() {
            files.extend(store.inputs(std::slice::from_ref(&text.file)).await?);
        }
        let mut files = files.into_iter();
        self.load_model(id, Source::Files(model), None).await?;
        if let Some(file) = files.next() {
            if manifest.training.items {
                self.give_training(id, items(file).await?)?
            } else {
                self.load_training(id, Source::Files(vec![file])).await?
            }
        }
        match (&manifest.evaluation, files.next()) {
            (Some(text), Some(file)) if text.items => self.give_evaluation(id, items(file).await?)?,
            (_, Some(file)) => self.load_evaluation(id, Source::Files(vec![file])).await?,
            (_, None) => self.clear_evaluation(id)?,
        }
        Ok(())
    }

    /// What a run that is over left, as it stood when it ended.
    fn show_finished(&mut self, manifest: &Manifest, state: TrainingState) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let TrainingState { options, step, weights, best, history, .. } = state;
        let pooler = options.evaluation_pooler();
        let plan = RunPlan {
            run: manifest.id,
            options: options.clone(),
            total: manifest.total,
            step,
            gpu_bytes: 0,
            evaluates: manifest.evaluation.is_some(),
            unknown_share: manifest.unknown_share,
        };
        post(Event::RunStarted(plan));
        post_history(&history);
        let kept_step = best.as_ref().map_or(step, |best| best.step);
        let mut passed = vec![(step, weights.clone())];
        if let Some(best) = best.as_ref().filter(|best| best.step != step) {
            passed.insert(0, (best.step, best.weights.clone()));
        }
        let checkpoint = model.with_weights(best.map_or(weights, |best| best.weights));
        self.trained = Some(Trained { checkpoint, options, step: kept_step });
        self.forget_current();
        self.forget_checkpoints();
        for (step, weights) in passed {
            self.watchers.checkpoints.keep(step, weights);
        }
        post(Event::CheckpointsKept { steps: self.watchers.checkpoints.steps() });
        let reason = match manifest.outcome {
            Outcome::Completed | Outcome::Open => EndReason::Completed,
            Outcome::Stopped | Outcome::Failed => EndReason::Stopped,
        };
        post(Event::Finished(RunEnd { reason, step, kept_step, pooler, trained: true }));
        Ok(())
    }

    pub(super) async fn forget_saved_run(&mut self, run: u64) -> Result<(), WorkerError> {
        let store = RunStore::open().await?;
        let forgotten = store.forget(run).await;
        store.post_runs().await;
        forgotten
    }

    /// Makes a restored run the present one, and posts its steps and evaluations again.
    pub(super) fn begin_restored(&mut self, run: Run) {
        let history = run.trainer().history().clone();
        let best = run.trainer().best().map(|best| (best.step, best.weights.clone()));
        self.begin(run);
        post_history(&history);
        if let Some((step, weights)) = best {
            self.watchers.checkpoints.keep(step, weights);
            post(Event::CheckpointsKept { steps: self.watchers.checkpoints.steps() });
        }
    }
}

/// Items that were kept as JSON.
async fn items<T: serde::de::DeserializeOwned>(file: PickedFile) -> Result<T, WorkerError> {
    let bytes = crate::app::worker::private_files::bytes_of(&file.blob).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| WorkerError::Read { path: file.path, reason: error.to_string().into() })
}

/// Steps and evaluations as they were told when they were made, in their order.
fn post_history(history: &History) {
    let mut steps = history.steps.iter().map(StepMetrics::from).peekable();
    let mut highest = None::<f64>;
    for (step, scores) in &history.evaluations {
        let before: Vec<_> = std::iter::from_fn(|| steps.next_if(|next| next.step <= *step)).collect();
        post(Event::Steps(before));
        // `None` is less than any number.
        let best = *step > 0 && scores.spearman > highest;
        if best {
            highest = scores.spearman;
        }
        post(Event::Evaluated(Evaluation::new(*step, scores, best)));
    }
    post(Event::Steps(steps.collect()));
}
