//! The report of a verification, as it is shown, copied and attached to bug reports.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::check::Check;
use crate::{device::DeviceInfo, localize::Localized};

/// A part that could not be checked or was skipped, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unchecked {
    pub part: String,
    pub reason: Localized,
}

/// All checks of one device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Version of this program.
    pub version: String,
    /// Operating system, or the browser's user agent.
    pub system: String,
    pub device: DeviceInfo,
    /// Whether only a sample of the tests' cases was checked.
    pub sample: bool,
    pub seconds: f64,
    pub checks: Vec<Check>,
    /// Parts that ended with an error, of the device for example.
    pub failures: Vec<Unchecked>,
    /// Parts that were not run, or have nothing to compare with.
    pub skipped: Vec<Unchecked>,
}

impl Report {
    /// Whether there were checks, all within their tolerances, and no failures.
    pub fn passed(&self) -> bool {
        !self.checks.is_empty() && self.failed() == 0
    }

    /// Number of failed checks and parts.
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.passed()).count() + self.failures.len()
    }

    /// A table as text, always in English, because bug reports are read by others than their writer.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { version, system, device, seconds, .. } = self;
        let total = self.checks.len() + self.failures.len();
        match self.failed() {
            _ if total == 0 => writeln!(text, "SimCSE Lab {version}: nothing was checked")?,
            0 if self.skipped.is_empty() => {
                writeln!(text, "SimCSE Lab {version}: all {total} checks passed")?;
            }
            0 => {
                let left = self.skipped.len();
                writeln!(text, "SimCSE Lab {version}: {total} checks passed, parts not checked: {left}")?;
            }
            failed => writeln!(text, "SimCSE Lab {version}: {failed} of {total} checks FAILED")?,
        }
        writeln!(text, "device: {}, {} ({})", device.name, device.backend, device.driver)?;
        if device.is_cpu() {
            writeln!(text, "threads: {}", device.threads)?;
        }
        writeln!(text, "system: {system}")?;
        let extent = if self.sample { "a part of the tests' cases" } else { "all of the tests' cases" };
        writeln!(text, "checked: {extent}, in {seconds:.1} s\n")?;

        let heads = ["part", "quantity"];
        let width = |column: fn(&Check) -> &str, head: &str| {
            let cells = self.checks.iter().map(|check| column(check).chars().count());
            cells.chain([head.chars().count()]).max().unwrap_or_default()
        };
        let widths = [width(|check| &check.part, heads[0]), width(|check| &check.quantity, heads[1])];
        let [part, quantity] = widths;
        writeln!(
            text,
            "{:part$}  {:quantity$}  cases  largest error  tolerance  verdict",
            heads[0], heads[1]
        )?;
        for check in &self.checks {
            let verdict = if check.passed() { "passed" } else { "FAILED" };
            writeln!(
                text,
                "{:part$}  {:quantity$}  {:>5}  {:>13}  {:>9}  {verdict}",
                check.part,
                check.quantity,
                check.cases,
                figure(check.error),
                figure(check.tolerance)
            )?;
        }
        for failure in &self.failures {
            writeln!(text, "{:part$}  FAILED: {}", failure.part, failure.reason)?;
        }
        for skipped in &self.skipped {
            writeln!(text, "{:part$}  not checked: {}", skipped.part, skipped.reason)?;
        }
        for check in self.checks.iter().filter(|check| !check.passed()) {
            writeln!(text, "\n{}, {}, worst case:\n  {}", check.part, check.quantity, check.worst)?;
        }
        Ok(())
    }
}

/// An error or a tolerance, with two significant digits.
pub fn figure(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if !value.is_finite() => "no number".to_owned(),
        value if (0.01..1e4).contains(&value) => format!("{value:.2}"),
        value => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;

    fn report(error: f64) -> Report {
        let check = |quantity: &str, error| Check {
            part: "layer_norm".to_owned(),
            quantity: quantity.to_owned(),
            cases: 12,
            error,
            tolerance: 2e-6,
            worst: "5 tokens: element 3 is 1 instead of 2".to_owned(),
        };
        let device = DeviceInfo {
            kind: DeviceKind::Cpu,
            name: "CPU".to_owned(),
            backend: "threads".to_owned(),
            driver: "SIMD".to_owned(),
            software: false,
            threads: 2,
            timestamps: true,
            max_binding_bytes: 1,
            max_buffer_bytes: 1,
            max_memory_bytes: None,
        };
        Report {
            version: "1.2.3".to_owned(),
            system: "linux x86_64".to_owned(),
            device,
            sample: true,
            seconds: 1.25,
            checks: vec![check("dγ, dβ", 1.2e-7), check("y", error)],
            failures: Vec::new(),
            skipped: Vec::new(),
        }
    }

    #[test]
    fn a_report_is_a_table_under_what_it_is_of() {
        let text = report(0.0).to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "SimCSE Lab 1.2.3: all 2 checks passed");
        assert_eq!(lines[1..4], ["device: CPU, threads (SIMD)", "threads: 2", "system: linux x86_64"]);
        assert_eq!(lines[7], "layer_norm  dγ, dβ       12         1.2e-7     2.0e-6  passed");
        assert_eq!(lines[8], "layer_norm  y            12              0     2.0e-6  passed");
        assert!(report(0.0).passed());
    }

    #[test]
    fn what_failed_is_counted_and_its_worst_case_told() {
        for error in [3e-6, f64::INFINITY, f64::NAN] {
            let report = report(error);
            let text = report.to_text();
            assert!(!report.passed() && text.starts_with("SimCSE Lab 1.2.3: 1 of 2 checks FAILED"), "{text}");
            assert!(
                text.ends_with("layer_norm, y, worst case:\n  5 tokens: element 3 is 1 instead of 2\n"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_part_that_broke_fails_and_one_that_was_left_out_does_not() {
        let unchecked = || vec![Unchecked { part: "linear".to_owned(), reason: "the device is gone".into() }];
        let skipped = Report { skipped: unchecked(), ..report(0.0) };
        let text = skipped.to_text();
        assert!(skipped.passed() && text.contains("linear      not checked: the device is gone"));
        assert!(text.starts_with("SimCSE Lab 1.2.3: 2 checks passed, parts not checked: 1\n"), "{text}");
        let broken = Report { failures: unchecked(), ..report(0.0) };
        assert!(!broken.passed() && broken.to_text().contains("1 of 3 checks FAILED"));
    }

    #[test]
    fn nothing_checked_is_no_pass() {
        assert!(!Report { checks: Vec::new(), ..report(0.0) }.passed());
    }
}
