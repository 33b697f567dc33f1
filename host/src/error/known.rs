//! Constant texts of errors and events that come from another process.
//!
//! Here they are constants, and there they are bytes. A process that means harm gets no more than a few of its own kept.

use serde::{Deserialize as _, Deserializer, Serializer};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Such a text. `serde` would take a reference for one into what it reads.
pub(crate) type Known = &'static str;

/// How many texts are kept for good, and how many bytes each has at most. Those of this version are fewer than fifty.
const MOST: usize = 256;
const LONGEST: usize = 64;

/// What stands for a text that isn't kept.
const UNKNOWN: &str = "something";

pub(crate) fn serialize<S: Serializer>(text: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    String::deserialize(deserializer).map(|text| keep(&text))
}

fn keep(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = kept.get(text) {
        return text;
    }
    if kept.len() >= MOST || text.len() > LONGEST {
        return UNKNOWN;
    }
    let text = &*Box::leak(text.to_owned().into_boxed_str());
    kept.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_are_kept() {
        assert_eq!(keep("connect to"), "connect to");
        assert!(std::ptr::eq(keep("connect to"), keep("connect to")));
        assert_eq!(keep(&"x".repeat(LONGEST + 1)), UNKNOWN);
        let all: BTreeSet<_> = (0..2 * MOST).map(|at| keep(&at.to_string())).collect();
        assert!(all.len() <= MOST + 1 && all.contains(UNKNOWN));
    }
}
