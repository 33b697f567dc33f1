//! What came of a stage, read from what the test binaries print.

use std::fmt;

/// What came of a stage.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    passed: usize,
    built: usize,
    /// The names of tests that failed, or what else went wrong.
    pub(crate) failures: Vec<String>,
}

impl Outcome {
    /// Of a stage that couldn't be run.
    pub(crate) fn broken(problem: String) -> Self {
        Self { failures: vec![problem], ..Self::default() }
    }

    /// Of a stage that built so many modules.
    pub(crate) fn built(modules: usize) -> Self {
        Self { built: modules, ..Self::default() }
    }

    /// Takes a line of a test binary's into account.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += counts.split([' ', ';']).collect::<Vec<_>>().windows(2).find_map(passed).unwrap_or_default();
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }
}

/// The number before the word `passed`.
fn passed(words: &[&str]) -> Option<usize> {
    words[0].parse().ok().filter(|_| words[1] == "passed")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.failures.len(), self.built) {
            (0, 0) => write!(f, "{} tests passed", self.passed),
            (0, built) => write!(f, "{built} modules built"),
            (failed, _) => write!(f, "{failed} FAILED, {} passed", self.passed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_passed_and_names_what_failed() {
        let mut outcome = Outcome::default();
        for line in [
            "test a::b ... ok",
            "test a::c ... FAILED",
            "test src/lib.rs - Engine (line 3) - compile ... FAILED",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            outcome.read(line);
        }
        assert_eq!(outcome.passed, 15);
        assert_eq!(outcome.failures, ["a::c", "src/lib.rs - Engine (line 3) - compile"]);
        assert_eq!(outcome.to_string(), "2 FAILED, 15 passed");
    }
}
