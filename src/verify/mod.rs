//! Checks of a device: every kernel against an `f64` reference, a model's gradients against finite differences, vectors
//! against those of sentence-transformers, and a training run against a second one.
//!
//! The tests run the kernels' checks with all cases; `#/verify` on the page and `simcse-lab verify` run a sample of
//! them on the user's device.

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
    localize::{Localize, Localized, messages},
    train::TrainError,
};
use kernels::KERNELS;

/// Names of the parts after the kernels.
const GRADIENTS: &str = "gradients";
const REPEAT: &str = "rerun";
const VECTORS: &str = "vectors";

/// Names of all parts, in their order: kernels, gradients, a rerun, vectors of models.
pub fn parts() -> impl Iterator<Item = &'static str> {
    KERNELS.into_iter().chain([GRADIENTS, REPEAT, VECTORS])
}

/// A verification in progress. It runs one part at a time, also after one that failed.
pub struct Verification {
    device: Device,
    coverage: Coverage,
    started: Instant,
    /// Parts without a result so far.
    open: Vec<String>,
    report: Report,
}

impl Verification {
    /// `system`: operating system or browser, for the report; `wanted`: names of [`parts`], empty for all; `models`:
    /// names of the models that [`Verification::check_vectors`] will be called with.
    pub fn new(
        device: &Device,
        coverage: Coverage,
        system: String,
        wanted: &[String],
        models: &[String],
    ) -> Self {
        let is_wanted = |part: &&str| wanted.is_empty() || wanted.iter().any(|name| name == part);
        let (open, others): (Vec<&str>, Vec<&str>) = parts().partition(is_wanted);
        let not_asked = || messages::verify_not_asked();
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

    /// Number of parts still to check; each model's vectors are one.
    pub fn remaining(&self) -> usize {
        self.open.len()
    }

    /// Checks the wanted kernels, gradients and rerun; `progress` is given the number of parts done.
    pub async fn check_engine(&mut self, mut progress: impl FnMut(usize)) {
        progress(0);
        let wanted: Vec<&str> = parts().filter(|part| self.is_open(part)).collect();
        for (done, part) in (1..).zip(wanted) {
            let checks = self.checks(part);
            let result = match part {
                GRADIENTS => gradients::agree_with_differences(&checks).await,
                REPEAT => repeat::bit_for_bit(&checks).await,
                // In a box: the checks of all kernels make a large future.
                kernel => Box::pin(kernels::check(kernel, &checks)).await.map_err(TrainError::from),
            };
            self.record(part, checks, result);
            progress(done);
        }
    }

    /// Whether this model's vectors are still to be checked.
    pub fn wants_model(&self, model: &str) -> bool {
        self.is_open(&vectors_of(model))
    }

    /// Checks a model's vectors, if there are reference figures for it.
    pub async fn check_vectors(&mut self, model: &VectorModel<'_>) {
        let part = vectors_of(model.name);
        let checks = self.checks(&part);
        match vectors::agree_with_figures(&checks, model).await {
            Ok(None) => self.record(&part, checks, Ok(())),
            Ok(Some(reason)) => {
                self.close(&part);
                self.report.skipped.push(Unchecked { part, reason });
            }
            Err(error) => self.record(&part, checks, Err(error)),
        }
    }

    /// Reports a model that could not be loaded, and why.
    pub fn model_failed(&mut self, name: &str, reason: Localized) {
        let part = vectors_of(name);
        self.close(&part);
        self.report.failures.push(Unchecked { part, reason });
    }

    /// The report. Parts that were not reached are named in it as skipped.
    pub fn finish(mut self) -> Report {
        self.report.seconds = self.started.elapsed().as_secs_f64();
        let stopped = || messages::verify_stopped();
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

    /// Adds a part's checks to the report, and its failure if there was one: an error of the part, or one that the
    /// device reports only afterwards.
    fn record(&mut self, part: &str, checks: Checks, result: Result<(), TrainError>) {
        self.close(part);
        self.report.checks.extend(checks.into_found());
        if let Err(error) = result.and_then(|()| self.device.check().map_err(TrainError::from)) {
            self.report.failures.push(Unchecked { part: part.to_owned(), reason: error.localized() });
        }
    }
}

/// Name of the part of a model's vectors.
fn vectors_of(model: &str) -> String {
    format!("{VECTORS}, {model}")
}
