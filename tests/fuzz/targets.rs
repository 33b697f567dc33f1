//! The targets.

mod artifact;
mod descriptor;
mod json;
mod result;

use std::hash::{DefaultHasher, Hash, Hasher};

/// One thing that reads a plugin's bytes.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs to begin with.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if something is wrong. Otherwise it returns a number for the kind of outcome.
    pub(crate) run: fn(&[u8]) -> u64,
}

pub(crate) const TARGETS: [Target; 4] = [
    Target { name: "descriptor", seeds: descriptor::seeds, run: descriptor::run },
    Target { name: "result", seeds: result::seeds, run: result::run },
    Target { name: "artifact", seeds: artifact::seeds, run: artifact::run },
    Target { name: "json", seeds: json::seeds, run: json::run },
];

/// A number for anything.
fn kind(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Bytes with their length in front, as in a custom section.
fn framed(record: &[u8]) -> Vec<u8> {
    [&(record.len() as u32).to_le_bytes()[..], record].concat()
}
