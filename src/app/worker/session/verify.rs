//! What the device computes, checked.

use std::pin::pin;

use futures_util::future::select;

use super::Session;
use crate::{
    app::{
        protocol::{Answer, Request, RequestId, Source, Stage},
        worker::{
            browser::scope,
            error::WorkerError,
            files::gather,
            inbox::Inbox,
            model_files::LoadedModel,
            outbox::{answer, post_progress},
        },
    },
    localize::Localize,
    verify::{Coverage, VectorModel, Verification},
};

impl Session {
    /// Runs a part of the tests' cases, of the parts named or of all, and compares vectors of `models`, which are fetched
    /// for it and let go of again. Ends early where the page cancels it: the report says of which parts it knows nothing.
    pub(super) async fn verify(
        &mut self,
        id: RequestId,
        models: Vec<(String, Source)>,
        parts: &[String],
        inbox: &mut Inbox,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        // Browsers may hide the user agent; the report then names no system.
        let system = scope().navigator().user_agent().unwrap_or_default();
        let names: Vec<String> = models.iter().map(|(name, _)| name.clone()).collect();
        let mut verification = Verification::new(&self.device, Coverage::Sample, system, parts, &names);
        let cancelled = inbox.wait_for(|request| matches!(request, Request::CancelVerify));
        // Either may end first; unfinished parts are reported as skipped.
        select(pin!(check(id, &mut verification, models)), pin!(cancelled)).await;
        answer(id, Answer::Verified { report: verification.finish() });
        Ok(())
    }
}

async fn check(id: RequestId, verification: &mut Verification, models: Vec<(String, Source)>) {
    let total = Some(verification.remaining() as f64);
    verification.check_engine(|done| post_progress(id, Stage::Verifying, done as f64, total)).await;
    for (name, source) in models {
        if !verification.wants_model(&name) {
            continue;
        }
        match gather(id, source.clone()).await.and_then(|files| LoadedModel::from_files(source, files)) {
            Ok(model) => {
                let (checkpoint, tokenizer) = (&model.checkpoint, &model.tokenizer);
                verification.check_vectors(&VectorModel { name: &name, checkpoint, tokenizer }).await;
            }
            Err(error) => verification.model_failed(&name, error.localized()),
        }
    }
}
