//! The engine's state: device, model, texts, the present run, and the result of the last one.

mod analysis;
mod encoding;
mod glimpse;
mod keeping;
mod probe;
mod profile;
mod rescue;
mod running;
mod saving;
mod suite;
mod texts;
mod transfer;
mod verify;

use std::{collections::VecDeque, rc::Rc};

use self::{
    encoding::{EncodingJob, Pace},
    rescue::Rescued,
    texts::{EvaluationText, TrainingText},
    transfer::TransferJob,
};
use super::{
    error::WorkerError,
    files::gather,
    hub::{self, Downloads},
    inbox::Inbox,
    model_files::LoadedModel,
    opening,
    outbox::{answer, post, post_compiling, post_progress},
    run::{Advance, Run},
    similarity::Embedders,
    watchers::Watchers,
};
use crate::{
    app::protocol::{
        Answer, EndReason, Envelope, Event, Glimpse, PickedFile, Request, RequestId, Source, Stage,
    },
    device::{Device, DeviceChoice},
    eval::StsEvaluation,
    localize::Localize,
    model::{Checkpoint, Pooler},
    text::{StsTask, TransferTask},
    train::{TrainOptions, warm_up},
};

pub struct Session {
    device: Device,
    choice: DeviceChoice,
    model: Option<LoadedModel>,
    training: Option<TrainingText>,
    evaluation: Option<EvaluationText>,
    /// Synonyms of a run that was taken up again, in place of the site's.
    dictionary: Option<PickedFile>,
    suite: Vec<StsTask>,
    transfer: Vec<Rc<TransferTask>>,
    /// The evaluation on the transfer tasks, while there is one.
    transfer_job: Option<TransferJob>,
    /// The requests that are encoded in portions, the next one's turn first.
    encodings: VecDeque<EncodingJob>,
    /// Scores of the loaded weights on the loaded pairs, by this pooler, on this device.
    baseline: Option<(Pooler, StsEvaluation)>,
    pace: Pace,
    run: Option<Run>,
    watchers: Watchers,
    trained: Option<Trained>,
    original: Option<Embedders>,
    /// Over the weights of the present run, else of the last one.
    current: Option<Embedders>,
    /// Over the checkpoint that was last looked through, by its step.
    past: Option<(u32, Embedders)>,
    /// State of the run that ended with a lost device.
    rescued: Option<Rescued>,
    lost: bool,
    downloads: Downloads,
}

/// Result of the last run.
struct Trained {
    checkpoint: Checkpoint,
    options: TrainOptions,
    /// The step that `checkpoint` is from.
    step: u32,
}

impl Session {
    pub fn new(device: Device, choice: DeviceChoice) -> Self {
        Self {
            pace: Pace::new(device.info()),
            device,
            choice,
            model: None,
            training: None,
            evaluation: None,
            dictionary: None,
            suite: Vec::new(),
            transfer: Vec::new(),
            transfer_job: None,
            encodings: VecDeque::new(),
            baseline: None,
            run: None,
            watchers: Watchers::default(),
            trained: None,
            original: None,
            current: None,
            past: None,
            rescued: None,
            lost: false,
            downloads: Downloads::default(),
        }
    }

    /// Whether there are weights of a run; without them the current weights are the loaded ones.
    fn has_trained(&self) -> bool {
        self.run.is_some() || self.trained.is_some()
    }

