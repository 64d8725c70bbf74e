//! SentEval's transfer tasks: encoded and classified a little at a time, between other requests.

use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use web_time::Instant;

use super::Session;
use crate::{
    app::{
        protocol::{
            Answer, PickedFile, RequestId, Source, Stage, TransferInfo, TransferMeasurement, TransferReport,
            Weights,
        },
        worker::{
            error::WorkerError,
            files::{check_text_size, gather},
            outbox::{POST_EVERY, answer, post_progress},
        },
    },
    eval::{TransferError, TransferOptions, TransferScore, transfer},
    model::Pooler,
    text::{TransferKind, TransferTask},
};

/// Sentences encoded between two looks at the inbox: on a GPU, and on the CPU.
const ENCODE_AT_ONCE: [usize; 2] = [1024, 128];
/// The worker classifies so long before it looks for messages.
const CLASSIFY_AT_ONCE: Duration = Duration::from_millis(40);

type Fitting = Pin<Box<dyn Future<Output = Result<TransferScore, TransferError>>>>;

/// An evaluation under way.
pub(super) struct TransferJob {
    id: RequestId,
    /// Those to come, the one at hand last.
    rest: Vec<Rc<TransferTask>>,
    /// Vectors of the task at hand so far.
    embeddings: Vec<f32>,
    /// Once it is encoded.
    fitting: Option<Fitting>,
    /// With the scores of the tasks done.
    result: TransferMeasurement,
}

impl Session {
    pub(super) async fn load_transfer(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        // SentEval's folder holds gigabytes of other tasks: they are not read.
        let (parts, others) = parts_of_tasks(source);
        let files = match parts.is_empty() {
            // Named in the error, which says what is looked for.
            true => others.iter().take(1).map(|file| (file.path.clone(), Vec::new())).collect(),
            false => {
                let source = Source::Files(parts);
                check_text_size(&source)?;
                gather(id, source).await?.into_iter().map(|file| (file.path, file.bytes)).collect::<Vec<_>>()
            }
        };
        for task in TransferTask::gather(&files)? {
            self.transfer.retain(|old| old.kind != task.kind);
            self.transfer.push(Rc::new(task));
        }
        self.transfer.sort_by_key(|task| task.kind);
        let notes = match others.len() {
            0 => Vec::new(),
            1 => vec!["Passed over: one file that belongs to no transfer task.".to_owned()],
            files => vec![format!("Passed over: {files} files that belong to no transfer task.")],
        };
        self.post_transfer(id, notes);
        Ok(())
    }

