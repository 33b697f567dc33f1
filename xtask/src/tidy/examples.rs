//! Every example in the documentation is compiled.

use std::fs;

use anyhow::Result;

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

/// What hosts and plugins depend on.
const DOCUMENTED: [&str; 3] = ["abi", "guest-sdk", "host"];

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in DOCUMENTED {
        for path in workspace::files(&root().join(folder), "rs")? {
            let source = fs::read_to_string(&path)?;
            let explain = |line| {
                format!("{}:{line}: make the example compile; write `no_run` if it needs a module", relative(&path))
            };
            problems.extend(ignored(&source).map(explain));
        }
    }
    Ok(problems)
}

/// The lines where an example begins that is not compiled.
fn ignored(source: &str) -> impl Iterator<Item = usize> {
    let begins = |line: &str| {
        let text = line.trim_start().strip_prefix("//!").or_else(|| line.trim_start().strip_prefix("///"));
        text.and_then(|text| text.trim_start().strip_prefix("```")).is_some_and(|kind| kind.contains("ignore"))
    };
    source.lines().enumerate().filter(move |(_, line)| begins(line)).map(|(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_examples_are_found() {
        let source =
            "//! ```ignore\n//! ```\n    /// ```rust,ignore\n/// ```no_run\n/// ignore\nlet text = \"```ignore\";";
        assert_eq!(ignored(source).collect::<Vec<_>>(), [1, 3]);
    }
}
