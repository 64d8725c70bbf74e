//! What lies behind the scores on the loaded pairs: singular values, and cosines by gold score.

use super::Session;
use crate::{
    app::{
        protocol::{AnalysedWeights, AnalysisReport, Answer, RequestId, Stage, Weights},
        worker::{
            error::WorkerError,
            outbox::{answer, post_progress},
            prepare::{Text, tokenise},
        },
    },
    eval::Analysis,
    model::{ModelError, Pooler},
};

impl Session {
    /// Analyses the loaded weights and, where there are any, the trained ones.
    pub(super) async fn analyse(&mut self, id: RequestId, pooler: Pooler) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let set = &self.evaluation.as_ref().ok_or(WorkerError::NoPairs)?.set;
        let (width, max_length) = (model.width(pooler), model.max_length);
        let (name, pairs, gold) = (model.name.clone(), set.name.clone(), set.scores());
        let rows = tokenise(id, &model.tokenizer, &set.sentences(), max_length, Text::Encoded).await?;
        let (mut states, mut headless) = (Vec::new(), false);
        let trained = self.has_trained();
        for weights in [Weights::Original, Weights::Current].into_iter().take(1 + usize::from(trained)) {
            let (embedders, step) = self.embedders(weights)?;
            let progress =
                |done: usize| post_progress(id, Stage::Encoding, done as f64, Some(rows.len() as f64));
            progress(0);
            match embedders.embed(id, &rows, pooler, progress).await {
                Ok(embeddings) => {
                    post_progress(id, Stage::Analysing, 0.0, None);
                    let analysis = Analysis::new(&embeddings, width, &gold);
                    states.push(AnalysedWeights { step, analysis });
                }
                // A run makes the head that the loaded weights may lack.
                Err(ModelError::NoHead) if trained && weights == Weights::Original => headless = true,
                Err(error) => return Err(error.into()),
            }
        }
        answer(
            id,
            Answer::Analysed { result: AnalysisReport { model: name, pairs, pooler, states, headless } },
        );
        Ok(())
    }
}