    pub(super) fn clear_transfer(&mut self, id: RequestId) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        self.transfer.clear();
        self.post_transfer(id, Vec::new());
        Ok(())
    }

    fn post_transfer(&self, id: RequestId, notes: Vec<String>) {
        let info = |task: &Rc<TransferTask>| TransferInfo {
            kind: task.kind,
            items: task.sets.iter().map(|set| set.labels.len()).sum(),
        };
        let tasks = self.transfer.iter().map(info).collect();
        answer(id, Answer::TransferLoaded { report: TransferReport { tasks, notes } });
    }

    pub(super) fn start_transfer(
        &mut self,
        id: RequestId,
        weights: Weights,
        pooler: Pooler,
        options: TransferOptions,
    ) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        if self.transfer.is_empty() {
            return Err(WorkerError::NoTransferTask);
        }
        if self.has_steps_due() {
            return Err(WorkerError::Busy);
        }
        let model = self.model.as_ref().map(|model| model.name.clone()).ok_or(WorkerError::NoModel)?;
        let (_, step) = self.embedders(weights)?;
        let rest = self.transfer.iter().rev().cloned().collect();
        let result = TransferMeasurement { model, weights, pooler, step, options, tasks: Vec::new() };
        self.transfer_job = Some(TransferJob { id, rest, embeddings: Vec::new(), fitting: None, result });
        Ok(())
    }

    pub(super) fn cancel_transfer(&mut self) {
        // It may arrive after the evaluation has ended; that is no error.
        if let Some(job) = self.transfer_job.take() {
            answer(job.id, Answer::Cancelled);
        }
    }

    /// Whether an evaluation on transfer tasks is under way.
    pub fn transferring(&self) -> bool {
        self.transfer_job.is_some()
    }

    pub(super) fn refuse_during_transfer(&self) -> Result<(), WorkerError> {
        if self.transferring() { Err(WorkerError::Transferring) } else { Ok(()) }
    }

    /// Some sentences, or some moments of classifying.
    pub async fn advance_transfer(&mut self) {
        let Some(mut job) = self.transfer_job.take() else { return };
        let id = job.id;
        match self.advance_job(&mut job).await {
            Ok(()) if job.rest.is_empty() => {}
            Ok(()) => self.transfer_job = Some(job),
            Err(error) => self.fail(id, &error).await,
        }
    }

    async fn advance_job(&mut self, job: &mut TransferJob) -> Result<(), WorkerError> {
        let Some(task) = job.rest.last().cloned() else { return Ok(()) };
        if let Some(fitting) = &mut job.fitting {
            let pause = TimeoutFuture::new(CLASSIFY_AT_ONCE.as_millis() as u32);
            if let Either::Left((score, _)) = select(fitting, pause).await {
                job.result.tasks.push(score?);
                job.rest.pop();
                (job.fitting, job.embeddings) = (None, Vec::new());
                let (result, last) = (job.result.clone(), job.rest.is_empty());
                answer(job.id, Answer::TransferMeasured { result, last });
            }
            return Ok(());
        }
        let model = self.model.as_ref().ok_or(WorkerError::NoModel)?;
        let width = model.width(job.result.pooler);
        let sentences = task.sentences();
        let done = job.embeddings.len() / width;
        let report = |done| {
            let stage = Stage::EncodingTask(task.kind);
            post_progress(job.id, stage, done as f64, Some(sentences.len() as f64));
        };
        report(done);
        let at_once = ENCODE_AT_ONCE[usize::from(self.device.info().computes_on_cpu())];
        let portion = &sentences[done..sentences.len().min(done + at_once)];
        let rows = model.encode(portion)?;
        let (embedders, step) = self.embedders(job.result.weights)?;
        if step != job.result.step {
            return Err(WorkerError::WeightsChanged);
        }
        job.embeddings.extend(embedders.embed(job.id, &rows, job.result.pooler, |_| ()).await?);
        if job.embeddings.len() == sentences.len() * width {
            let embeddings = std::mem::take(&mut job.embeddings);
            job.fitting = Some(Box::pin(fit(job.id, task, embeddings, width, job.result.options)));
        }
        Ok(())
    }
}

/// Classifies with progress posted under `id`, and lets others run in between.
async fn fit(
    id: RequestId,
    task: Rc<TransferTask>,
    embeddings: Vec<f32>,
    width: usize,
    options: TransferOptions,
) -> Result<TransferScore, TransferError> {
    let (worked_since, posted) = (Cell::new(Instant::now()), Cell::new(None::<Instant>));
    let progress = async |done: usize, of: usize| {
        if posted.get().is_none_or(|posted| posted.elapsed() >= POST_EVERY) {
            posted.set(Some(Instant::now()));
            post_progress(id, Stage::Fitting(task.kind), done as f64, Some(of as f64));
        }
        if worked_since.get().elapsed() >= CLASSIFY_AT_ONCE {
            TimeoutFuture::new(0).await;
            worked_since.set(Instant::now());
        }
    };
    transfer(&task, &embeddings, width, &options, progress).await
}

/// The files that are parts of tasks, and the others.
fn parts_of_tasks(source: Source) -> (Vec<PickedFile>, Vec<PickedFile>) {
    // The site has none, and neither has a model's folder.
    let Source::Files(files) = source else { return (Vec::new(), Vec::new()) };
    files.into_iter().partition(|file| TransferKind::of_file(&file.path).is_some())
}
