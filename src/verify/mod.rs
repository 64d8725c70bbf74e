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
mod small;
mod vectors;

use web_time::Instant;

pub use check::{Check, Checks, Coverage};
pub use report::{Report, Unchecked, figure};
pub use vectors::VectorModel;

use crate::{
    device::Device,
    said::{Reason, Say},
    train::TrainError,
};
use kernels::KERNELS;

/// Names of the parts behind the kernels.
const GRADIENTS: &str = "gradients";
const REPEAT: &str = "rerun";
const VECTORS: &str = "vectors";

/// A verification under way: a part at a time, whatever becomes of the one before.
pub struct Verification {
    device: Device,
    coverage: Coverage,
    started: Instant,
    report: Report,
}

impl Verification {
    /// Parts of [`Verification::engine`].
    pub const PARTS: usize = KERNELS.len() + 2;

    /// `system`: what it runs on, for the report.
    pub fn new(device: &Device, coverage: Coverage, system: String) -> Self {
        let report = Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system,
            device: device.info().clone(),
            sample: coverage == Coverage::Sample,
            seconds: 0.0,
            checks: Vec::new(),
            failures: Vec::new(),
            skipped: Vec::new(),
        };
        Self { device: device.clone(), coverage, started: Instant::now(), report }
    }

    /// All kernels, gradients and a rerun; `progress` hears of parts done.
    pub async fn engine(&mut self, mut progress: impl FnMut(usize)) {
        progress(0);
        for (done, kernel) in (1..).zip(&KERNELS) {
            let checks = self.checks(kernel.name);
            let result = (kernel.check)(&checks).await.map_err(TrainError::from);
            self.take(kernel.name, checks, result);
            progress(done);
        }
        let checks = self.checks(GRADIENTS);
        let result = gradients::agree_with_differences(&checks).await;
        self.take(GRADIENTS, checks, result);
        progress(KERNELS.len() + 1);
        let checks = self.checks(REPEAT);
        let result = repeat::bit_for_bit(&checks).await;
        self.take(REPEAT, checks, result);
        progress(Self::PARTS);
    }

    /// A model's vectors, where there are figures for it.
    pub async fn vectors(&mut self, model: &VectorModel<'_>) {
        let part = format!("{VECTORS}, {}", model.name);
        let checks = self.checks(&part);
        match vectors::agree_with_figures(&checks, model).await {
            Ok(None) => self.take(&part, checks, Ok(())),
            Ok(Some(reason)) => self.report.skipped.push(Unchecked { part, reason }),
            Err(error) => self.take(&part, checks, Err(error)),
        }
    }

    /// A model that could not be had, and why.
    pub fn without_model(&mut self, name: &str, reason: Reason) {
        self.report.failures.push(Unchecked { part: format!("{VECTORS}, {name}"), reason });
    }

    pub fn finish(mut self) -> Report {
        self.report.seconds = self.started.elapsed().as_secs_f64();
        self.report
    }

    fn checks(&self, part: &str) -> Checks {
        Checks::new(&self.device, part, self.coverage)
    }

    /// Takes in what was found before something broke, if something did: an error of the part's own, or one that the
    /// device only tells of afterwards.
    fn take(&mut self, part: &str, checks: Checks, result: Result<(), TrainError>) {
        self.report.checks.extend(checks.into_found());
        if let Err(error) = result.and_then(|()| self.device.check().map_err(TrainError::from)) {
            self.report.failures.push(Unchecked { part: part.to_owned(), reason: error.reason() });
        }
    }
}
