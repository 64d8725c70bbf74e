//! Runs are kept in the browser by themselves, and drawn beside the present one.

mod names;
mod storage;

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use self::storage::Storage;
use crate::{
    app::{
        protocol::{EndReason, Event, RunPlan, Weights},
        ui::words::i18n::t,
    },
    localize::{Localize, Localized, messages},
    runs::{self, Outcome, Point, RunRecord, RunSetting},
    share::Trail,
    train::TrainOptions,
    web_task::begin,
};

/// Earlier runs drawn beside the present one without being chosen.
const BESIDE_UNASKED: usize = 4;
/// Milliseconds between two writes of a run under way, plus one for each of its steps: a long record takes longer to write.
const WRITE_EVERY: f64 = 4000.0;

/// Takes the place of the training text's name in a run that came with a link.
const SHARED_TEXT: &str = "#";

/// A run that is drawn beside the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    pub started: u64,
    /// Its place among the colours of www/charts.
    pub colour: usize,
}

/// What the page knows of its runs.
#[derive(Clone, Copy)]
pub struct Runs {
    /// All, the earliest first; the present one as it was last written.
    pub all: RwSignal<Vec<Arc<RunRecord>>>,
    /// What each is called.
    pub names: Memo<BTreeMap<u64, String>>,
    /// Which of them is the present one.
    pub present: RwSignal<Option<u64>>,
    pub beside: RwSignal<Vec<Beside>>,
    /// What was deleted last.
    pub deleted: RwSignal<Option<Arc<RunRecord>>>,
    pub problem: RwSignal<Option<Localized>>,
    /// Bytes that each run takes.
    pub sizes: RwSignal<BTreeMap<u64, usize>>,
    /// The present run as it is now.
    present_record: StoredValue<Option<RunRecord>>,
    /// Whether it has changed since it was last written.
    changed: StoredValue<bool>,
    written_at: StoredValue<f64>,
    from_trained: StoredValue<bool>,
    storage: StoredValue<Option<Rc<Storage>>, LocalStorage>,
}

impl Runs {
    pub fn new() -> Self {
        let all = RwSignal::new(Vec::new());
        Self {
            all,
            names: Memo::new(move |_| all.with(|all| names::names(all))),
            present: RwSignal::new(None),
            beside: RwSignal::new(Vec::new()),
            deleted: RwSignal::new(None),
            problem: RwSignal::new(None),
            sizes: RwSignal::new(BTreeMap::new()),
            present_record: StoredValue::new(None),
            changed: StoredValue::new(false),
            written_at: StoredValue::new(0.0),
            from_trained: StoredValue::new(false),
            storage: StoredValue::new_local(None),
        }
    }

