//! What is known of runs whose state the browser keeps, so that they outlive their tab.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{
    app::protocol::{Event, SavedRun},
    localize::Localized,
};

/// So many milliseconds of a run are worth asking the browser never to remove them.
const WORTH_ASKING: f64 = 60_000.0;

/// What the browser keeps of runs.
#[derive(Debug, Clone, Copy)]
pub struct SavedRuns {
    /// By when they began.
    pub all: RwSignal<BTreeMap<u64, SavedRun>>,
    /// Bytes of the models and texts that they read.
    pub input_bytes: RwSignal<f64>,
    /// Steps of the present run that nothing takes away any more.
    pub kept: RwSignal<Option<u32>>,
    /// Why the present run is not kept.
    pub not_kept: RwSignal<Option<Localized>>,
    /// That the present run lost its device, and goes on.
    pub recovered: RwSignal<Option<Localized>>,
    /// Which are not offered any more in this visit.
    pub passed_over: RwSignal<Vec<u64>>,
    /// Whether the browser has been asked never to remove them.
    asked: StoredValue<bool>,
}

impl SavedRuns {
    pub fn new() -> Self {
        Self {
            all: RwSignal::new(BTreeMap::new()),
            input_bytes: RwSignal::new(0.0),
            kept: RwSignal::new(None),
            not_kept: RwSignal::new(None),
            recovered: RwSignal::new(None),
            passed_over: RwSignal::new(Vec::new()),
            asked: StoredValue::new(false),
        }
    }

    /// Takes in what the worker says of keeping.
    pub fn follow(&self, event: &Event) {
        match event {
            Event::SavedRuns { runs, input_bytes } => {
                self.all.set(runs.iter().map(|run| (run.run, run.clone())).collect());
                self.input_bytes.set(*input_bytes);
            }
            Event::RunStarted(plan) => {
                self.kept.set(None);
                self.passed_over.update(|passed| passed.push(plan.run));
            }
            Event::RunKept { step } => {
                self.kept.set(Some(*step));
                self.not_kept.set(None);
            }
            Event::RunNotKept { reason } => {
                self.kept.set(None);
                self.not_kept.set(Some(reason.clone()));
            }
            _ => {}
        }
    }

    /// Asks the browser, once a visit, never to remove what is kept, where there is something to lose by now.
    pub fn hold_on_to(&self, began: u64) {
        if js_sys::Date::now() - began as f64 > WORTH_ASKING
            && self.asked.try_update_value(|asked| std::mem::replace(asked, true)) == Some(false)
        {
            // Its answer changes nothing here: browsers that refuse remove files only when the disk is full.
            drop(window().navigator().storage().persist());
        }
    }

    /// Bytes of all of them.
    pub fn all_bytes(&self) -> f64 {
        self.input_bytes.get() + self.all.with(|all| all.values().map(|run| run.bytes).sum::<f64>())
    }
}
