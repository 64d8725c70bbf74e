//! The page's end of the line to the worker.

use std::collections::HashMap;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::{
    answers::Answers,
    store::{EngineState, Phase, Store, Topic},
};
use crate::{
    app::{
        protocol::{
            Answer, Envelope, Event, FromWorker, Request, RequestId, Source, Weights, decode, encode,
        },
        ui::{
            browser::{device_choice, files::offer_download, matmul_choice, site::site_url},
            words::i18n::t,
        },
    },
    device::{DeviceChoice, DeviceInfo},
    kernels::Ceilings,
    localize::{Localized, messages},
    model::Pooler,
    train::TrainOptions,
};

/// Trunk's loader of the worker's binary, beside index.html.
const WORKER: &str = "worker_loader.js";

#[wasm_bindgen(module = "/www/glue/engine.js")]
extern "C" {
    /// The worker of this address, which www/start.js has begun, or a new one.
    #[wasm_bindgen(catch, js_name = takeEngine)]
    fn take_engine(
        address: &str,
        on_message: &js_sys::Function,
        on_error: &js_sys::Function,
    ) -> Result<Worker, JsValue>;
}

/// Sends requests and feeds answers into the store.
#[derive(Clone, Copy)]
pub struct Engine {
    store: Store,
    worker: StoredValue<Option<Worker>, LocalStorage>,
    requests: StoredValue<Requests>,
    answers: Answers,
    /// Whether there has been a device yet.
    met_device: StoredValue<bool>,
    recovery: StoredValue<Recovery>,
    /// Whether the form is to show the recipe of the run that starts next.
    shows_recipe: StoredValue<bool>,
}

/// What was done of late about devices that went away.
#[derive(Default)]
struct Recovery {
    tries: u32,
    /// When a device was last lost, milliseconds since 1970.
    lost: f64,
    /// From which step a run could go on.
    resumable: Option<u32>,
    /// How far a run was that is to go on by itself.
    goes_on: Option<u32>,
}

/// Times that a lost device is reopened by itself; then the CPU computes, which is never lost.
const MAX_REOPENS: u32 = 2;
/// Milliseconds after which a device counts as reliable.
const RELIABLE_AFTER: f64 = 60_000.0;

#[derive(Default)]
struct Requests {
    last: RequestId,
    open: HashMap<RequestId, Topic>,
}

impl Engine {
    /// Takes over the worker. One that cannot start shows as [`super::store::EngineState::Crashed`].
    pub fn start(store: Store) -> Self {
        let requests = StoredValue::new(Requests::default());
        let met_device = StoredValue::new(false);
        let (worker, answers) = (StoredValue::new_local(None), Answers::new());
        let recovery = StoredValue::new(Recovery::default());
        let shows_recipe = StoredValue::new(false);
        let engine = Self { store, worker, requests, answers, met_device, recovery, shows_recipe };
        if let Err(error) = engine.listen() {
            let error = format!("{error:?}");
            store.crash(messages::page_no_worker(error));
        }
        engine
    }