    /// Fetches the runs of earlier visits, and sees to it that the present one is written before the page goes.
    pub fn open(self) {
        spawn_local(async move {
            let known = match Storage::open().await {
                Ok(storage) => {
                    let storage = Rc::new(storage);
                    self.storage.set_value(Some(storage.clone()));
                    storage.all().await
                }
                Err(error) => Err(error),
            };
            match known {
                Ok(texts) => {
                    for (key, text) in texts {
                        match runs::read(&t!("runs-one"), &text) {
                            Ok(read) => read.into_iter().for_each(|run| self.put(Arc::new(run), text.len())),
                            Err(error) => {
                                let error = error.localized();
                                self.problem.set(Some(messages::runs_unread(error, key)));
                            }
                        }
                    }
                }
                Err(error) => self.problem.set(Some(t!("runs-no-storage", error = error).into())),
            }
        });
        let hidden = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || {
            if document().hidden() {
                self.write();
            }
        });
        // A listener of the document's lives as long as the page.
        let listener = hidden.into_js_value();
        let _ = document().add_event_listener_with_callback("visibilitychange", listener.unchecked_ref());
    }

    /// Notes which weights the next run starts from.
    pub fn set_start_weights(self, weights: Weights) {
        self.from_trained.set_value(weights != Weights::Original);
    }

    /// Takes in what the worker says of the run.
    pub fn follow(self, event: &Event, setting: impl FnOnce(&RunPlan) -> Option<RunSetting>) {
        let over = |outcome: Outcome| {
            self.change(|run| run.outcome = outcome);
            self.write();
        };
        match event {
            Event::RunStarted(plan) => {
                if let Some(setting) = setting(plan) {
                    self.begin_run(
                        plan,
                        RunSetting { from_trained: self.from_trained.get_value(), ..setting },
                    );
                }
            }
            Event::Steps(steps) => {
                self.change(|run| {
                    for step in steps {
                        run.step(Point {
                            step: step.step,
                            loss: step.loss,
                            learning_rate: step.learning_rate,
                            gradient_norm: step.gradient_norm,
                        });
                    }
                });
                self.write_if_due();
            }
            Event::Evaluated(known) => {
                self.change(|run| run.evaluated(known.into()));
                self.write_if_due();
            }
            Event::Paused { .. } | Event::DeviceLost { .. } => self.write(),
            Event::Finished(end) => over(match end.reason {
                EndReason::Completed => Outcome::Completed,
                EndReason::Stopped => Outcome::Stopped,
            }),
            Event::RunFailed { .. } => over(Outcome::Failed),
            _ => {}
        }
    }

    /// Makes the run of `plan` the present one. A run that continues from its saved state, or from a copy of it, keeps its
    /// record, and the worker repeats its steps up to there; only a new run gets a new record, and the run before it is drawn
    /// beside it.
    fn begin_run(self, plan: &RunPlan, setting: RunSetting) {
        let continues = self.present_record.with_value(|now| {
            now.as_ref().is_some_and(|run| {
                plan.step > 0 && run.setting.options == setting.options && run.done() >= plan.step
            })
        });
        if continues {
            return self.change(|run| run.outcome = Outcome::Open);
        }
        if let Some(known) = self.get_untracked(plan.run) {
            self.set_drawn(plan.run, false);
            self.present_record
                .set_value(Some(RunRecord { outcome: Outcome::Open, ..RunRecord::clone(&known) }));
            self.present.set(Some(plan.run));
            return;
        }
        if let Some(before) = self.present.get_untracked()
            && self.beside.with_untracked(|beside| beside.len() < BESIDE_UNASKED)
        {
            self.set_drawn(before, true);
        }
        self.present_record.set_value(Some(RunRecord::new(plan.run, setting, plan.total)));
        self.present.set(Some(plan.run));
    }

    fn change(self, act: impl FnOnce(&mut RunRecord)) {
        self.changed.set_value(true);
        self.present_record.update_value(|now| {
            if let Some(run) = now {
                act(run);
            }
        });
    }

    fn write_if_due(self) {
        let steps = self.present_record.with_value(|now| now.as_ref().map_or(0, |run| run.curve.len()));
        if js_sys::Date::now() - self.written_at.get_value() > WRITE_EVERY + steps as f64 {
            self.write();
        }
    }

    /// Keeps the present run if it has changed and has steps or evaluations.
    fn write(self) {
        if !self.changed.get_value() {
            return;
        }
        self.changed.set_value(false);
        self.written_at.set_value(js_sys::Date::now());
        let has_data = |run: &RunRecord| !(run.curve.is_empty() && run.evaluations.is_empty());
        let run = self.present_record.with_value(|now| now.clone().filter(has_data));
        if let Some(run) = run {
            self.keep(Arc::new(run));
        }
    }

    /// Keeps a run, in the browser's storage too.
    pub fn keep(self, run: Arc<RunRecord>) {
        if let Some(text) = self.text(&run) {
            self.put(run.clone(), text.len());
            begin(self.store(run.started, text));
        }
    }

    /// What is stored of a run.
    fn text(self, run: &RunRecord) -> Option<String> {
        runs::write(&[run]).inspect_err(|error| self.problem.set(Some(error.to_string().into()))).ok()
    }

    async fn store(self, started: u64, text: String) {
        if let Some(storage) = self.storage.get_value()
            && let Err(error) = storage.put(started, &text).await
        {
            self.problem.set(Some(t!("runs-not-kept", error = error).into()));
        }
    }

    fn put(self, run: Arc<RunRecord>, bytes: usize) {
        self.sizes.update(|sizes| {
            sizes.insert(run.started, bytes);
        });
        self.all.update(|all| match all.binary_search_by_key(&run.started, |known| known.started) {
            Ok(place) => all[place] = run,
            Err(place) => all.insert(place, run),
        });
    }

    fn get_untracked(self, started: u64) -> Option<Arc<RunRecord>> {
        self.all.with_untracked(|all| all.iter().find(|run| run.started == started).cloned())
    }

    pub fn get(self, started: u64) -> Option<Arc<RunRecord>> {
        self.all.with(|all| all.iter().find(|run| run.started == started).cloned())
    }

    /// The run's name; tracked.
    pub fn name(self, started: u64) -> Option<String> {
        self.names.with(|names| names.get(&started).cloned())
    }

    /// The present run as it is now, else as it was last written.
    pub fn current(self, started: u64) -> Option<Arc<RunRecord>> {
        let now = self.present_record.with_value(|now| now.clone().filter(|run| run.started == started));
        now.map(Arc::new).or_else(|| self.get(started))
    }

    /// Draws what a link says of a run, beside the present one; it is not kept.
    pub fn show_shared(self, trail: &Trail, options: Option<&TrainOptions>) {
        let of_link = |run: &Arc<RunRecord>| run.setting.text == SHARED_TEXT;
        let shown = self.all.with_untracked(|all| all.iter().find(|run| of_link(run)).cloned());
        if let Some(before) = shown {
            if before.evaluations == trail.points() {
                return;
            }
            self.set_drawn(before.started, false);
            self.all.update(|all| all.retain(|run| !of_link(run)));
        }
        let setting = RunSetting {
            model: String::new(),
            text: SHARED_TEXT.to_owned(),
            pairs: None,
            from_trained: false,
            options: options.cloned().unwrap_or_default(),
        };
        let total = trail.points().last().map_or(0, |last| last.step);
        let mut run = RunRecord::new(js_sys::Date::now() as u64, setting, total);
        run.name = Some(t!("runs-shared"));
        run.evaluations = trail.points().to_vec();
        run.outcome = Outcome::Completed;
        let started = run.started;
        self.put(Arc::new(run), 0);
        self.set_drawn(started, true);
    }

    /// Gives it a name; an empty one stands for what differs.
    pub fn rename(self, started: u64, name: &str) {
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        self.change(|run| {
            if run.started == started {
                run.name.clone_from(&name);
            }
        });
        if let Some(run) = self.current(started) {
            self.keep(Arc::new(RunRecord { name, ..RunRecord::clone(&run) }));
        }
    }

    /// Draws a run beside the present one, in the first free colour, or stops drawing it.
    pub fn set_drawn(self, started: u64, on: bool) {
        self.beside.update(|beside| {
            beside.retain(|drawn| drawn.started != started);
            if on {
                let taken = |colour: &usize| beside.iter().any(|drawn| drawn.colour == *colour);
                let colour = (0..).find(|colour| !taken(colour)).unwrap_or(0);
                beside.push(Beside { started, colour });
            }
        });
    }

    /// Takes a run out of the browser's storage, and then out of the list: what is gone from there is gone for good.
    pub fn delete(self, started: u64) {
        begin(async move {
            if let Some(storage) = self.storage.get_value()
                && let Err(error) = storage.delete(started).await
            {
                return self.problem.set(Some(t!("runs-not-deleted", error = error).into()));
            }
            self.take_out(started);
        });
    }

    fn take_out(self, started: u64) {
        self.deleted.set(self.current(started));
        self.set_drawn(started, false);
        self.all.update(|all| all.retain(|run| run.started != started));
        self.sizes.update(|sizes| {
            sizes.remove(&started);
        });
        if self.present.get_untracked() == Some(started) {
            self.present_record.set_value(None);
        }
    }

    /// Stores what was deleted last, and then puts it on the list.
    pub fn bring_back(self) {
        let Some(run) = self.deleted.get_untracked() else { return };
        let Some(text) = self.text(&run) else { return };
        self.deleted.set(None);
        if self.present.get_untracked() == Some(run.started) {
            self.present_record.set_value(Some(RunRecord::clone(&run)));
        }
        begin(async move {
            let bytes = text.len();
            self.store(run.started, text).await;
            self.put(run, bytes);
        });
    }

    /// Keeps the runs of a file. Returns how many were new, and how many were there already.
    ///
    /// # Errors
    /// It is no file of runs, or a damaged one.
    pub fn import(self, name: &str, text: &str) -> Result<(usize, usize), Localized> {
        let (mut new, mut known) = (0, 0);
        for mut run in runs::read(name, text).map_err(|error| error.localized())? {
            let others = self.all.get_untracked();
            // Another browser may have begun another run in the same millisecond.
            while others.iter().any(|other| other.started == run.started && other.setting != run.setting) {
                run.started += 1;
            }
            if others.iter().any(|other| other.started == run.started) {
                known += 1;
            } else {
                new += 1;
                self.keep(Arc::new(run));
            }
        }
        Ok((new, known))
    }
}
