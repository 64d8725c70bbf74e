//! Comparisons of results with references, collected as checks.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::compare::{Bound, difference, relative};
use crate::device::Device;

/// One quantity in all cases that were tried, with the worst of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// A kernel, by its file's name, or another part of the engine.
    pub part: String,
    /// The result of it that was checked.
    pub quantity: String,
    pub cases: usize,
    /// The error that is largest relative to its tolerance; infinite (JSON: null) where a result is not finite.
    pub error: f64,
    pub tolerance: f64,
    /// The case with that error, and the element.
    pub worst: String,
}

impl Check {
    /// Whether the error is within its tolerance.
    pub fn passed(&self) -> bool {
        // False for NaN.
        self.error <= self.tolerance
    }

    /// The error relative to its tolerance.
    fn excess(&self) -> f64 {
        relative(self.error, self.tolerance)
    }
}

/// Which cases of each check are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All, as in the tests.
    All,
    /// Fewer of those that differ only in shape: under a minute in a browser on two cores.
    Sample,
}

/// Collects the checks of one part of the engine on one device.
pub struct Checks {
    device: Device,
    part: String,
    coverage: Coverage,
    found: RefCell<Vec<Check>>,
}

impl Checks {
    pub fn new(device: &Device, part: &str, coverage: Coverage) -> Self {
        Self { device: device.clone(), part: part.to_owned(), coverage, found: RefCell::default() }
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// All cases, or the first of every `every` in a sample.
    pub fn cases<T>(&self, all: impl IntoIterator<Item = T>, every: usize) -> impl Iterator<Item = T> {
        let step = if self.coverage == Coverage::All { 1 } else { every };
        all.into_iter().step_by(step)
    }

    /// Compares a result with its reference.
    pub fn close(&self, quantity: &str, case: &str, actual: &[f32], expected: &[f64], bound: Bound) {
        self.close_beside(quantity, case, actual, expected, 0.0, bound);
    }

    /// As [`Checks::close`], for elements that are differences of terms of this magnitude, which may cancel.
    pub fn close_beside(
        &self,
        quantity: &str,
        case: &str,
        actual: &[f32],
        expected: &[f64],
        magnitude: f64,
        bound: Bound,
    ) {
        let found = difference(actual, expected, magnitude);
        self.record(quantity, found.error, bound.relative(), format!("{case}: {}", found.worst));
    }

    /// Compares a number with its reference; the error is relative to `size`.
    pub fn number(&self, quantity: &str, case: &str, actual: f64, expected: f64, size: f64, tolerance: f64) {
        let error =
            if actual.is_finite() { relative((actual - expected).abs(), size) } else { f64::INFINITY };
        self.record(quantity, error, tolerance, format!("{case}: {actual:e} instead of {expected:e}"));
    }

    /// Checks that `wrong` is empty: the error is the number of its entries, and the first is reported.
    pub fn none(&self, quantity: &str, case: &str, wrong: impl IntoIterator<Item = String>) {
        let mut wrong = wrong.into_iter();
        let (first, count) = match wrong.next() {
            Some(first) => (first, 1 + wrong.count()),
            None => ("as it should be".to_owned(), 0),
        };
        self.record(quantity, count as f64, 0.0, format!("{case}: {first}"));
    }

    fn record(&self, quantity: &str, error: f64, tolerance: f64, worst: String) {
        let (part, quantity) = (self.part.clone(), quantity.to_owned());
        let new = Check { part, quantity, cases: 1, error, tolerance, worst };
        let mut found = self.found.borrow_mut();
        match found.iter_mut().find(|check| check.quantity == new.quantity) {
            None => found.push(new),
            Some(old) => {
                let cases = old.cases + 1;
                // NaN is worse than every number.
                let worse = new.excess().is_nan() || new.excess() > old.excess();
                *old = Check { cases, ..if worse { new } else { old.clone() } };
            }
        }
    }

    /// All checks, in the order of their first cases.
    pub fn into_found(self) -> Vec<Check> {
        self.found.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::{DeviceChoice, DeviceOptions},
        verify::compare::bound,
    };

    fn checks(coverage: Coverage) -> Checks {
        let options =
            DeviceOptions { choice: DeviceChoice::Cpu, threads: Some(1), ..DeviceOptions::default() };
        let device = pollster::block_on(Device::open(options)).expect("the CPU refuses nothing");
        Checks::new(&device, "a part", coverage)
    }

    #[test]
    fn a_quantity_is_one_check_with_the_worst_of_its_cases() {
        let checks = checks(Coverage::All);
        let exact = bound(0, 1.0);
        checks.close("y", "small", &[1.0], &[1.0], exact);
        checks.close("y", "wrong", &[1.5], &[1.0], exact);
        // A larger error with a larger tolerance is not worse.
        checks.close("y", "loose", &[3.0], &[1.0], bound(0, 1e9));
        checks.close("dx", "small", &[1.0], &[1.0], exact);
        let [y, dx] = &checks.into_found()[..] else { panic!("two quantities") };
        assert_eq!((y.cases, y.passed(), y.error), (3, false, 0.5));
        assert!(y.worst.starts_with("wrong: element 0 is 1.5e0 instead of 1e0"), "{}", y.worst);
        assert!(dx.passed() && dx.cases == 1);
    }

    #[test]
    fn what_is_no_number_fails_and_stays_the_worst() {
        for value in [f32::NAN, f32::INFINITY] {
            let checks = checks(Coverage::All);
            checks.close("y", "broken", &[value], &[1.0], bound(0, 1.0));
            checks.close("y", "wrong", &[2.0], &[1.0], bound(0, 1.0));
            checks.number("loss", "broken", f64::from(value), 1.0, 1.0, 1.0);
            let found = checks.into_found();
            assert!(
                found.iter().all(|check| !check.passed() && check.worst.starts_with("broken")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn none_counts_every_entry_and_reports_the_first() {
        let checks = checks(Coverage::All);
        checks.none("padding", "right", []);
        checks.none("padding", "wrong", ["float 1 is 2".to_owned(), "float 5 is 1".to_owned()]);
        let found = checks.into_found();
        assert_eq!((found[0].error, found[0].passed()), (2.0, false));
        assert_eq!(found[0].worst, "wrong: float 1 is 2");
    }

    #[test]
    fn a_sample_is_the_first_of_every_so_many() {
        let taken = |coverage| checks(coverage).cases(0..7, 3).collect::<Vec<_>>();
        assert_eq!(taken(Coverage::Sample), [0, 3, 6]);
        assert_eq!(taken(Coverage::All).len(), 7);
    }
}
