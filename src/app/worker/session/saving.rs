//! Taking weights and runs out of the session, and runs back in.

use super::Session;
use crate::{
    app::{
        protocol::{Answer, Event, ExportFormat, ExportedFile, RequestId, Source, Stage, Weights},
        worker::{
            error::WorkerError,
            files::gather_one,
            keeper::state_in_memory,
            model_files::exported,
            outbox::{answer, post, post_file, post_progress},
            run::Run,
        },
    },
    files::plain_name,
    train::TrainingState,
};

impl Session {
    pub(super) async fn export(&mut self, id: RequestId, format: ExportFormat) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        post_progress(id, Stage::Writing, 0.0, None);
        let (name, bytes) = match (&self.run, &self.trained) {
            (Some(run), _) => {
                let (trainer, weights) = (run.trainer(), run.trainer().weights().await?);
                exported(model, &weights, trainer.options(), trainer.position(), format)?
            }
            (None, Some(trained)) => {
                exported(model, &trained.checkpoint.tensors, &trained.options, trained.step, format)?
            }
            (None, None) => return Err(WorkerError::Untrained),
        };
        Ok(post_file(id, name, &bytes)?)
    }

    pub(super) async fn save_checkpoint(&mut self, id: RequestId) -> Result<(), WorkerError> {
        let (Some(run), Some(model)) = (&mut self.run, &self.model) else { return Err(WorkerError::NoRun) };
        post_progress(id, Stage::Writing, 0.0, None);
        run.settle().await?;
        let blob = state_in_memory(run.trainer()).await?;
        let name =
            format!("{}-checkpoint-step-{}.safetensors", plain_name(&model.name), run.trainer().position());
        answer(id, Answer::Exported { file: ExportedFile { name, bytes: blob.size(), blob } });
        Ok(())
    }

    pub(super) async fn restore_checkpoint(
        &mut self,
        id: RequestId,
        source: Source,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let file = gather_one(id, source).await?;
        let state = TrainingState::from_safetensors(&file.bytes)?;
        let mut run = self.paused_run_from(id, state).await?;
        // There is no beginning to go back to where its device goes away.
        run.keep().await?;
        let step = run.trainer().position();
        self.begin_restored(run);
        post(Event::Paused { step });
        Ok(())
    }

    /// Rebuilds the run of a saved state, paused; its states are kept in memory.
    pub(super) async fn paused_run_from(
        &mut self,
        id: RequestId,
        state: TrainingState,
    ) -> Result<Run, WorkerError> {
        let mut run = self.prepare(id, state.options.clone(), Weights::Original).await?;
        run.restore(state)?;
        Ok(run)
    }
}