    /// Whether a run is under way and not paused.
    pub fn has_steps_due(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.paused)
    }

    /// Handles a request and posts the answer, or why there is none.
    pub async fn answer(&mut self, envelope: Envelope, inbox: &mut Inbox) {
        let id = envelope.id;
        if let Err(error) = self.handle(id, envelope.request, inbox).await {
            self.fail(id, &error).await;
        }
    }

    /// Posts that the request `id` could not be done, or the loss of the device where that is why.
    async fn fail(&mut self, id: RequestId, error: &WorkerError) {
        match error.device_lost(&self.device).await {
            Some(reason) => self.lose_device(reason).await,
            None => answer(id, Answer::Failed { kind: error.kind(), reason: error.localized() }),
        }
    }

    /// A step or an evaluation of the present run.
    pub async fn advance(&mut self, inbox: &mut Inbox) {
        let Some(run) = &mut self.run else { return };
        match run.advance(inbox, &mut self.watchers).await {
            Ok(Advance::GoesOn) => {}
            Ok(Advance::Completed) => self.end_or_fail(EndReason::Completed).await,
            Err(error) => self.fail_run(error.into()).await,
        }
    }

    /// Posts the loss of the device, if it has been lost since the last look.
    pub async fn check_device(&mut self) {
        if let Err(crate::device::DeviceError::DeviceLost(reason)) = self.device.check() {
            self.lose_device(reason).await;
        }
    }

    async fn handle(
        &mut self,
        id: RequestId,
        request: Request,
        inbox: &mut Inbox,
    ) -> Result<(), WorkerError> {
        match request {
            Request::LoadModel { source, glimpse } => self.load_model(id, source, glimpse).await,
            Request::Download { address } => Ok(self.downloads.start(id, address)?),
            Request::CancelDownload => {
                self.downloads.cancel();
                Ok(())
            }
            Request::RemoveCached { address } => Ok(hub::remove_cached(&address).await?),
            Request::LoadTraining { source } => self.load_training(id, source).await,
            Request::LoadEvaluation { source } => self.load_evaluation(id, source).await,
            Request::GiveTraining { items } => self.give_training(id, items),
            Request::GiveEvaluation { pairs } => self.give_evaluation(id, pairs),
            Request::ClearEvaluation => self.clear_evaluation(id),
            Request::Train { options, start_from, keep } => self.train(id, options, start_from, keep).await,
            Request::OpenSavedRun { run } => self.open_saved_run(id, run).await,
            Request::ForgetSavedRun { run } => self.forget_saved_run(run).await,
            Request::Pause => self.pause().await,
            Request::Resume => self.resume(),
            Request::Step => self.step(inbox).await,
            Request::WatchPicture { sentences, pooler } => self.watch_picture(sentences, pooler).await,
            Request::WatchBatch { on } => {
                self.watchers.watch(on);
                Ok(())
            }
            Request::Stop => self.stop().await,
            Request::Similarity { sentences, weights, pooler } => {
                self.similarity(id, sentences, weights, pooler).await
            }
            Request::LayerNorm { x, dy } => self.layer_norm(id, &x, &dy).await,
            Request::Views { sentences, weights, pooler, views } => {
                self.views(id, sentences, weights, pooler, views).await
            }
            Request::Embed { sentences, weights, pooler, normalised } => {
                self.embed(id, sentences, weights, pooler, normalised)
            }
            Request::Cosines { queries, sentences, weights, pooler } => {
                self.cosines(id, queries, sentences, weights, pooler)
            }
            Request::Score { pairs, weights, pooler } => self.score_pairs(id, pairs, weights, pooler).await,
            Request::CancelEncoding { of } => {
                self.cancel_encoding(of);
                Ok(())
            }
            Request::Evaluate { weights, pooler } => self.evaluate(id, weights, pooler).await,
            Request::Anticipate { options } => self.anticipate(id, options).await,
            Request::LoadSuite { source } => self.load_suite(id, source).await,
            Request::ClearSuite => {
                self.suite.clear();
                self.post_suite(id, Vec::new());
                Ok(())
            }
            Request::EvaluateSuite { weights, pooler, whiten } => {
                self.evaluate_suite(id, weights, pooler, whiten).await
            }
            Request::LoadTransfer { source } => self.load_transfer(id, source).await,
            Request::ClearTransfer => self.clear_transfer(id),
            Request::EvaluateTransfer { weights, pooler, options } => {
                self.start_transfer(id, weights, pooler, options)
            }
            Request::CancelTransfer => {
                self.cancel_transfer();
                Ok(())
            }
            Request::Analyse { pooler } => self.analyse(id, pooler).await,
            Request::Profile { options } => self.profile(id, options).await,
            Request::Tune => self.tune(id).await,
            Request::Verify { models, parts } => self.verify(id, models, &parts, inbox).await,
            // It arrived after the verification had ended.
            Request::CancelVerify => Ok(()),
            Request::UseMatmul { kind } => {
                self.device.set_matmul(kind);
                Ok(())
            }
            Request::Export { format } => self.export(id, format).await,
            Request::SaveCheckpoint => self.save_checkpoint(id).await,
            Request::RestoreCheckpoint { source } => self.restore_checkpoint(id, source).await,
            Request::Recover => self.reopen(self.choice).await,
            Request::UseDevice { choice } => self.use_device(choice).await,
        }
    }

    async fn load_model(
        &mut self,
        id: RequestId,
        source: Source,
        glimpse: Option<Glimpse>,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let files = match glimpse.filter(|_| self.model.is_none()) {
            Some(glimpse) => self.gather_after(id, &source, glimpse).await?,
            None => gather(id, source.clone()).await?,
        };
        post_progress(id, Stage::Preparing, 0.0, None);
        let model = LoadedModel::from_files(source, files)?;
        // Everything that can fail on the device fails here, while the old model is still there.
        let original = Embedders::upload(&self.device, &model.checkpoint)?;
        self.device.ready_with(post_compiling(id)).await?;
        answer(id, Answer::ModelLoaded { report: model.report() });
        // The visitor looks at the model now; what training needs compiles meanwhile. Errors come up again when a run
        // starts, and there is somebody to tell them to.
        if let Err(error) = warm_up(&self.device, model.checkpoint.config.head_dim()) {
            log::warn!("warming up: {error}");
        }
        self.end_encodings().await;
        self.watchers.picture = None;
        self.baseline = None;
        self.training.iter_mut().for_each(|text| text.rows = None);
        self.model = Some(model);
        self.original = Some(original);
        (self.trained, self.current, self.rescued, self.dictionary) = (None, None, None, None);
        self.forget_checkpoints();
        Ok(())
    }

    /// Lets go of everything that lived on the device and tells the page.
    async fn lose_device(&mut self, message: String) {
        if std::mem::replace(&mut self.lost, true) {
            return;
        }
        if let Some(run) = self.run.take() {
            self.rescued = Rescued::of(run).await;
        }
        self.forget_buffers();
        self.encodings.clear();
        let resumable = self.rescued.as_ref().map(|rescued| rescued.step);
        post(Event::DeviceLost { message, resumable });
    }

    /// Takes another device, also after the loss of one.
    async fn use_device(&mut self, choice: DeviceChoice) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.end_encodings().await;
        self.forget_buffers();
        self.choice = choice;
        self.reopen(choice).await
    }

    /// Opens a device in the place of the one at hand, and goes on with what a lost one took along.
    async fn reopen(&mut self, choice: DeviceChoice) -> Result<(), WorkerError> {
        self.baseline = None;
        let matmul = self.device.matmul();
        let (device, no_gpu) = opening::open(choice).await?;
        self.pace = Pace::new(device.info());
        self.device = device;
        // A run that goes on is to give the same numbers.
        if let Some(kind) = matmul {
            self.device.set_matmul(kind);
        }
        self.lost = false;
        if let Some(reason) = no_gpu {
            post(Event::NoWebGpu(reason));
        }
        post(Event::Ready(self.device.info().clone()));
        if let Some(rescued) = self.rescued.take() {
            self.go_on_with(rescued).await?;
        }
        Ok(())
    }

    /// Lets go of everything on the device.
    fn forget_buffers(&mut self) {
        (self.original, self.past, self.transfer_job) = (None, None, None);
        if let Some(picture) = &mut self.watchers.picture {
            picture.forget_loaded();
        }
        self.forget_current();
    }

    fn refuse_during_run(&self) -> Result<(), WorkerError> {
        self.refuse_during_transfer()?;
        if self.run.is_some() { Err(WorkerError::Busy) } else { Ok(()) }
    }
}
