//! What came of the cases, as a page.

use super::cases::Case;
use std::fmt;

/// What came of one case.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    RunsRight,
    Fails(String),
    DoesNotBuild,
}

/// What came of all, in the cases' order.
#[derive(Debug, Default)]
pub(super) struct Results {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    crates: String,
    what: String,
    limit: Option<String>,
    outcome: Outcome,
}

impl Results {
    pub(super) fn add(&mut self, case: &Case, outcome: Outcome) {
        let Case { name, crates, what, limit, .. } = case;
        let (name, what, limit) = (name.clone(), what.clone(), limit.clone());
        self.rows.push(Row { name, crates: crates.join(", "), what, limit, outcome });
    }

    /// The cases that fail without a reason in their manifest, or don't although there is one.
    pub(super) fn surprises(&self) -> Vec<&str> {
        let surprises = self.rows.iter().filter(|row| row.limit.is_none() != (row.outcome == Outcome::RunsRight));
        surprises.map(|row| &*row.name).collect()
    }

    /// How many run right.
    pub(super) fn right(&self) -> usize {
        self.rows.iter().filter(|row| row.outcome == Outcome::RunsRight).count()
    }

    /// The page for people.
    pub(super) fn page(&self) -> String {
        let mut page = format!(
            "# Crates in a plugin\n\n\
             Written by `cargo xtask conformance`: unmodified crates of crates.io, each with a program that uses its \
             main function, built by the toolchain and run as a plugin with a mounted folder, `/tmp` in memory, \
             loopback network and threads. {self}\n\n\
             | case | crates | what it does | builds | runs right | reason |\n|---|---|---|---|---|---|\n"
        );
        for Row { name, crates, what, limit, outcome } in &self.rows {
            let (builds, runs) = match outcome {
                Outcome::RunsRight => ("yes", "yes"),
                Outcome::Fails(_) => ("yes", "**no**"),
                Outcome::DoesNotBuild => ("**no**", "-"),
            };
            let reason = match (limit, outcome) {
                (Some(limit), _) => limit.clone(),
                (None, Outcome::RunsRight) => String::new(),
                (None, outcome) => outcome.to_string(),
            };
            page += &format!("| {name} | {crates} | {what} | {builds} | {runs} | {reason} |\n");
        }
        page
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counts: fn(&Outcome) -> bool| self.rows.iter().filter(|row| counts(&row.outcome)).count();
        let built = count(|outcome| *outcome != Outcome::DoesNotBuild);
        write!(f, "Of {} cases, {built} build and {} run right.", self.rows.len(), self.right())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RunsRight => f.write_str("runs right"),
            Self::Fails(how) => write!(f, "fails ({how})"),
            Self::DoesNotBuild => f.write_str("doesn't build"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprises_are_what_the_manifests_do_not_say() {
        let case = |name: &str, limit: Option<&str>| Case {
            name: name.to_owned(),
            package: String::new(),
            what: String::new(),
            crates: Vec::new(),
            limit: limit.map(str::to_owned),
            quick: false,
        };
        let mut results = Results::default();
        results.add(&case("right", None), Outcome::RunsRight);
        results.add(&case("known", Some("why")), Outcome::DoesNotBuild);
        results.add(&case("broken", None), Outcome::Fails("exit code 1".to_owned()));
        results.add(&case("mended", Some("why")), Outcome::RunsRight);
        assert_eq!(results.surprises(), ["broken", "mended"]);
        assert!(results.page().contains("| broken |  |  | yes | **no** | fails (exit code 1) |"), "{}", results.page());
        assert_eq!(results.to_string(), "Of 4 cases, 3 build and 2 run right.");
    }
}
