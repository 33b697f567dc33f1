//! What came of the suites, as a part of the page.

use std::fmt;

use super::{Group, Outcome, Report, Suite};

/// What the part of the page begins with.
pub(in crate::conformance) const HEADING: &str = "\n# Test suites in a plugin";

/// What came of all, in the table's order.
#[derive(Debug, Default)]
pub(in crate::conformance) struct Results {
    rows: Vec<(Suite, Report)>,
}

/// How many tests came to which end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    /// Of these, those that passed when they were run once more.
    later: usize,
    failed: usize,
    ignored: usize,
}

impl Results {
    pub(in crate::conformance) fn add(&mut self, suite: Suite, report: Report) {
        self.rows.push((suite, report));
    }

    /// What is not as the table says, with what the test said.
    pub(in crate::conformance) fn surprises(&self) -> Vec<String> {
        self.rows.iter().flat_map(|(suite, report)| surprises(suite, report)).collect()
    }

    /// How many tests pass.
    pub(in crate::conformance) fn passed(&self) -> usize {
        self.rows.iter().map(|(_, report)| counts(report).passed).sum()
    }

    /// The part of the page.
    pub(in crate::conformance) fn page(&self) -> String {
        let mut page = format!(
            "{HEADING}\n\n\
             The tests that these crates publish, as their authors wrote them, and those of the standard library. \
             {self}\n\n\
             | suite | features | test programs | passed | of | later | ignored | known to fail |\n\
             |---|---|--:|--:|--:|--:|--:|--:|\n"
        );
        for (suite, report) in &self.rows {
            let Suite { name, version, features, .. } = suite;
            let Counts { passed, later, failed, ignored } = counts(report);
            let known = report.tests.iter().filter(|(test, outcome)| is_failed(outcome) && suite.fails(test).is_some());
            page += &match &report.broken {
                Some(_) => format!("| {name} {version} | {} | **don't build** | | | | | |\n", features.join(", ")),
                None => format!(
                    "| {name} {version} | {} | {} | {passed} | {} | {later} | {ignored} | {} |\n",
                    features.join(", "),
                    report.programs,
                    passed + failed,
                    known.count()
                ),
            };
        }
        for (suite, report) in &self.rows {
            page += &reasons(suite, report);
        }
        page
    }
}

/// Why something of a suite fails or is left out.
fn reasons(suite: &Suite, report: &Report) -> String {
    let shown = |group: &Group| format!("`{}`: {}", group.tests.join("`, `"), group.reason);
    let mut lines: Vec<_> = suite.fails.iter().map(|group| format!("- fails: {}\n", shown(group))).collect();
    lines.extend(surprises(suite, report).iter().map(|surprise| format!("- **not as expected**: {surprise}\n")));
    if suite.lifts_gates() {
        lines.push("- what upstream leaves out for every WASI is run\n".to_owned());
    }
    lines.extend(suite.left_out.iter().map(|group| format!("- left out: {}\n", shown(group))));
    if lines.is_empty() { String::new() } else { format!("\n## {}\n\n{}", suite.name, lines.concat()) }
}

fn surprises(suite: &Suite, report: &Report) -> Vec<String> {
    let mut surprises: Vec<_> = report.broken.iter().map(|problem| format!("{}: {problem}", suite.label())).collect();
    for (test, outcome) in &report.tests {
        let label = format!("{}/{test}", suite.label());
        match (outcome, suite.fails(test)) {
            (Outcome::Failed(said), None) => surprises.push(format!("{label}: {said}")),
            (Outcome::Passed | Outcome::PassedLater, Some(_)) => {
                surprises.push(format!("{label} passes, and the table says that it fails"));
            }
            _ => {}
        }
    }
    surprises
}

fn counts(report: &Report) -> Counts {
    let mut counts = Counts::default();
    for outcome in report.tests.values() {
        match outcome {
            Outcome::Passed => counts.passed += 1,
            Outcome::PassedLater => (counts.passed, counts.later) = (counts.passed + 1, counts.later + 1),
            Outcome::Ignored => counts.ignored += 1,
            Outcome::Failed(_) => counts.failed += 1,
        }
    }
    counts
}

fn is_failed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(_))
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: usize = self.rows.iter().map(|(_, report)| counts(report).failed).sum();
        let passed = self.passed();
        write!(f, "Of {} tests in {} suites, {passed} pass.", passed + failed, self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprises_are_what_the_table_does_not_say() {
        let suite: Suite = toml::from_str(
            "name = \"a\"\nversion = \"1.0.0\"\nfails = [{ tests = [\"p/known\", \"p/mended\"], reason = \"why\" }]",
        )
        .unwrap();
        let failed = || Outcome::Failed("no".to_owned());
        let tests = [
            ("p/known", failed()),
            ("p/mended", Outcome::PassedLater),
            ("p/broken", failed()),
            ("p/right", Outcome::Passed),
            ("p/other", Outcome::Ignored),
        ];
        let tests = tests.map(|(name, outcome)| (name.to_owned(), outcome)).into();
        let mut results = Results::default();
        results.add(suite, Report { programs: 1, tests, broken: None });
        assert_eq!(
            results.surprises(),
            ["suites/a/p/broken: no", "suites/a/p/mended passes, and the table says that it fails"]
        );
        assert_eq!(results.to_string(), "Of 4 tests in 1 suites, 2 pass.");
        let page = results.page();
        assert!(page.contains("| a 1.0.0 |  | 1 | 2 | 4 | 1 | 1 | 1 |\n"), "{page}");
        assert!(
            page.contains(
                "\n## a\n\n- fails: `p/known`, `p/mended`: why\n- **not as expected**: suites/a/p/broken: no\n"
            )
        );
    }
}
