//! What the errors of a plugin's calls are to callers on other machines.

use crate::wire::failure::{Failure, FailureKind};
use plugix_host::error::{Chain, Error, StopReason};

/// The failure of a call, with all that the error says.
pub(super) fn failure(error: &Error) -> Failure {
    let kind = match error {
        Error::NoSuchMethod { .. } | Error::NotProvided { .. } => FailureKind::NoSuchMethod,
        Error::Arguments(_) | Error::BadArguments { .. } => FailureKind::Arguments,
        Error::Overloaded(_) => FailureKind::Full,
        // Nothing of this begins a call.
        Error::NotStarted(_) | Error::Busy | Error::Interface(_) | Error::AmbiguousMethod { .. } => FailureKind::Host,
        Error::Panic(_) => FailureKind::Panicked,
        Error::Stopped(StopReason::Deadline { .. }) => FailureKind::Deadline,
        Error::Stopped(StopReason::Cancelled) => FailureKind::Cancelled,
        // Whatever else there is may have run, and doesn't go out again.
        _ => FailureKind::Died,
    };
    Failure::new(kind, Chain(error).to_string())
}
