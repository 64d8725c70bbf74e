//! What a training step takes, and which kind of matrix product the device is best at.

use super::Session;
use crate::{
    app::{
        protocol::{Answer, ProfileReport, RequestId, Stage},
        worker::{
            error::WorkerError,
            outbox::{answer, post_progress},
            prepare::{Texts, trainer},
        },
    },
    kernels::Ceilings,
    localize::messages,
    train::{TrainError, TrainOptions},
};

impl Session {
    /// Measures a step of a run that would start from the loaded weights; it trains a copy of them.
    pub(super) async fn profile(&mut self, id: RequestId, options: TrainOptions) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let texts = Texts { evaluation: None, ..self.texts(options.max_length)? };
        let whole_batch = |error| match error {
            WorkerError::Train(TrainError::Memory { reason, .. }) => {
                let advice = messages::memory_profile();
                TrainError::Memory { reason, advice }.into()
            }
            other => other,
        };
        let (trainer, _) = trainer(id, &self.device, &model.checkpoint, texts, options.in_one_piece())
            .await
            .map_err(whole_batch)?;
        post_progress(id, Stage::Measuring, 0.0, None);
        let report = ProfileReport {
            model: model.name.clone(),
            matmul: self.device.matmul(),
            expected_bytes: trainer.estimate().total,
            profile: trainer.profile().await?,
        };
        answer(id, Answer::Profiled { report });
        Ok(())
    }

    pub(super) async fn tune(&mut self, id: RequestId) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        post_progress(id, Stage::Measuring, 0.0, None);
        let ceilings = Ceilings::tune(&self.device).await?;
        // Built with the kind before.
        (self.original, self.current) = (None, None);
        answer(id, Answer::Tuned { ceilings });
        Ok(())
    }
}
