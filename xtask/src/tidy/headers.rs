//! Every source file begins with a line that says what it is for.

use std::fs;

use anyhow::Result;

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in workspace::files(root(), "rs")? {
        if !fs::read_to_string(&path)?.starts_with("//! ") {
            problems.push(format!("{}: begin it with a `//!` line that says what it is for", relative(&path)));
        }
    }
    Ok(problems)
}
