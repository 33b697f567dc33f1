//! The table of suites, `tests/conformance/suites.toml`.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::fs;

use crate::engine_linked::root;

/// Where the table is, below the workspace's folder.
pub(super) const TABLE: &str = "tests/conformance/suites.toml";

/// The version of a suite that comes with the compiler.
const OF_RUST: &str = "rust-src";

/// The tests of a crate.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::conformance) struct Suite {
    /// The crate, or `std`.
    pub(in crate::conformance) name: String,
    /// The one that is published, or [`OF_RUST`].
    pub(in crate::conformance) version: String,
    #[serde(default)]
    pub(super) features: Vec<String>,
    /// Those that don't build and that no test needs.
    #[serde(default)]
    pub(super) without_dev_dependencies: Vec<String>,
    /// Those that are only for platforms that know them, and that tests need here too.
    #[serde(default)]
    pub(super) with_dev_dependencies: Vec<String>,
    /// Files that the published package lacks and that its tests name.
    #[serde(default)]
    pub(super) adds_empty: Vec<String>,
    /// If given, tests that are left out for every WASI are built and run, but for those of these programs: most WASIs
    /// have no threads, no sockets and no panics.
    pub(super) lifts_gates_except: Option<Vec<String>>,
    /// Programs that are not built, and tests that are not run, because they can't apply to a plugin.
    #[serde(default)]
    pub(super) left_out: Vec<Group>,
    /// Tests that fail.
    #[serde(default)]
    pub(super) fails: Vec<Group>,
    /// Whether `cargo xtask test` runs it.
    #[serde(default)]
    pub(super) quick: bool,
}

/// Tests, and what all of them have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::conformance) struct Group {
    /// `program`, or `program/path::of::test`; a `*` at the end stands for any rest.
    pub(in crate::conformance) tests: Vec<String>,
    pub(in crate::conformance) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    suite: Vec<Suite>,
}

/// All suites, in the table's order.
pub(super) fn all() -> Result<Vec<Suite>> {
    let text = fs::read_to_string(root().join(TABLE)).context(TABLE)?;
    let Table { suite } = toml::from_str(&text).context(TABLE)?;
    Ok(suite)
}

impl Suite {
    /// Whether it is the standard library's.
    pub(super) fn is_of_rust(&self) -> bool {
        self.version == OF_RUST
    }

    /// Whether what is left out for every WASI is run.
    pub(super) fn lifts_gates(&self) -> bool {
        self.is_of_rust() || self.lifts_gates_except.is_some()
    }

    /// Whether a program isn't built, or a test (`program/name`) isn't run.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        reason(&self.left_out, name).is_some()
    }

    /// Why a test (`program/name`) fails, if it is to fail.
    pub(super) fn fails(&self, name: &str) -> Option<&str> {
        reason(&self.fails, name)
    }

    /// The tests of a program that are left out by their names.
    pub(super) fn skips<'a>(&'a self, program: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.left_out.iter().flat_map(|group| &group.tests);
        names.filter_map(move |name| name.strip_prefix(program)?.strip_prefix('/'))
    }
}

fn reason<'a>(groups: &'a [Group], name: &str) -> Option<&'a str> {
    let fits = |pattern: &String| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    };
    groups.iter().find(|group| group.tests.iter().any(fits)).map(|group| &*group.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_rest() {
        let text = "name = \"a\"\nversion = \"1.0.0\"\nleft-out = [{ tests = [\"process_*\", \"fs/links\"], reason = \"why\" }]";
        let suite: Suite = toml::from_str(text).unwrap();
        for name in ["process_kill", "process_kill/now", "fs/links"] {
            assert!(suite.leaves_out(name), "{name}");
        }
        assert!(!suite.leaves_out("fs/links_work") && !suite.leaves_out("fs"));
        assert_eq!(suite.skips("fs").collect::<Vec<_>>(), ["links"]);
        assert_eq!(suite.fails("fs/links"), None);
    }

    #[test]
    fn the_table_can_be_read() {
        assert!(!all().unwrap().is_empty());
    }
}
