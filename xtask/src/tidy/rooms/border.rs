//! Compares what the rooms use with what they may, and says what to write instead.

use std::collections::BTreeSet;

use super::table::Room;
use super::uses::Use;

/// Where a border is moved.
pub(super) const TABLE: &str = "xtask/src/tidy/rooms/table.rs";

/// The table, and what was seen so far.
pub(super) struct Border {
    rooms: Vec<Room>,
    /// The names at the root of the crate. Each has the path that it stands for.
    reexports: Vec<(String, Vec<String>)>,
    /// Which room was seen to use which.
    seen: BTreeSet<(String, String)>,
}

impl Border {
    pub(super) fn new(rooms: &[Room], reexports: Vec<(String, Vec<String>)>) -> Self {
        Self { rooms: rooms.to_vec(), reexports, seen: BTreeSet::new() }
    }

    /// What is wrong with a use in a room's file, if something is.
    pub(super) fn problem(&mut self, file: &str, room: &str, used: &Use) -> Option<String> {
        let place = format!("{file}:{}: `crate::{}`", used.line, used.path.join("::"));
        let first = used.path.first()?;
        if self.place(first).is_some() {
            return self.crossing(room, first).map(|problem| format!("{place}: {problem}"));
        }
        let Some((_, path)) = self.reexports.iter().find(|(name, _)| name == first) else {
            return Some(format!(
                "{place} names no room: write `crate::<room>::…`, or give `{first}` a row in {TABLE}"
            ));
        };
        let path = [path, &used.path[1..]].concat();
        let name = path.join("::");
        // The root re-exports names of rooms, and names of other crates.
        let Some(other) = path.first().filter(|other| self.place(other).is_some()) else {
            return Some(format!("{place} goes through the root of the crate: write `{name}`"));
        };
        let crossing = self.crossing(room, other).map_or(String::new(), |problem| format!("; and {problem}"));
        let own = if other == room { ", or `super::…`, since it is this room's" } else { "" };
        Some(format!("{place} goes through the root of the crate: write `crate::{name}`{own}{crossing}"))
    }

    /// Notes that a room uses another, and says what is wrong with that.
    fn crossing(&mut self, room: &str, other: &str) -> Option<String> {
        if room == other {
            return None;
        }
        self.seen.insert((room.to_owned(), other.to_owned()));
        let place = self.place(room)?;
        let row = self.rooms[place];
        if row.uses.contains(&other) {
            return None;
        }
        let allowed = if row.uses.is_empty() { "no room".to_owned() } else { row.uses.join(", ") };
        let instead = if self.place(other) < Some(place) {
            format!("take it through one of these, or add \"{other}\" to the row of `{room}` in {TABLE}")
        } else {
            format!("let `{other}` hand in what is needed, or write a trait in `{room}` that `{other}` implements")
        };
        Some(format!("`{room}` may use {allowed}, and not `{other}`: {instead}"))
    }

    /// The allowed edges that no file has.
    pub(super) fn unused(&self) -> Vec<String> {
        let edges = self.rooms.iter().flat_map(|room| room.uses.iter().map(|other| (room.name, *other)));
        let unused = edges.filter(|(room, other)| !self.seen.contains(&((*room).to_owned(), (*other).to_owned())));
        unused.map(|(room, other)| format!("{TABLE}: `{room}` doesn't use `{other}`: remove it from the row")).collect()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.rooms.iter().position(|room| room.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::rooms::uses;

    const ROOMS: [Room; 3] = [
        Room { name: "error", sentence: "", uses: &[] },
        Room { name: "stop", sentence: "", uses: &["error"] },
        Room { name: "engine", sentence: "", uses: &["error", "stop"] },
    ];

    /// What is wrong with a file of a room.
    fn problems(room: &str, source: &str) -> Vec<String> {
        let root = "pub use engine::Engine; pub use error::call::{Error, Trap as Fault}; pub use plugix_abi as abi;";
        let mut border = Border::new(&ROOMS, uses::reexports(root).unwrap());
        let uses = uses::of_source(source, &[room.to_owned()]).unwrap();
        uses.iter().filter_map(|used| border.problem("f.rs", room, used)).collect()
    }

    #[track_caller]
    fn assert_one(room: &str, source: &str, parts: &[&str]) {
        let problems = problems(room, source);
        assert_eq!(problems.len(), 1, "{problems:?}");
        parts.iter().for_each(|part| assert!(problems[0].contains(part), "no {part:?} in {:?}", problems[0]));
    }

    #[test]
    fn what_the_table_allows_is_fine() {
        let source = "use crate::error::{Error, call::Trap}; use crate::engine::thread::Io; use super::stop::Stop;
            pub(crate) fn f() -> crate::stop::Stop { crate::engine::f() }";
        assert_eq!(problems("engine", source), [""; 0]);
    }

    #[test]
    fn upwards_the_room_above_hands_it_in() {
        assert_one("stop", "\nuse crate::engine::Engine;", &["f.rs:2: `crate::engine::Engine`", "hand in", "a trait"]);
        assert_one("stop", "#[cfg(test)] mod tests { use super::super::engine::Engine; }", &["crate::engine::Engine"]);
        assert_one("stop", "fn f() -> bool { matches!(g(), Some(crate::engine::Stop { .. })) }", &["engine::Stop"]);
        assert_one("stop", "#[derive(crate::engine::Derive)] struct S;", &["crate::engine::Derive"]);
    }

    #[test]
    fn downwards_the_border_can_be_moved() {
        let rooms = [ROOMS[0], ROOMS[1], Room { uses: &["error"], ..ROOMS[2] }];
        let mut border = Border::new(&rooms, Vec::new());
        let used = Use { line: 1, path: vec!["stop".to_owned(), "Stop".to_owned()] };
        let problem = border.problem("f.rs", "engine", &used).unwrap();
        assert!(problem.contains("add \"stop\" to the row of `engine`"), "{problem}");
    }

    #[test]
    fn shortcuts_through_the_root_are_told_what_they_stand_for() {
        assert_one("stop", "use crate::{error::call::Limit, Error};", &["write `crate::error::call::Error`"]);
        assert_one("stop", "fn f(_: crate::Fault) {}", &["write `crate::error::call::Trap`"]);
        assert_one("stop", "use crate::Engine;", &["write `crate::engine::Engine`", "and not `engine`"]);
        assert_one("stop", "use crate::abi::Status;", &["write `plugix_abi::Status`"]);
        assert_one("engine", "use crate::Engine;", &["or `super::…`"]);
        assert_one("engine", "use super::*;", &["`crate::*` names no room"]);
    }

    #[test]
    fn an_edge_that_nobody_uses_goes() {
        let mut border = Border::new(&ROOMS, Vec::new());
        for (room, other) in [("stop", "error"), ("engine", "error")] {
            border.problem("f.rs", room, &Use { line: 1, path: vec![other.to_owned()] });
        }
        let unused = border.unused();
        assert_eq!(unused.len(), 1);
        assert!(unused[0].contains("`engine` doesn't use `stop`"), "{unused:?}");
    }
}
