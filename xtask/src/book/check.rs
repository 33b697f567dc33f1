//! What of the book can be checked without running anything: `cargo xtask tidy book`.

use super::blocks::{Block, blocks};
use super::page::{self, Page};
use super::{limits, links};
use crate::engine_linked::root;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// How many pages somebody reads, after the introduction.
const MOST_PAGES: usize = 15;

/// The folders whose Rust the tests compile.
const COMPILED: [&str; 7] = [
    "example-plugins",
    "guest-sdk/tests",
    "host/cli/templates",
    "host/examples",
    "host/fleet/examples",
    "host/manager/examples",
    "tests",
];

/// The blocks that a page may have. Only these are compiled, read or run.
const KINDS: [&str; 3] = ["rust", "toml", "console"];

pub(crate) fn check() -> Result<Vec<String>> {
    let summary = page::summary()?;
    let pages = page::all()?;
    let mut problems = limits::check(&pages)?;
    let count = pages.len().saturating_sub(1);
    if count > MOST_PAGES {
        problems.push(format!("docs/src: {count} pages are more than {MOST_PAGES}: put two together"));
    }
    let is_listed = |page: &&Page| links::targets(&summary.text).any(|(_, link)| page.path.ends_with(link));
    let forgotten = pages.iter().filter(|page| !is_listed(page));
    problems.extend(forgotten.map(|page| format!("{}: name it in SUMMARY.md", page.name)));
    for page in pages.iter().chain([&summary]) {
        let wrong = |block: &Block<'_>| Some(format!("{}:{}: {}", page.name, block.line, wrong_block(page, block)?));
        problems.extend(blocks(&page.text).iter().filter_map(wrong));
        problems.extend(links::wrong(page, &pages));
    }
    Ok(problems)
}

/// What is wrong with a block of code.
fn wrong_block(page: &Page, block: &Block<'_>) -> Option<String> {
    match block.kind {
        "console" if block.lines.first().is_none_or(|line| !line.starts_with("$ ")) => {
            Some("begin it with `$ ` and a command".to_owned())
        }
        "console" => None,
        "rust" | "toml" => {
            block.lines.iter().filter(|line| !line.is_empty()).find_map(|line| wrong_include(page, block, line))
        }
        other => Some(format!("a block of `{other}` is neither compiled nor run: there are {}", KINDS.join(", "))),
    }
}

fn wrong_include(page: &Page, block: &Block<'_>, line: &str) -> Option<String> {
    let Some(target) = line.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) else {
        return Some("nobody compiles this: include a file, or a part of it".to_owned());
    };
    let (file, anchor) = target.split_once(':').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let Some((path, text)) = read(page, file) else { return Some(format!("there is no {file}")) };
    if block.kind == "rust" && !COMPILED.iter().any(|folder| path.starts_with(root().join(folder))) {
        return Some(format!("no test compiles {file}: take something from {}", COMPILED.join(", ")));
    }
    if anchor.is_none() && text.contains("ANCHOR") {
        return Some(format!("the book would show the marks of the parts of {file}: include a part"));
    }
    let is_there =
        |mark: &str, anchor: &str| text.lines().any(|line| line.trim_end().ends_with(&format!("{mark}: {anchor}")));
    let lacks = |anchor: &&str| !is_there("ANCHOR", anchor) || !is_there("ANCHOR_END", anchor);
    anchor.filter(lacks).map(|anchor| format!("{file} has no part `{anchor}`"))
}

fn read(page: &Page, file: &str) -> Option<(PathBuf, String)> {
    let path = page.path.with_file_name(file).canonicalize().ok()?;
    let text = fs::read_to_string(&path).ok()?;
    Some((path, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        let path = root().join("docs/src/page.md");
        let page = Page { name: "page".to_owned(), path, text: text.to_owned() };
        wrong_block(&page, &blocks(text)[0])
    }

    #[test]
    fn code_that_nobody_compiles_is_found() {
        assert_eq!(problem("```rust\n{{#include ../../host/examples/hello.rs}}\n```"), None);
        assert_eq!(problem("```rust\n{{#include ../../host/examples/thermostat.rs:house}}\n```"), None);
        assert_eq!(problem("```console\n$ ls\n```"), None);
        for wrong in [
            "rust\nfn main() {}",
            "rust\n{{#include ../../host/examples/nothing.rs}}",
            "rust\n{{#include ../../host/examples/hello.rs:nothing}}",
            "rust\n{{#include ../../host/examples/thermostat.rs}}",
            "rust\n{{#include ../../xtask/src/main.rs}}",
            "console\nls",
            "sh\nls",
        ] {
            assert!(problem(&format!("```{wrong}\n```")).is_some(), "{wrong}");
        }
    }
}
