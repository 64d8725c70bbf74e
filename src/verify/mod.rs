//! Whether this device computes what it should: every kernel against an `f64` reference, a model's gradients against
//! finite differences, vectors against those of sentence-transformers, and a run against itself.
//!
//! The tests run the kernels' checks with all their cases; a visitor runs some of them, on the device that is at hand.

mod bench;
mod check;
mod compare;
pub mod gradients;
pub mod kernels;
pub mod reference;
mod repeat;
mod report;
pub(crate) mod small;
mod vectors;

use web_time::Instant;

pub use check::{Check, Checks, Coverage};
pub use report::{Report, Unchecked, figure};
pub use vectors::VectorModel;

use crate::{
    device::Device,
    said::{Reason, Say, reason},
    train::TrainError,
};
use kernels::KERNELS;

/// Names of the parts behind the kernels.
const GRADIENTS: &str = "gradients";
const REPEAT: &str = "rerun";
const VECTORS: &str = "vectors";

/// Names of all parts, in their order: kernels, gradients, a rerun, vectors of models.
pub fn parts() -> impl Iterator<Item = &'static str> {
    KERNELS.iter().map(|kernel| kernel.name).chain([GRADIENTS, REPEAT, VECTORS])
}

/// A verification under way: a part at a time, whatever becomes of the one before.
pub struct Verification {
    device: Device,
    coverage: Coverage,
    started: Instant,
    /// Parts that nothing has been said of yet.
    open: Vec<String>,
    report: Report,
}

impl Verification {
    /// `system`: what it runs on, for the report; `wanted`: names out of [`parts`], none for all; `models`: names of
    /// those that [`Verification::vectors`] will be given.
    pub fn new(
        device: &Device,
        coverage: Coverage,
        system: String,
        wanted: &[String],
        models: &[String],
    ) -> Self {
        let is_wanted = |part: &&str| wanted.is_empty() || wanted.iter().any(|name| name == part);
        let (open, others): (Vec<&str>, Vec<&str>) = parts().partition(is_wanted);
        let not_asked = || reason!("verify-not-asked", "it was not asked for");
        let skipped = others.into_iter().map(|part| Unchecked { part: part.to_owned(), reason: not_asked() });
        let of_models = if open.contains(&VECTORS) { models } else { &[] };
        let engine = open.iter().filter(|part| **part != VECTORS).map(|part| (*part).to_owned());
        let open = engine.chain(of_models.iter().map(|model| vectors_of(model))).collect();
        let report = Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system,
            device: device.info().clone(),
            sample: coverage == Coverage::Sample,
            seconds: 0.0,
            checks: Vec::new(),
            failures: Vec::new(),
            skipped: skipped.collect(),
        };
        Self { device: device.clone(), coverage, started: Instant::now(), open, report }
    }

    /// How many parts are to be checked yet, a model's vectors being one.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// All of the kernels, gradients and a rerun that are wanted; `progress` hears of parts done.
    pub async fn engine(&mut self, mut progress: impl FnMut(usize)) {
        progress(0);
        let wanted: Vec<&str> = parts().filter(|part| self.is_open(part)).collect();
        for (done, part) in (1..).zip(wanted) {
            let checks = self.checks(part);
            let result = match KERNELS.iter().find(|kernel| kernel.name == part) {
                Some(kernel) => (kernel.check)(&checks).await.map_err(TrainError::from),
                None if part == GRADIENTS => gradients::agree_with_differences(&checks).await,
                None => repeat::bit_for_bit(&checks).await,
            };
            self.take(part, checks, result);
            progress(done);
        }
    }

    /// Whether this model's vectors are still to be checked.
    pub fn wants(&self, model: &str) -> bool {
        self.is_open(&vectors_of(model))
    }

    /// A model's vectors, where there are figures for it.
    pub async fn vectors(&mut self, model: &VectorModel<'_>) {
        let part = vectors_of(model.name);
        let checks = self.checks(&part);
        match vectors::agree_with_figures(&checks, model).await {
            Ok(None) => self.take(&part, checks, Ok(())),
            Ok(Some(reason)) => {
                self.close(&part);
                self.report.skipped.push(Unchecked { part, reason });
            }
            Err(error) => self.take(&part, checks, Err(error)),
        }
    }

    /// A model that could not be had, and why.
    pub fn without_model(&mut self, name: &str, reason: Reason) {
        let part = vectors_of(name);
        self.close(&part);
        self.report.failures.push(Unchecked { part, reason });
    }

    /// What was found. Parts that it did not come to are named in it.
    pub fn finish(mut self) -> Report {
        self.report.seconds = self.started.elapsed().as_secs_f64();
        let stopped = || reason!("verify-stopped", "the verification was stopped before its end");
        let left = self.open.drain(..).map(|part| Unchecked { part, reason: stopped() });
        self.report.skipped.extend(left);
        self.report
    }

    fn is_open(&self, part: &str) -> bool {
        self.open.iter().any(|open| open == part)
    }

    fn close(&mut self, part: &str) {
        self.open.retain(|open| open != part);
    }

    fn checks(&self, part: &str) -> Checks {
        Checks::new(&self.device, part, self.coverage)
    }

    /// Takes in what was found before something broke, if something did: an error of the part's own, or one that the
    /// device only tells of afterwards.
    fn take(&mut self, part: &str, checks: Checks, result: Result<(), TrainError>) {
        self.close(part);
        self.report.checks.extend(checks.into_found());
        if let Err(error) = result.and_then(|()| self.device.check().map_err(TrainError::from)) {
            self.report.failures.push(Unchecked { part: part.to_owned(), reason: error.reason() });
        }
    }
}

/// The part that a model's vectors are.
fn vectors_of(model: &str) -> String {
    format!("{VECTORS}, {model}")
}
