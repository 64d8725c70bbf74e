//! What the device computes, checked.

use super::Session;
use crate::{
    app::{
        protocol::{Event, RequestId, Source, Stage},
        worker::{
            error::WorkerError,
            files::gather,
            model_files::LoadedModel,
            outbox::{post, post_progress},
            scope,
        },
    },
    said::Say,
    verify::{Coverage, VectorModel, Verification},
};

impl Session {
    /// Runs a part of the tests' cases, and compares vectors of `models`, which are fetched for it and let go of again.
    pub(super) async fn verify(
        &mut self,
        id: RequestId,
        models: Vec<(String, Source)>,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        // A browser that says nothing of itself is told by nothing.
        let system = scope().navigator().user_agent().unwrap_or_default();
        let total = Some((Verification::PARTS + models.len()) as f64);
        let mut verification = Verification::new(&self.device, Coverage::Sample, system);
        verification.engine(|done| post_progress(id, Stage::Verifying, done as f64, total)).await;
        for (name, source) in models {
            match gather(id, source.clone()).await.and_then(|files| LoadedModel::from_files(source, files)) {
                Ok(model) => {
                    let (checkpoint, tokenizer) = (&model.checkpoint, &model.tokenizer);
                    verification.vectors(&VectorModel { name: &name, checkpoint, tokenizer }).await;
                }
                Err(error) => verification.without_model(&name, error.reason()),
            }
        }
        post(&Event::Verified { id, report: verification.finish() });
        Ok(())
    }
}
