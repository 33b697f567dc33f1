//! Every source file begins with a line that says what it is for.

use std::fs;

use anyhow::Result;

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in workspace::files(root(), "rs")? {
        // Code that must not compile is shown as its author would write it. The expected messages name its lines.
        let is_wrong = path.parent().is_some_and(|folder| folder.ends_with("tests/wrong"));
        if !is_wrong && !fs::read_to_string(&path)?.starts_with("//! ") {
            problems.push(format!("{}: begin it with a `//!` line that says what it is for", relative(&path)));
        }
    }
    Ok(problems)
}
