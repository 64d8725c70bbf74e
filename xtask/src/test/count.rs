//! Counts tests from the output of their runners.

use std::ops::AddAssign;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Sums the lines `test result: ok. 3 passed; 1 failed; …` of cargo test and wasm-bindgen-test-runner.
pub fn cargo_test(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines().filter(|line| line.trim_start().starts_with("test result:")) {
        counts += Counts { passed: before(line, "passed"), failed: before(line, "failed") };
    }
    counts
}

/// One check: that the compiler, or clippy in its place, gave no warning. Cargo repeats warnings of crates that were
/// compiled before. That threads are no stable feature of wasm32 is known, and of each crate that has a warning Cargo
/// says how many.
pub fn warnings(output: &str) -> Counts {
    let known = |line: &str| line.contains("unstable feature specified for") || line.contains(") generated ");
    let warned = output.lines().any(|line| line.starts_with("warning") && !known(line));
    Counts { passed: usize::from(!warned), failed: usize::from(warned) }
}

/// Reads the closing lines `# pass 3` and `# fail 1` (TAP) or `ℹ pass 3` and `ℹ fail 1` (spec) of node --test.
pub fn node_test(output: &str) -> Counts {
    let after = |word: &str| {
        let number = |line: &str| {
            let mut words = line.split_whitespace();
            let (mark, name, value) = (words.next()?, words.next()?, words.next()?);
            (matches!(mark, "#" | "ℹ") && name == word).then(|| value.parse().ok())?
        };
        output.lines().filter_map(number).next_back().unwrap_or(0)
    };
    Counts { passed: after("pass"), failed: after("fail") + after("cancelled") }
}

/// The number before a word.
fn before(line: &str, word: &str) -> usize {
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_add_up() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured\nnoise\n\
                      test result: FAILED. 3 passed; 2 failed; 0 ignored";
        assert_eq!(cargo_test(output), Counts { passed: 15, failed: 2 });
    }

    #[test]
    fn a_warning_fails_the_check() {
        assert_eq!(warnings("   Compiling a v0.1.0\n    Finished"), Counts { passed: 1, failed: 0 });
        assert_eq!(
            warnings("   Compiling a\nwarning: unused variable: `b`\n"),
            Counts { passed: 0, failed: 1 }
        );
    }

    #[test]
    fn that_threads_are_unstable_is_no_warning() {
        let output = "warning: unstable feature specified for `-Ctarget-feature`: `atomics`\n  |\n\n\
                      warning: `a` (lib) generated 1 warning\n";
        assert_eq!(warnings(output), Counts { passed: 1, failed: 0 });
    }

    #[test]
    fn a_cancelled_page_test_counts_as_failed() {
        let spec = "ℹ tests 5\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\n";
        assert_eq!(node_test(spec), Counts { passed: 3, failed: 2 });
        assert_eq!(node_test("# pass 4\n# fail 0\n# cancelled 0"), Counts { passed: 4, failed: 0 });
    }

    #[test]
    fn output_without_a_result_counts_nothing() {
        assert_eq!(cargo_test("error: could not compile"), Counts::default());
    }
}
