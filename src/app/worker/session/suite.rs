//! The STS tasks of the paper's tables, or any others, scored in one go.

use super::Session;
use crate::{
    app::{
        protocol::{Answer, RequestId, Source, Stage, SuiteMeasurement, SuiteReport, SuiteTask, Weights},
        worker::{
            error::WorkerError,
            files::{check_text_size, gather},
            outbox::{answer, post_progress},
        },
    },
    eval::{TaskScore, Whitening},
    model::Pooler,
    text::{StsTask, StsTasks},
};

impl Session {
    pub(super) async fn load_suite(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        check_text_size(&source)?;
        let files: Vec<_> =
            gather(id, source).await?.into_iter().map(|file| (file.path, file.bytes)).collect();
        let StsTasks { tasks, notes } = StsTasks::gather(&files)?;
        self.suite.retain(|old| tasks.iter().all(|new| new.name != old.name));
        self.suite.extend(tasks);
        self.post_suite(id, notes);
        Ok(())
    }

    pub(super) fn post_suite(&self, id: RequestId, notes: Vec<String>) {
        let task = |task: &StsTask| SuiteTask {
            name: task.name.clone(),
            subsets: task.subsets.len(),
            pairs: task.pairs(),
        };
        let tasks = self.suite.iter().map(task).collect();
        answer(id, Answer::SuiteLoaded { report: SuiteReport { tasks, notes } });
    }

    pub(super) async fn evaluate_suite(
        &mut self,
        id: RequestId,
        weights: Weights,
        pooler: Pooler,
        whiten: bool,
    ) -> Result<(), WorkerError> {
        if self.suite.is_empty() {
            return Err(WorkerError::NoSuite);
        }
        let tasks = std::mem::take(&mut self.suite);
        let result = self.score(id, &tasks, weights, pooler, whiten).await;
        self.suite = tasks;
        answer(id, Answer::SuiteMeasured { result: result? });
        Ok(())
    }

    async fn score(
        &mut self,
        id: RequestId,
        tasks: &[StsTask],
        weights: Weights,
        pooler: Pooler,
        whiten: bool,
    ) -> Result<SuiteMeasurement, WorkerError> {
        let total: usize = tasks.iter().map(|task| 2 * task.pairs()).sum();
        let mut before = 0;
        let mut scores = Vec::with_capacity(tasks.len());
        let mut step = 0;
        for task in tasks {
            let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
            let width = model.width(pooler);
            let sentences = task.sentences();
            let rows = model.encode(&sentences)?;
            let (embedders, behind) = self.embedders(weights)?;
            step = behind;
            let progress = |done: usize| {
                post_progress(id, Stage::Encoding, (before + done) as f64, Some(total as f64));
            };
            progress(0);
            let embeddings = embedders.embed(id, &rows, pooler, progress).await?;
            before += rows.len();
            scores.push(if whiten {
                post_progress(id, Stage::Whitening, 0.0, None);
                let whitening = Whitening::fit(&embeddings, width, None)?;
                TaskScore::of(task, &whitening.apply(&embeddings), whitening.dimensions())
            } else {
                TaskScore::of(task, &embeddings, width)
            });
        }
        let model = self.model.as_ref().map(|model| model.name.clone()).unwrap_or_default();
        Ok(SuiteMeasurement { model, weights, pooler, step, whitened: whiten, tasks: scores })
    }
}
