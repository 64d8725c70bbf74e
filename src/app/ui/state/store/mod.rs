//! What the interface knows: signals, fed by the worker's events.

mod slot;
mod state;

use std::{collections::VecDeque, sync::Arc};

use leptos::prelude::*;

use super::{
    encoder_choice::EncoderChoice, examples::PLAYGROUND, recipe::Recipe, runs::Runs, saved_runs::SavedRuns,
    site_models::SiteModels,
};
use crate::{
    app::{
        protocol::{
            AnalysisReport, Answer, CachedModel, Evaluation, EvaluationReport, Event, FailureKind,
            Measurement, ModelReport, NoWebGpu, ProfileReport, RequestId, RunPlan, SimilarityMatrix,
            StepMetrics, SuiteMeasurement, SuiteReport, TrainingKind, TrainingReport, TransferMeasurement,
            TransferReport,
        },
        ui::{browser::device_choice, words::i18n::t},
    },
    device::{DeviceChoice, MatmulKind},
    kernels::Ceilings,
    localize::{Localized, messages},
    runs::RunSetting,
    train::BatchSimilarity,
    verify::Report,
};
pub use slot::{Slot, Topic};
pub use state::{ChartUpdate, EngineState, NoRoom, Phase, PictureUpdate, Portion, Speed};

/// Steps that the displayed speed looks back over.
const SPEED_WINDOW: usize = 24;

#[derive(Clone, Copy)]
pub struct Store {
    pub engine: RwSignal<EngineState>,
    /// Why it is the CPU that computes, where a GPU would have been taken.
    pub no_gpu: RwSignal<Option<NoWebGpu>>,
    /// What the visitor wants to compute with.
    pub device: RwSignal<DeviceChoice>,
    pub model: RwSignal<Option<ModelReport>>,
    pub site_models: SiteModels,
    /// Downloaded models in the browser's storage.
    pub cached: RwSignal<Vec<CachedModel>>,
    /// Whether there was room to keep the last large file of the site's; `None`: none was loaded in this visit.
    pub site_file_kept: RwSignal<Option<bool>>,
    pub training: RwSignal<Option<TrainingReport>>,
    pub evaluation: RwSignal<Option<EvaluationReport>>,
    pub recipe: Recipe,
    /// Kept in the browser.
    pub runs: Runs,
    /// The states of runs, kept in the browser as well.
    pub saved: SavedRuns,
    /// What the views look through.
    pub encoder: EncoderChoice,
    /// Share of the words that the model does not know, of what it encoded last outside a run.
    pub unknown_share: RwSignal<f64>,
    /// The playground's, a line each.
    pub sentences: RwSignal<String>,
    pub phase: RwSignal<Phase>,
    pub plan: RwSignal<Option<RunPlan>>,
    pub latest: RwSignal<Option<StepMetrics>>,
    pub evaluations: RwSignal<Vec<Evaluation>>,
    pub speed: RwSignal<Option<Speed>>,
    /// What the last evaluation of the run took, seconds.
    pub evaluation_seconds: RwSignal<Option<f64>>,
    /// That the GPU's memory is too small for the run that was to be made.
    pub no_room: RwSignal<Option<NoRoom>>,
    /// Steps of the last run whose weights can be looked through, the earliest first.
    pub checkpoints: RwSignal<Vec<u32>>,
    /// The similarity matrix of the last step that was shown.
    pub batch: RwSignal<Option<Arc<BatchSimilarity>>>,
    /// Whether there are weights that differ from the loaded ones.
    pub trained: RwSignal<bool>,
    pub similarity: RwSignal<Option<SimilarityMatrix>>,
    /// The same of the loaded weights, where it is of others.
    pub similarity_before: RwSignal<Option<SimilarityMatrix>>,
    /// Of this model, on the pairs at hand; the oldest first.
    pub measurements: RwSignal<Vec<Measurement>>,
    pub suite: RwSignal<SuiteReport>,
    /// Of this model, on the suite at hand; the oldest first.
    pub suite_results: RwSignal<Vec<SuiteMeasurement>>,
    pub transfer: RwSignal<TransferReport>,
    /// Of this model, on the transfer tasks at hand; the oldest first.
    pub transfer_results: RwSignal<Vec<TransferMeasurement>>,
    /// Of this model, on the pairs at hand.
    pub analysis: RwSignal<Option<AnalysisReport>>,
    /// Of this model on this text.
    pub profile: RwSignal<Option<ProfileReport>>,
    /// As last measured in this visit, with the kind of matrix product in use.
    pub ceilings: RwSignal<Option<(Ceilings, Option<MatmulKind>)>>,
    /// The kind that an earlier visit found fastest.
    pub remembered: RwSignal<Option<MatmulKind>>,
    /// What the device computes, checked.
    pub verification: RwSignal<Option<Report>>,
    /// Not yet drawn; the charts take them.
    pub chart_updates: RwSignal<Vec<ChartUpdate>>,
    /// The same of the picture.
    pub picture_updates: RwSignal<Vec<PictureUpdate>>,
    /// Whether the picture has shown the encoder at hand.
    pub framed: RwSignal<bool>,
    /// Whether the site's encoder and its picture are still to come.
    pub arriving: RwSignal<bool>,
    /// Part of the run's time that the picture takes.
    pub picture_share: RwSignal<f64>,
    /// Vectors of the playground's list that came and were not taken yet.
    pub portions: RwSignal<Vec<Portion>>,
    /// The name of the last file offered for download.
    pub exported: RwSignal<Option<String>>,
    window: StoredValue<VecDeque<StepMetrics>>,
    /// When the evaluation under way began, milliseconds since 1970.
    evaluating_since: StoredValue<Option<f64>>,
    slots: [Slot; Topic::COUNT],
}

