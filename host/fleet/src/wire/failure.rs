//! Why a host has no answer to a call, as it travels.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest text of a failure, in bytes. A longer one is cut: it has to fit a header.
const MAX_MESSAGE: usize = 8 << 10;

/// Why a host has no answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What the host says, with all causes.
    pub message: String,
    /// The plugin.
    pub plugin: String,
    /// The host.
    pub host: String,
}

/// What kind of failure a host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FailureKind {
    /// All instances of the plugin are taken. The call did not begin.
    Full,
    /// The host is about to stop serving the plugin. The call did not begin.
    Leaving,
    /// The plugin has another form of the method. The call did not begin.
    OtherForm,
    /// The plugin has no such method. The call did not begin.
    NoSuchMethod,
    /// The message breaks the rules: a header lacks, or is none. The call did not begin.
    Malformed,
    /// The host doesn't take calls from this caller. The call did not begin.
    Refused,
    /// The host has seen the same call before. It did not begin again.
    Repeated,
    /// Arguments or result are larger than the host takes, or than there is room for.
    TooLarge,
    /// The arguments are none that the method takes.
    Arguments,
    /// The call took longer than its caller waits, or than the host allows.
    Deadline,
    /// The caller ended the call.
    Cancelled,
    /// The method panicked.
    Panicked,
    /// The plugin trapped, exited, broke the protocol, or was stopped.
    Died,
    /// The host could not run the plugin.
    Host,
}

/// Each kind, the code that NATS's tools show, and whether the call may have run.
pub(crate) const TABLE: [(FailureKind, usize, bool); 14] = [
    (FailureKind::Full, 429, false),
    (FailureKind::Leaving, 503, false),
    (FailureKind::OtherForm, 409, false),
    (FailureKind::NoSuchMethod, 404, false),
    (FailureKind::Malformed, 400, false),
    (FailureKind::Refused, 403, false),
    (FailureKind::Repeated, 425, false),
    (FailureKind::TooLarge, 413, true),
    (FailureKind::Arguments, 422, true),
    (FailureKind::Deadline, 504, true),
    (FailureKind::Cancelled, 499, true),
    (FailureKind::Panicked, 500, true),
    (FailureKind::Died, 502, true),
    (FailureKind::Host, 500, false),
];

impl FailureKind {
    /// The code that NATS's tools show, as HTTP has it.
    pub fn code(self) -> usize {
        TABLE[self as usize].1
    }

    /// Whether the plugin may have run some of the call.
    pub fn may_have_run(self) -> bool {
        TABLE[self as usize].2
    }

    /// Whether another host may have an answer.
    pub(crate) fn goes_elsewhere(self) -> bool {
        matches!(self, Self::Full | Self::Leaving | Self::Host)
    }
}

impl Failure {
    /// A failure of this host, which adds its name and the plugin's. A long text is cut.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        Self { kind, message, plugin: String::new(), host: String::new() }
    }

    /// One line of it, for NATS's tools.
    pub(crate) fn line(&self) -> String {
        let line = self.message.lines().next().unwrap_or_default();
        line.chars().filter(|letter| !letter.is_control()).take(256).collect()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_row() {
        for (place, (kind, code, _)) in TABLE.iter().enumerate() {
            assert_eq!(*kind as usize, place, "{kind:?}");
            assert!((400..600).contains(code));
        }
        assert_eq!(FailureKind::Host as usize + 1, TABLE.len(), "a kind without a row");
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let failure = Failure::new(FailureKind::Panicked, "ü".repeat(MAX_MESSAGE));
        assert_eq!(failure.message.len(), MAX_MESSAGE);
        assert_eq!(Failure::new(FailureKind::Died, "a\r\nb").line(), "a");
    }
}
