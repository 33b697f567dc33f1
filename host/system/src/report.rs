//! What the host is told of.

use std::fmt;

/// Hears what a plugin tried and didn't get. It is called by the plugin's threads, with no lock held.
pub trait Report: Send + Sync {
    /// The plugin tried what it may not do: `operation` is a verb that fits before `target`.
    fn denied(&self, operation: &'static str, target: &str);

    /// The plugin wanted more than it gets.
    fn limit_reached(&self, limit: Limit, allowed: u64);
}

/// What a plugin can have too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Open descriptors.
    Descriptors,
    /// Open sockets.
    Sockets,
    /// Host names that were looked up.
    Names,
    /// Bytes in a mounted or a scratch folder.
    Storage,
}

/// Says nothing.
impl Report for () {
    fn denied(&self, _: &'static str, _: &str) {}

    fn limit_reached(&self, _: Limit, _: u64) {}
}

impl fmt::Debug for dyn Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report")
    }
}
