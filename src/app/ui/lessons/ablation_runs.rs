//! The queue of an ablation's runs: one after the other, seed by seed, so that a table that was stopped is even.

use leptos::{prelude::*, task::spawn_local};

use super::runs::{Halt, train};
use crate::{
    app::ui::{
        state::{
            engine::Engine,
            preset::Preset,
            store::{Phase, Store},
            studio,
        },
        words::i18n::t,
    },
    lessons::Ablation,
    localize::Localized,
    train::{Objective, TrainOptions},
};

/// What to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub ablation: Ablation,
    pub steps: u32,
    pub batch_size: usize,
    /// How many, from 1 on.
    pub seeds: u32,
}

impl Plan {
    pub fn runs(&self) -> usize {
        self.ablation.settings().len() * self.seeds as usize
    }
}

/// What has come of it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    pub plan: Plan,
    pub model: String,
    pub pairs: String,
    /// Spearman × 100 before any step, where it is known and defined.
    pub before: Option<f64>,
    /// Spearman × 100 after the last step, of each setting in turn, by seed; `None` where undefined.
    pub scores: Vec<Vec<Option<f64>>>,
}

#[derive(Clone, Copy)]
pub struct Runner {
    store: Store,
    engine: Engine,
    pub results: RwSignal<Option<Results>>,
    /// Setting and seed that are being trained.
    current: RwSignal<Option<(usize, u32)>>,
    pub error: RwSignal<Option<Localized>>,
    /// No further run is to begin.
    stopped: StoredValue<bool>,
}

impl Runner {
    pub fn new() -> Self {
        let (store, engine) = studio();
        Self {
            store,
            engine,
            results: RwSignal::new(None),
            current: RwSignal::new(None),
            error: RwSignal::new(None),
            stopped: StoredValue::new(false),
        }
    }

    /// Tracked.
    pub fn running(self) -> bool {
        self.current.with(Option::is_some)
    }

    /// Setting that is being trained; tracked.
    pub fn setting(self) -> Option<usize> {
        self.current.get().map(|(setting, _)| setting)
    }

    pub fn start(self, plan: Plan) {
        let (store, settings) = (self.store, plan.ablation.settings());
        let base = self.base(plan);
        self.error.set(None);
        self.stopped.set_value(false);
        self.results.set(Some(Results {
            plan,
            model: store
                .model
                .with_untracked(|model| model.as_ref().map(|report| report.name.clone()))
                .unwrap_or_default(),
            pairs: store
                .evaluation
                .with_untracked(|pairs| pairs.as_ref().map(|report| report.name.clone()))
                .unwrap_or_default(),
            before: None,
            scores: vec![Vec::new(); settings.len()],
        }));
        let turns: Vec<(usize, u32)> = (1..=plan.seeds)
            .flat_map(|seed| (0..settings.len()).map(move |setting| (setting, seed)))
            .collect();
        // From now on, so that nobody starts it twice.
        self.current.set(turns.first().copied());
        spawn_local(async move {
            for (setting, seed) in turns {
                self.current.set(Some((setting, seed)));
                match train(store, self.engine, settings[setting].options(&base, seed)).await {
                    Ok(evaluations) => self.results.update(|results| {
                        if let (Some(results), Some(first), Some(last)) =
                            (results, evaluations.first(), evaluations.last())
                        {
                            results.before = results.before.or(first.spearman);
                            results.scores[setting].push(last.spearman);
                        }
                    }),
                    Err(Halt::Stopped) => break,
                    Err(Halt::Failed(message)) => {
                        self.error.set(Some(message));
                        break;
                    }
                }
                if self.stopped.get_value() {
                    break;
                }
            }
            self.current.set(None);
        });
    }

    /// The studio's recipe stays as it is: an ablation has its own.
    fn base(self, plan: Plan) -> TrainOptions {
        TrainOptions {
            batch_size: plan.batch_size,
            steps: Some(plan.steps),
            ..Preset::Demo.recipe(self.store, Objective::Unsup)
        }
    }

    /// Ends the run under way, and with it the queue.
    pub fn stop(self) {
        self.stopped.set_value(true);
        if self.store.phase.with_untracked(Phase::active) {
            self.engine.stop();
        }
    }

    /// How much of all steps is done, and which run is under way; tracked.
    pub fn progress(self) -> Option<(f64, String)> {
        let (setting, seed) = self.current.get()?;
        let plan = self.results.with(|results| results.as_ref().map(|results| results.plan))?;
        let done = self
            .results
            .with(|results| results.as_ref().map_or(0, |results| results.scores.iter().map(Vec::len).sum()));
        let step = match self.store.phase.get() {
            Phase::Starting | Phase::Finished(_) => 0,
            _ => self.store.latest_step(),
        };
        let runs = plan.runs();
        let fraction = (done as f64 + f64::from(step) / f64::from(plan.steps)) / runs as f64;
        let name = setting_name(plan.ablation.settings()[setting].name);
        let label = t!(
            "ablation-progress",
            run = (done + 1).min(runs),
            runs = runs,
            name = name,
            seed = seed,
            step = step,
            steps = plan.steps
        );
        Some((fraction, label))
    }
}

/// Most are called the same in all languages.
pub fn setting_name(name: &str) -> String {
    match name {
        "fixed-mask" => t!("setting-fixed"),
        "dropout-alone" => t!("setting-dropout"),
        "pairs-alone" => t!("setting-pairs-alone"),
        "cls-head" => t!("setting-cls-head"),
        "cls-head-train-only" => t!("setting-cls-head-train-only"),
        name => name.to_owned(),
    }
}
