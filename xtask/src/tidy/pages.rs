//! The pages name files that are there.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::engine_linked::root;

const PAGES: [&str; 6] =
    ["README.md", "ABI.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "tests/peers/README.md"];

/// The folders that a path begins with.
const FOLDERS: [&str; 7] = ["abi/", "docs/", "example-plugins/", "guest-sdk/", "host/", "tests/", "xtask/"];

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).with_context(|| page.to_owned())?;
        let exists = |path: &str| root().join(path).exists() || root().join(path).with_extension("rs").exists();
        let missing = paths(&text).filter(|(_, path)| !exists(path));
        problems
            .extend(missing.map(|(line, path)| format!("{page}:{line}: there is no {path}: write where it is now")));
        let links = links(&text).filter(|(_, link)| !Path::new(root()).join(page).with_file_name(link).exists());
        problems
            .extend(links.map(|(line, link)| format!("{page}:{line}: there is no {link}: link to where it is now")));
    }
    Ok(problems)
}

/// The paths that a page has in backticks, each with its line. A path with `<name>` in it stands for many, and is left
/// out.
pub(crate) fn paths(text: &str) -> impl Iterator<Item = (usize, &str)> {
    quoted(text, '`').filter(|(_, path)| {
        FOLDERS.iter().any(|folder| path.starts_with(folder)) && !path.contains(['<', ' ', '*', '$'])
    })
}

/// The files of the repository that a page links to.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let targets = |(index, line): (usize, _)| {
        let line: &str = line;
        line.split("](").skip(1).filter_map(move |rest| Some((index + 1, rest.split(')').next()?)))
    };
    text.lines().enumerate().flat_map(targets).filter(|(_, link)| !link.contains("://") && !link.starts_with('#'))
}

fn quoted(text: &str, mark: char) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .flat_map(move |(index, line)| line.split(mark).skip(1).step_by(2).map(move |quoted| (index + 1, quoted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_links_are_found() {
        let text = "See `host/src/engine.rs`, `tests/e2e/<name>.rs` and `engine.rs`.\n[Rules](abi/a.md) and [more](https://b).";
        assert_eq!(paths(text).collect::<Vec<_>>(), [(1, "host/src/engine.rs")]);
        assert_eq!(links(text).collect::<Vec<_>>(), [(2, "abi/a.md")]);
    }
}
