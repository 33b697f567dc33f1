//! The borders inside of `host/src`: which room may use which, and that ARCHITECTURE.md says what the rooms are.

mod border;
mod table;
mod uses;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use border::{Border, TABLE};
use table::{ROOMS, Room};

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

/// Where the rooms are.
const HOST: &str = "host/src";

pub(super) fn check() -> Result<Vec<String>> {
    let host = root().join(HOST);
    let lib = host.join("lib.rs");
    let reexports = uses::reexports(&fs::read_to_string(&lib)?).with_context(|| relative(&lib))?;
    let mut border = Border::new(&ROOMS, reexports);
    let mut there = BTreeSet::new();
    let mut problems = Vec::new();
    for path in workspace::files(&host, "rs")? {
        let module = module(path.strip_prefix(&host)?);
        // The root of the crate is no room: it names them all.
        let Some(room) = module.first() else { continue };
        there.insert(room.clone());
        let uses = uses::of_source(&fs::read_to_string(&path)?, &module).with_context(|| relative(&path))?;
        problems.extend(uses.iter().filter_map(|used| border.problem(&relative(&path), room, used)));
    }
    problems.extend(rows(&ROOMS, &there));
    problems.extend(border.unused());
    problems.extend(unsaid(&ROOMS, &fs::read_to_string(root().join("ARCHITECTURE.md"))?));
    Ok(problems)
}

/// The module that a file is; the root of the crate has no name.
fn module(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let mut names: Vec<_> = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod" || name == "lib") {
        names.pop();
    }
    names
}

/// What is wrong with the table itself. `there` are the modules that exist.
fn rows(rooms: &[Room], there: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (place, room) in rooms.iter().enumerate() {
        let name = room.name;
        if !there.contains(name) {
            problems.push(format!("{TABLE}: {HOST} has no room `{name}`: remove its row"));
        }
        let below = |other: &str| rooms[..place].iter().any(|room| room.name == other);
        for other in room.uses.iter().filter(|other| !below(other)) {
            problems.push(format!("{TABLE}: `{name}` can't use `{other}`, which has no row above: remove it there"));
        }
    }
    let new = there.iter().filter(|name| !rooms.iter().any(|room| room.name == **name));
    problems.extend(
        new.map(|name| format!("{HOST}/{name}.rs: `{name}` is no room: move it into one, or give it a row in {TABLE}")),
    );
    problems
}

/// The rooms whose sentence ARCHITECTURE.md doesn't have.
fn unsaid(rooms: &[Room], page: &str) -> Vec<String> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = words(page);
    let said = |room: &&Room| page.contains(&words(&format!("`{}`: {}", room.name, room.sentence)));
    let lines = rooms
        .iter()
        .filter(|room| !said(room))
        .map(|room| format!("ARCHITECTURE.md: say what {TABLE} says, \"`{}`: {}\"", room.name, room.sentence));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: [Room; 2] = [
        Room { name: "low", sentence: "does little; knows nothing.", uses: &[] },
        Room { name: "high", sentence: "does much; knows low.", uses: &["low"] },
    ];

    fn there(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_file_is_a_module() {
        assert!(module(Path::new("lib.rs")).is_empty());
        assert_eq!(module(Path::new("stop.rs")), ["stop"]);
        assert_eq!(module(Path::new("stop/watchdog/list.rs")), ["stop", "watchdog", "list"]);
    }

    #[test]
    fn the_table_is_the_truth() {
        assert_eq!(rows(&TWO, &there(&["low", "high"])), [""; 0]);
        let missing = rows(&TWO, &there(&["high"]));
        assert!(missing[0].contains("has no room `low`"), "{missing:?}");
        let new = rows(&TWO, &there(&["low", "high", "new"]));
        assert!(new[0].contains("`new` is no room"), "{new:?}");
        let circle = rows(&[Room { uses: &["high"], ..TWO[0] }, TWO[1]], &there(&["low", "high"]));
        assert!(circle[0].contains("`low` can't use `high`"), "{circle:?}");
    }

    #[test]
    fn the_page_says_what_the_table_says() {
        let page = "- `low`: does little;\n  knows nothing.\n- `high`: does a lot.\n";
        let missing = unsaid(&TWO, page);
        assert_eq!(missing.len(), 1);
        assert!(missing[0].contains("\"`high`: does much; knows low.\""), "{missing:?}");
    }
}
