//! Links and paths of the book that lead nowhere.

use super::blocks::prose;
use super::page::Page;
use super::source;
use crate::engine_linked::root;
use crate::tidy::pages::paths;
use std::path::Path;

/// The repository, as the book links to it.
const REPOSITORY: [&str; 2] =
    ["https://github.com/plugix/plugix/blob/main/", "https://github.com/plugix/plugix/tree/main/"];

/// What is wrong with the links and the paths of a page.
pub(super) fn wrong(page: &Page, pages: &[Page]) -> Vec<String> {
    let prose = prose(&page.text);
    let missing = paths(&prose).filter(|(_, path)| !is_in_repository(path));
    let paths = missing.map(|(line, path)| format!("{}:{line}: there is no {path}", page.name));
    let lost = targets(&prose).filter(|(_, target)| !leads_somewhere(target, page, pages));
    let links = lost.map(|(line, target)| format!("{}:{line}: {target} leads nowhere", page.name));
    paths.chain(links).collect()
}

/// What a text links to, with the line of each.
pub(super) fn targets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).flat_map(|(number, line)| {
        line.split("](").skip(1).filter_map(move |rest| Some((number, rest.split(')').next()?)))
    })
}

fn leads_somewhere(target: &str, page: &Page, pages: &[Page]) -> bool {
    if let Some(path) = REPOSITORY.iter().find_map(|repository| target.strip_prefix(repository)) {
        return root().join(path.split('#').next().unwrap_or(path)).exists();
    }
    if target.contains("://") {
        return true; // nobody should need a network for a check
    }
    match target.split_once('#') {
        None => source().join(target).is_file(),
        Some(("", heading)) => has_heading(page, heading),
        Some((file, heading)) => {
            pages.iter().any(|other| other.path == source().join(file) && has_heading(other, heading))
        }
    }
}

/// Whether a page has a heading that a link names so.
fn has_heading(page: &Page, name: &str) -> bool {
    let prose = prose(&page.text);
    prose
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .any(|heading| name_of(heading.trim_start_matches('#')) == name)
}

/// The name of a heading in links, as mdBook makes it.
fn name_of(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn is_in_repository(path: &str) -> bool {
    let path: &Path = &root().join(path);
    path.exists() || path.with_extension("rs").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let text = "# One, and `two`\n[a](#one-and-two) [b](https://github.com/plugix/plugix/blob/main/README.md#x)\n\
            [c](#three)\n`host/src/lib.rs`, `host/src/nothing.rs`\n[d](nothing.md) [e](https://github.com/plugix/plugix/tree/main/nothing)\n";
        let page = Page { name: "page".to_owned(), path: source().join("page.md"), text: text.to_owned() };
        let wrong = wrong(&page, &[]);
        let lines: Vec<_> = wrong.iter().filter_map(|problem| problem.split(':').nth(1)).collect();
        assert_eq!(lines, ["4", "3", "5", "5"]);
    }
}