impl Store {
    pub fn new() -> Self {
        Self {
            engine: RwSignal::new(EngineState::Starting),
            no_gpu: RwSignal::new(None),
            device: RwSignal::new(device_choice::remembered()),
            model: RwSignal::new(None),
            site_models: SiteModels::fetch(),
            cached: RwSignal::new(Vec::new()),
            site_file_kept: RwSignal::new(None),
            training: RwSignal::new(None),
            evaluation: RwSignal::new(None),
            recipe: Recipe::new(),
            runs: Runs::new(),
            saved: SavedRuns::new(),
            encoder: EncoderChoice::new(),
            unknown_share: RwSignal::new(0.0),
            sentences: RwSignal::new(PLAYGROUND.first()),
            phase: RwSignal::new(Phase::Idle),
            plan: RwSignal::new(None),
            latest: RwSignal::new(None),
            evaluations: RwSignal::new(Vec::new()),
            speed: RwSignal::new(None),
            evaluation_seconds: RwSignal::new(None),
            no_room: RwSignal::new(None),
            checkpoints: RwSignal::new(Vec::new()),
            batch: RwSignal::new(None),
            trained: RwSignal::new(false),
            similarity: RwSignal::new(None),
            similarity_before: RwSignal::new(None),
            measurements: RwSignal::new(Vec::new()),
            suite: RwSignal::new(SuiteReport::default()),
            suite_results: RwSignal::new(Vec::new()),
            transfer: RwSignal::new(TransferReport::default()),
            transfer_results: RwSignal::new(Vec::new()),
            analysis: RwSignal::new(None),
            profile: RwSignal::new(None),
            ceilings: RwSignal::new(None),
            remembered: RwSignal::new(None),
            verification: RwSignal::new(None),
            chart_updates: RwSignal::new(Vec::new()),
            picture_updates: RwSignal::new(Vec::new()),
            framed: RwSignal::new(false),
            arriving: RwSignal::new(true),
            picture_share: RwSignal::new(0.0),
            portions: RwSignal::new(Vec::new()),
            exported: RwSignal::new(None),
            window: StoredValue::new(VecDeque::new()),
            evaluating_since: StoredValue::new(None),
            slots: std::array::from_fn(|_| Slot::new()),
        }
    }

    pub fn slot(&self, topic: Topic) -> Slot {
        self.slots[topic as usize]
    }

    /// The name of the loaded model; tracked.
    pub fn model_name(&self) -> Option<String> {
        self.model.with(|model| model.as_ref().map(|model| model.name.clone()))
    }

    /// The last step of the run at hand that is known, 0 before the first; tracked.
    pub fn latest_step(&self) -> u32 {
        self.latest.with(|latest| latest.as_ref().map_or(0, |latest| latest.step))
    }

