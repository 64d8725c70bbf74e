//! What weights are worth outside a run: similarities of typed sentences, their vectors under dropout, scores on graded
//! pairs.

use js_sys::Float32Array;

use super::{Embedders, Session};
use crate::{
    app::{
        protocol::{Answer, Measurement, RequestId, SimilarityMatrix, Stage, ViewVectors, Weights},
        worker::{
            error::WorkerError,
            outbox::{answer, answer_transferring, post_progress, post_unknown},
            picture::Picture,
            prepare::{Text, tokenise},
            similarity::cosines,
        },
    },
    eval::StsEvaluation,
    lessons::EPSILON,
    model::Pooler,
    train::DropoutViews,
    verify,
};

impl Session {
    pub(super) async fn similarity(
        &mut self,
        id: RequestId,
        sentences: Vec<String>,
        weights: Weights,
        pooler: Pooler,
    ) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let width = model.width(pooler);
        let rows = model.encode(&sentences)?;
        let (embedders, step) = self.embedders(weights)?;
        let embeddings = embedders.embed(id, &rows, pooler, |_| ()).await?;
        let cosines = cosines(&embeddings, width);
        let result = SimilarityMatrix { sentences, weights, pooler, step, cosines };
        answer(id, Answer::Similarity { result });
        Ok(())
    }

    /// Looks at these sentences from now on, and shows them as they are.
    pub(super) async fn watch_picture(
        &mut self,
        sentences: Vec<String>,
        pooler: Pooler,
    ) -> Result<(), WorkerError> {
        self.watchers.picture = None;
        if sentences.is_empty() {
            return Ok(());
        }
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let rows = model.tokenizer.encode(&sentences, model.max_length)?;
        let mut picture = Picture::new(rows, pooler);
        let loaded = !self.has_trained();
        let (embedders, step) = self.embedders(Weights::Current)?;
        picture.show_by(embedders, step, loaded).await?;
        self.watchers.picture = Some(picture);
        Ok(())
    }

    pub(super) async fn views(
        &mut self,
        id: RequestId,
        sentences: Vec<String>,
        weights: Weights,
        pooler: Pooler,
        views: DropoutViews,
    ) -> Result<(), WorkerError> {
        let count = sentences.len();
        views.validate(count)?;
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let config = &model.checkpoint.config;
        let width = model.width(pooler);
        let kept = [0, 1].map(|view| views.kept(config, view, count));
        let rows = model.encode(&sentences)?;
        let (embedders, step) = self.embedders(weights)?;
        let mut vectors = embedders.embed(id, &rows, pooler, |_| ()).await?;
        vectors.extend(embedders.embed_views(id, &rows, pooler, &views).await?);
        let values = Float32Array::from(vectors.as_slice());
        let buffer = values.buffer();
        let result = ViewVectors { sentences: count, hidden: width, values, kept, step };
        Ok(answer_transferring(id, Answer::Views { result }, &buffer)?)
    }

    /// Computes LayerNorm of one row with the device's kernel, forward and backward, for the lesson.
    pub(super) async fn layer_norm(
        &mut self,
        id: RequestId,
        x: &[f32],
        dy: &[f32],
    ) -> Result<(), WorkerError> {
        let row = verify::kernels::layer_norm::row(&self.device, x, dy, EPSILON).await?;
        answer(id, Answer::LayerNorm { row });
        Ok(())
    }

    pub(super) async fn evaluate(
        &mut self,
        id: RequestId,
        weights: Weights,
        pooler: Pooler,
    ) -> Result<(), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let set = &self.evaluation.as_ref().ok_or(WorkerError::NoPairs)?.set;
        let width = model.width(pooler);
        let (pairs, gold) = (set.name.clone(), set.scores());
        let rows = tokenise(id, &model.tokenizer, &set.sentences(), model.max_length, Text::Encoded).await?;
        post_unknown(model.tokenizer.unknown_share(&rows));
        let (embedders, step) = self.embedders(weights)?;
        let progress = |done: usize| post_progress(id, Stage::Encoding, done as f64, Some(rows.len() as f64));
        progress(0);
        let embeddings = embedders.embed(id, &rows, pooler, progress).await?;
        let scores = StsEvaluation::new(&embeddings, width, &gold);
        answer(id, Answer::Measured { result: Measurement { pairs, weights, pooler, step, scores } });
        Ok(())
    }

    /// The embedders over `weights`, made where they are not at hand, and the steps behind those.
    pub(super) fn embedders(&mut self, weights: Weights) -> Result<(&mut Embedders, u32), WorkerError> {
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let upload = |checkpoint| Embedders::upload(&self.device, checkpoint);
        if let Weights::At(step) = weights {
            let made = match self.past.take() {
                Some((of, made)) if of == step => made,
                _ => {
                    let weights = self.watchers.checkpoints.at(step).ok_or(WorkerError::WeightsChanged)?;
                    upload(&model.with_weights(weights.clone()))?
                }
            };
            return Ok((&mut self.past.insert((step, made)).1, step));
        }
        let (place, made, step) = match (weights, &self.run, &self.trained) {
            (Weights::Current, Some(run), _) => {
                let made =
                    self.current.take().unwrap_or_else(|| Embedders::over(run.trainer().network().clone()));
                (&mut self.current, made, run.trainer().position())
            }
            (Weights::Current, None, Some(trained)) => {
                let made = self.current.take().map_or_else(|| upload(&trained.checkpoint), Ok)?;
                (&mut self.current, made, trained.step)
            }
            _ => {
                let made = self.original.take().map_or_else(|| upload(&model.checkpoint), Ok)?;
                (&mut self.original, made, 0)
            }
        };
        Ok((place.insert(made), step))
    }
}