    fn listen(self) -> Result<(), JsValue> {
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            match decode::<FromWorker>(message.data()) {
                Ok(message) => self.receive(message),
                Err(error) => self.crash(error),
            }
        });
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let words = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            self.crash(if words.is_empty() { messages::page_no_program() } else { words.into() });
        });
        let device = self.store.device.with_untracked(|choice| choice.name());
        let address = format!("{}#device={device}", site_url(WORKER));
        let worker =
            take_engine(&address, on_message.as_ref().unchecked_ref(), on_error.as_ref().unchecked_ref())?;
        // The worker lives as long as the page.
        on_message.forget();
        on_error.forget();
        self.worker.set_value(Some(worker));
        Ok(())
    }

    fn crash(self, reason: Localized) {
        self.answers.abandon();
        self.store.crash(reason);
    }

    fn receive(self, message: FromWorker) {
        match message {
            FromWorker::Answer { id, last, answer } => {
                if let Some(answer) = self.answers.deliver(id, last, answer) {
                    self.take(id, last, answer);
                }
            }
            FromWorker::News(event) => self.hear(event),
        }
    }

    /// An answer that nobody waits for: it goes to the store, at its topic's place.
    fn take(self, id: RequestId, last: bool, answer: Answer) {
        let topic = self.requests.try_update_value(|requests| {
            if last { requests.open.remove(&id) } else { requests.open.get(&id).copied() }
        });
        match &answer {
            Answer::Exported { file } => {
                if let Err(message) = offer_download(&file.name, &file.blob) {
                    self.store.slot(Topic::Export).error.set(Some(message));
                }
            }
            Answer::Tuned { ceilings } => self.keep_matmul(ceilings),
            _ => {}
        }
        let downloaded = match &answer {
            Answer::Downloaded { address } => Some(address.clone()),
            _ => None,
        };
        self.store.take(id, topic.flatten(), last, answer);
        // During a run it stays in the list of downloaded models, to be loaded from there.
        if let Some(address) = downloaded
            && !self.store.phase.with_untracked(Phase::active)
        {
            self.send(Topic::Model, Request::LoadModel { source: Source::Cached(address), glimpse: None });
        }
    }

    fn hear(self, event: Event) {
        match &event {
            Event::DeviceLost { .. } => self.answers.abandon(),
            Event::Ready(info) => self.choose_matmul(info),
            Event::RunStarted(plan) if self.shows_recipe.try_update_value(std::mem::take) == Some(true) => {
                self.store.recipe.fill(&plan.options);
            }
            _ => {}
        }
        let lost = match &event {
            // How far the run is, before the store takes in that it is interrupted.
            Event::DeviceLost { resumable, .. } => Some((*resumable, self.running())),
            _ => None,
        };
        let paused = match &event {
            Event::Paused { step } => Some(*step),
            _ => None,
        };
        self.store.hear(event);
        if let Some((resumable, running)) = lost {
            self.recover_by_itself(resumable, running);
        }
        if let Some(step) = paused {
            self.go_on_by_itself(step);
        }
    }

    /// How far the run is, where one is making steps.
    fn running(self) -> Option<u32> {
        let running = matches!(self.store.phase.get_untracked(), Phase::Running | Phase::Evaluating { .. });
        running.then(|| self.store.latest.get_untracked().map_or(0, |latest| latest.step))
    }

    /// Opens another device in the place of one that went away, a few times: a device that is lost again and again is
    /// left to the visitor.
    fn recover_by_itself(self, resumable: Option<u32>, running: Option<u32>) {
        let tries = self.recovery.try_update_value(|recovery| {
            let now = js_sys::Date::now();
            if now - recovery.lost > RELIABLE_AFTER || resumable > recovery.resumable {
                recovery.tries = 0;
            }
            let goes_on = running.filter(|_| resumable.is_some()).or(recovery.goes_on);
            *recovery = Recovery { tries: recovery.tries + 1, lost: now, resumable, goes_on };
            recovery.tries
        });
        match tries {
            Some(tries) if tries <= MAX_REOPENS => self.recover(),
            Some(tries) if tries == MAX_REOPENS + 1 => {
                self.store.engine.set(EngineState::Starting);
                self.signal(Request::UseDevice { choice: DeviceChoice::Cpu });
            }
            _ => {}
        }
    }

    /// Goes on with a run that a lost device had interrupted, now that another one has taken it up.
    fn go_on_by_itself(self, step: u32) {
        let before = self.recovery.try_update_value(|recovery| recovery.goes_on.take());
        let Some(before) = before.flatten() else { return };
        let device = self.store.engine.with_untracked(|engine| match engine {
            EngineState::Ready(info) => info.name.clone(),
            _ => String::new(),
        });
        self.store.saved.recovered.set(Some(messages::page_run_recovered(before, step, device)));
        self.resume();
    }

    /// On the first device of a visit: what was found out in an earlier one, or finding it out now, before anything
    /// else is asked. The CPU has one way only, and a GPU that it imitates is left at its default.
    fn choose_matmul(self, info: &DeviceInfo) {
        if self.met_device.try_update_value(|met| std::mem::replace(met, true)) != Some(false) {
            return;
        }
        match matmul_choice::recall(info) {
            Some(kind) => {
                self.store.remembered.set(Some(kind));
                self.tell(Topic::Tuning, Request::UseMatmul { kind });
            }
            None if !info.computes_on_cpu() => self.send(Topic::Tuning, Request::Tune),
            None => {}
        }
    }

    fn keep_matmul(self, ceilings: &Ceilings) {
        let best = ceilings.best_matmul();
        self.store.engine.with_untracked(|engine| {
            if let (EngineState::Ready(info), Some((Some(kind), _))) = (engine, best) {
                matmul_choice::remember(info, kind);
            }
        });
    }

    /// Posts a request; its answer arrives at the topic's place in the store.
    pub fn send(self, topic: Topic, request: Request) {
        let Some(id) = self.number(topic) else { return };
        let slot = self.store.slot(topic);
        slot.error.set(None);
        slot.progress.set(None);
        slot.pending.set(Some(id));
        if let Err(message) = self.post(id, request) {
            slot.pending.set(None);
            slot.error.set(Some(message));
        }
    }

    /// Posts a request whose answer is news for everybody, or that of the request it cancels.
    pub fn tell(self, topic: Topic, request: Request) {
        if let Some(id) = self.number(topic)
            && let Err(message) = self.post(id, request)
        {
            self.store.slot(topic).error.set(Some(message));
        }
    }

    /// Posts a request and waits for its last answer; nobody else gets to see the answers.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(self, request: Request) -> Result<Answer, Localized> {
        let id = self.requests.try_update_value(|requests| {
            requests.last += 1;
            requests.last
        });
        let id = id.unwrap_or_default();
        let answer = self.answers.expect(id);
        self.post(id, request)?;
        match answer.await {
            Ok(Answer::Failed { reason, .. }) => Err(reason),
            Ok(answer) => Ok(answer),
            Err(_) => Err(t!("lesson-no-answer").into()),
        }
    }

    fn number(self, topic: Topic) -> Option<RequestId> {
        self.requests.try_update_value(|requests| {
            requests.last += 1;
            requests.open.insert(requests.last, topic);
            requests.last
        })
    }

    fn post(self, id: RequestId, request: Request) -> Result<(), Localized> {
        let message = encode(&Envelope { id, request })?;
        self.worker.with_value(|worker| match worker {
            Some(worker) => worker.post_message(&message).map_err(|error| format!("{error:?}").into()),
            None => Err(messages::page_no_engine()),
        })
    }

    pub fn train(self, options: TrainOptions, start_from: Weights) {
        self.store.phase.set(Phase::Starting);
        self.store.runs.set_start_weights(start_from);
        self.store.saved.recovered.set(None);
        self.send(Topic::Run, Request::Train { options, start_from, keep: true });
    }

    /// Takes up a run that outlived its tab, with its model, its texts and its recipe.
    pub fn open_saved_run(self, run: u64) {
        self.store.phase.set(Phase::Starting);
        self.store.saved.recovered.set(None);
        self.shows_recipe.set_value(true);
        self.send(Topic::Run, Request::OpenSavedRun { run });
    }

    pub fn forget_saved_run(self, run: u64) {
        self.tell(Topic::Run, Request::ForgetSavedRun { run });
    }

    pub fn pause(self) {
        self.store.phase.set(Phase::Pausing);
        self.signal(Request::Pause);
    }

    /// A single step of a paused run.
    pub fn step(self) {
        self.store.phase.set(Phase::Pausing);
        self.signal(Request::Step);
    }

    /// Whether the batches of runs are wanted.
    pub fn watch_batch(self, on: bool) {
        self.tell(Topic::Run, Request::WatchBatch { on });
    }

    /// Has the picture show these sentences, pooled so.
    pub fn watch_picture(self, sentences: Vec<String>, pooler: Pooler) {
        self.tell(Topic::Picture, Request::WatchPicture { sentences, pooler });
    }

    pub fn resume(self) {
        self.signal(Request::Resume);
    }

    pub fn stop(self) {
        self.store.phase.set(Phase::Stopping);
        self.signal(Request::Stop);
    }

    /// A request whose only answer is a change of the run's phase.
    fn signal(self, request: Request) {
        self.send(Topic::Run, request);
        self.store.slot(Topic::Run).pending.set(None);
    }

    /// Has another device compute from now on, and remembers it for the next visit.
    pub fn use_device(self, choice: DeviceChoice) {
        device_choice::remember(choice);
        self.store.device.set(choice);
        self.store.no_gpu.set(None);
        self.store.engine.set(EngineState::Starting);
        self.signal(Request::UseDevice { choice });
    }

    pub fn recover(self) {
        self.store.engine.set(EngineState::Starting);
        self.signal(Request::Recover);
    }
}