    /// The form of the loaded training text; tracked.
    pub fn training_kind(&self) -> Option<TrainingKind> {
        self.training.with(|training| training.as_ref().map(|report| report.kind))
    }

    /// Sentences, pairs or triplets of the loaded training text; tracked.
    pub fn training_items(&self) -> Option<usize> {
        self.training.with(|training| training.as_ref().map(|report| report.items))
    }

    pub fn ready(&self) -> bool {
        self.engine.with(|engine| matches!(engine, EngineState::Ready(_)))
    }

    /// Whether the CPU computes.
    pub fn on_cpu(&self) -> bool {
        self.engine.with_untracked(|engine| matches!(engine, EngineState::Ready(info) if info.is_cpu()))
    }

    /// Whether the visitor has given and asked nothing yet.
    pub fn untouched(&self) -> bool {
        let nothing_pending = self.slots.iter().all(|slot| slot.pending.with_untracked(Option::is_none));
        nothing_pending
            && self.model.with_untracked(Option::is_none)
            && self.training.with_untracked(Option::is_none)
            && self.evaluation.with_untracked(Option::is_none)
    }

    /// What keeps a run from starting, for people; empty when nothing does.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if !self.ready() {
            missing.push(t!("need-engine"));
        }
        if self.model.with(Option::is_none) {
            missing.push(t!("need-model"));
        }
        if self.slot(Topic::Transfer).busy() {
            missing.push(t!("need-transfer"));
        }
        if self.training.with(Option::is_none) {
            missing.push(t!("need-text"));
        }
        if self.recipe.options().is_err() {
            missing.push(t!("need-recipe"));
        }
        missing
    }

    /// What keeps the encoder from embedding texts outside a run: a message id.
    pub fn encoding_blocked(&self) -> Option<&'static str> {
        if !self.ready() {
            Some("engine-first")
        } else if self.model.with(Option::is_none) {
            Some("need-loaded-model")
        } else if self.phase.with(|phase| phase.active() && *phase != Phase::Paused) {
            Some("need-pause")
        } else {
            None
        }
    }

    /// Takes in an answer to a request about `topic`; none where nobody knows what it was about.
    pub fn take(&self, id: RequestId, topic: Option<Topic>, last: bool, answer: Answer) {
        let slot = topic.map(|topic| self.slot(topic));
        let waiting = slot.filter(|slot| slot.pending.get_untracked() == Some(id));
        // A run that is taken up again loads its model and texts first: its request is over when it has begun.
        if last && topic != Some(Topic::Run) {
            waiting.iter().for_each(Slot::settle);
        }
        match answer {
            Answer::Progress { progress } => {
                if let Some(slot) = waiting {
                    slot.progress.set(Some(progress));
                }
            }
            Answer::ModelLoaded { report } => self.change_model(report),
            Answer::TrainingLoaded { report } => {
                self.training.set(Some(report));
                self.profile.set(None);
            }
            Answer::EvaluationLoaded { report } => {
                self.evaluation.set(Some(report));
                self.measurements.set(Vec::new());
                self.analysis.set(None);
            }
            Answer::EvaluationCleared => self.evaluation.set(None),
            Answer::Similarity { result } => {
                self.slot(Topic::Similarity).error.set(None);
                self.similarity.set(Some(result));
            }
            Answer::Embedded { part } => self.portions.update(|portions| portions.push(Portion::new(&part))),
            Answer::Measured { result } => self.measurements.update(|all| all.push(result)),
            Answer::SuiteLoaded { report } => {
                self.suite.set(report);
                self.suite_results.set(Vec::new());
            }
            Answer::SuiteMeasured { result } => {
                replace(self.suite_results, result, |of| (of.weights, of.step, of.pooler, of.whitened));
            }
            Answer::TransferLoaded { report } => {
                self.transfer.set(report);
                self.transfer_results.set(Vec::new());
            }
            Answer::TransferMeasured { result, .. } => {
                replace(self.transfer_results, result, |of| (of.weights, of.step, of.pooler, of.options));
            }
            Answer::Analysed { result } => self.analysis.set(Some(result)),
            Answer::Profiled { report } => {
                self.ceilings.set(Some((report.profile.ceilings.clone(), report.matmul)));
                self.profile.set(Some(report));
            }
            Answer::Tuned { ceilings } => {
                self.ceilings.set(ceilings.best_matmul().map(|(kind, _)| (ceilings, kind)));
            }
            Answer::Verified { report } => self.verification.set(Some(report)),
            Answer::Exported { file } => self.exported.set(Some(file.name)),
            Answer::Failed { kind, reason } => {
                let topic = topic.unwrap_or(Topic::Run);
                if topic == Topic::Run {
                    self.look_for_room(kind, None);
                }
                self.fail(id, topic, reason);
            }
            // What is only asked for by whoever waits for it, or by the JavaScript interface.
            Answer::Cosines { .. }
            | Answer::Views { .. }
            | Answer::LayerNorm { .. }
            | Answer::Scored { .. } => {}
            // Their requests are over, and the store knows of them from news.
            Answer::Downloaded { .. } | Answer::Cancelled => {}
        }
    }

    /// Another model: nothing that was computed with the one before stays.
    fn change_model(&self, report: ModelReport) {
        self.framed.set(false);
        self.model.set(Some(report));
        self.unknown_share.set(0.0);
        let starting = self.phase.get_untracked() == Phase::Starting;
        self.clear_run();
        if starting {
            // It is loaded for a run that goes on.
            self.phase.set(Phase::Starting);
        }
        self.trained.set(false);
        self.similarity.set(None);
        self.similarity_before.set(None);
        self.measurements.set(Vec::new());
        self.suite_results.set(Vec::new());
        self.transfer_results.set(Vec::new());
        self.analysis.set(None);
        self.profile.set(None);
    }

    /// Takes in news.
    pub fn hear(&self, event: Event) {
        self.runs.follow(&event, |plan| self.setting(plan));
        self.saved.follow(&event);
        match event {
            Event::Ready(info) => {
                self.engine.set(EngineState::Ready(info));
                self.no_room.set(None);
            }
            Event::NoWebGpu(reason) => self.no_gpu.set(Some(reason)),
            Event::DeviceLost { message, resumable } => {
                self.slots.iter().for_each(Slot::settle);
                self.engine.set(EngineState::Lost { message, resumable });
                if self.phase.with_untracked(Phase::active) {
                    let reason = messages::page_gpu_lost();
                    self.phase.set(match resumable {
                        // Another device takes it up.
                        Some(_) => Phase::Starting,
                        None => Phase::Failed { reason, kept_step: 0 },
                    });
                }
            }
            Event::UnknownWords { share } => self.unknown_share.set(share),
            Event::Cached(models) => self.cached.set(models),
            Event::SiteFileLoaded { room } => self.site_file_kept.set(Some(room)),
            Event::RunStarted(plan) => {
                self.no_room.set(None);
                self.slot(Topic::Run).settle();
                self.clear_run();
                self.chart_updates.update(|updates| updates.push(ChartUpdate::Start(plan.clone())));
                self.picture_updates.update(|updates| updates.push(PictureUpdate::Begin));
                self.plan.set(Some(plan));
                self.phase.set(Phase::Running);
            }
            Event::Steps(steps) => self.take_steps(steps),
            Event::Evaluating { done, of } => {
                if done == 0 {
                    self.evaluating_since.set_value(Some(js_sys::Date::now()));
                }
                if matches!(self.phase.get_untracked(), Phase::Running | Phase::Evaluating { .. }) {
                    self.phase.set(Phase::Evaluating { done, of });
                }
            }
            Event::RunKept { .. } => {
                if let Some(run) = self.plan.with_untracked(|plan| plan.as_ref().map(|plan| plan.run)) {
                    self.saved.hold_on_to(run);
                }
            }
            Event::Evaluated(evaluation) => {
                if matches!(self.phase.get_untracked(), Phase::Evaluating { .. }) {
                    self.phase.set(Phase::Running);
                }
                if let Some(since) = self.evaluating_since.try_update_value(Option::take).flatten() {
                    self.evaluation_seconds.set(Some((js_sys::Date::now() - since) / 1000.0));
                }
                self.evaluations.update(|all| all.push(evaluation));
                self.chart_updates.update(|updates| updates.push(ChartUpdate::Evaluated(evaluation)));
            }
            Event::CheckpointsKept { steps } => self.checkpoints.set(steps),
            Event::Frame(frame) => {
                self.framed.set(true);
                self.picture_share.set(frame.share);
                let (step, hidden, values) = (frame.step, frame.hidden, frame.values.to_vec());
                self.picture_updates.update(|updates| {
                    updates.push(PictureUpdate::Frame { step, hidden, values });
                });
            }
            Event::Batch(matrix) => self.batch.set(Some(Arc::new(matrix.into()))),
            Event::Paused { .. } => self.phase.set(Phase::Paused),
            Event::Resumed { .. } => self.phase.set(Phase::Running),
            Event::Finished(end) => {
                self.trained.set(end.trained);
                self.phase.set(Phase::Finished(end));
            }
            Event::RunFailed { kind, reason, kept_step, trained, resumable } => {
                self.trained.set(trained);
                self.look_for_room(kind, resumable);
                self.phase.set(Phase::Failed { reason, kept_step });
            }
            // The saved runs have followed them above.
            Event::RunNotKept { .. } | Event::SavedRuns { .. } => {}
        }
    }

    /// The engine's worker stopped for good.
    pub fn crash(&self, reason: Localized) {
        self.slots.iter().for_each(Slot::settle);
        self.engine.set(EngineState::Crashed(reason));
        if self.phase.with_untracked(Phase::active) {
            let reason = messages::page_engine_stopped();
            self.phase.set(Phase::Failed { reason, kept_step: 0 });
        }
    }

    /// The CPU has the machine's memory, a GPU often less.
    fn look_for_room(&self, kind: FailureKind, resumable: Option<u32>) {
        let no_room = kind == FailureKind::Memory && !self.on_cpu();
        self.no_room.set(no_room.then_some(NoRoom { resumable }));
    }

    fn fail(&self, id: RequestId, topic: Topic, reason: Localized) {
        let slot = self.slot(topic);
        // A model that cannot be removed does not end the download of another.
        if slot.pending.get_untracked() == Some(id) {
            slot.settle();
        }
        slot.error.set(Some(reason));
        if topic == Topic::Run && self.phase.get_untracked() == Phase::Starting {
            self.phase.set(Phase::Idle);
        }
    }

    /// What a run of this plan is made of.
    fn setting(&self, plan: &RunPlan) -> Option<RunSetting> {
        Some(RunSetting {
            model: self.model.with_untracked(|model| Some(model.as_ref()?.name.clone()))?,
            text: self.training.with_untracked(|text| Some(text.as_ref()?.name.clone()))?,
            pairs: self
                .evaluation
                .with_untracked(|pairs| Some(pairs.as_ref()?.name.clone()))
                .filter(|_| plan.evaluates),
            from_trained: false,
            options: plan.options.clone(),
        })
    }

    fn clear_run(&self) {
        self.phase.set(Phase::Idle);
        self.plan.set(None);
        self.latest.set(None);
        self.evaluations.set(Vec::new());
        self.speed.set(None);
        self.evaluation_seconds.set(None);
        self.checkpoints.set(Vec::new());
        self.batch.set(None);
        self.exported.set(None);
        self.window.update_value(VecDeque::clear);
    }

    fn take_steps(&self, steps: Vec<StepMetrics>) {
        let Some(last) = steps.last().copied() else { return };
        if matches!(self.phase.get_untracked(), Phase::Evaluating { .. }) {
            self.phase.set(Phase::Running);
        }
        self.trained.set(true);
        self.window.update_value(|window| {
            window.extend(steps.iter().copied());
            while window.len() > SPEED_WINDOW {
                window.pop_front();
            }
        });
        self.speed.set(self.window.with_value(state::speed));
        self.latest.set(Some(last));
        self.chart_updates.update(|updates| updates.push(ChartUpdate::Steps(steps)));
    }
}

/// Puts a result in the place of the one of the same kind.
fn replace<T: Send + Sync + 'static, K: PartialEq>(all: RwSignal<Vec<T>>, result: T, key: impl Fn(&T) -> K) {
    all.update(|all| {
        all.retain(|other| key(other) != key(&result));
        all.push(result);
    });
}
