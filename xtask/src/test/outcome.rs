//! What came of a stage, read from what the test binaries print.

use std::fmt;

/// What came of a stage.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How much succeeded.
    passed: usize,
    /// What that is; tests if it is not said.
    what: Option<&'static str>,
    /// The names of tests that failed, or what else went wrong.
    pub(crate) failures: Vec<String>,
    /// What was not tested, and why.
    pub(crate) skipped: Vec<String>,
}

impl Outcome {
    /// A stage that couldn't be run.
    pub(crate) fn broken(problem: String) -> Self {
        Self { failures: vec![problem], ..Self::default() }
    }

    /// A stage that built so many modules.
    pub(crate) fn built(modules: usize) -> Self {
        Self { passed: modules, what: Some("modules built"), ..Self::default() }
    }

    /// A stage that ran so many checks, which found this.
    pub(crate) fn checked(checks: usize, problems: Vec<String>) -> Self {
        Self { passed: checks, what: Some("checks done"), failures: problems, ..Self::default() }
    }

    /// A stage of so many tests that passed, and others.
    pub(crate) fn counted(passed: usize, failures: Vec<String>) -> Self {
        Self { passed, failures, ..Self::default() }
    }

    /// Takes a line of a test binary's into account.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += counts.split([' ', ';']).collect::<Vec<_>>().windows(2).find_map(passed).unwrap_or_default();
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        } else if let Some((_, why)) = line.split_once("SKIPPED: ") {
            self.skipped.push(why.to_owned());
        }
    }
}

/// The number before the word `passed`.
fn passed(words: &[&str]) -> Option<usize> {
    words[0].parse().ok().filter(|_| words[1] == "passed")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, what, failures, skipped } = self;
        match failures.len() {
            0 => write!(f, "{passed} {}", what.unwrap_or("tests passed")),
            failed => write!(f, "{failed} FAILED, {passed} {}", what.unwrap_or("passed")),
        }?;
        // A test that does nothing counts as passed: the harness knows no other word.
        if skipped.is_empty() { Ok(()) } else { write!(f, ", {} of them SKIPPED", skipped.len()) }
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

    #[test]
    fn what_was_skipped_is_told() {
        let mut outcome = Outcome::default();
        outcome.read("SKIPPED: a::b: no browser");
        outcome.read("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        assert_eq!(outcome.skipped, ["a::b: no browser"]);
        assert_eq!(outcome.to_string(), "3 tests passed, 1 of them SKIPPED");
    }

    #[test]
    fn what_is_no_test_is_named() {
        assert_eq!(Outcome::checked(7, Vec::new()).to_string(), "7 checks done");
        assert_eq!(Outcome::checked(7, vec!["f.rs: …".to_owned()]).to_string(), "1 FAILED, 7 checks done");
        assert_eq!(Outcome::built(20).to_string(), "20 modules built");
    }
}
