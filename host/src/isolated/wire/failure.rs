//! Errors on their way from a plugin's process.

use crate::error::{
    Chain, Error, LoadError, MAX_FRAMES, Overload, Panic, ProcessError, ProtocolError, Site, StackFrame, StopReason,
    Symbols, Trap,
};
use serde::{Deserialize, Serialize};

/// How a call has failed in the process. A death has a cause that is none: so a message can't be deeper than this.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::isolated) enum Failure {
    Now(Cause),
    Dead(Cause),
}

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::isolated) enum Cause {
    NoSuchMethod(String),
    Arguments(String),
    BadArguments {
        method: String,
        message: String,
    },
    Overloaded(Overload),
    Panic(Box<Panic>),
    Trap(Box<Trap>),
    Exited {
        code: i32,
    },
    Protocol {
        error: ProtocolError,
        site: Box<Site>,
    },
    Stopped(StopReason),
    /// One that no plugin should cause there.
    Other(String),
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        match error {
            Error::Dead(cause) => Self::Dead((&**cause).into()),
            now => Self::Now(now.into()),
        }
    }
}

impl From<&Error> for Cause {
    fn from(error: &Error) -> Self {
        match error.clone() {
            Error::NoSuchMethod { method } => Self::NoSuchMethod(method),
            Error::Arguments(problem) => Self::Arguments(problem),
            Error::BadArguments { method, message } => Self::BadArguments { method, message },
            Error::Overloaded(overload) => Self::Overloaded(overload),
            Error::Panic(panic) => Self::Panic(panic),
            Error::Trap(trap) => Self::Trap(trap),
            Error::Exited { code } => Self::Exited { code },
            Error::Protocol { error, site } => Self::Protocol { error, site },
            Error::Stopped(reason) => Self::Stopped(reason),
            other @ (Error::AmbiguousMethod { .. }
            | Error::WrongResultType { .. }
            | Error::NotProvided { .. }
            | Error::Interface(_)
            | Error::NotStarted(_)
            | Error::NotShareable { .. }
            | Error::Busy
            | Error::Process(_)
            | Error::Dead(_)) => Self::Other(Chain(&other).to_string()),
        }
    }
}

impl Failure {
    /// The error that the host's callers get. `symbols` finds the lines of what was running.
    pub(in crate::isolated) fn into_error(self, symbols: &Symbols) -> Error {
        match self {
            Self::Now(error) => error.into_error(symbols),
            Self::Dead(cause) => Error::Dead(Box::new(cause.into_error(symbols))),
        }
    }
}

impl Cause {
    fn into_error(self, symbols: &Symbols) -> Error {
        match self {
            Self::NoSuchMethod(method) => Error::NoSuchMethod { method },
            Self::Arguments(problem) => Error::Arguments(problem),
            Self::BadArguments { method, message } => Error::BadArguments { method, message },
            Self::Overloaded(overload) => overload.into(),
            Self::Panic(mut panic) => {
                panic.frames = lines(panic.frames, symbols);
                Error::Panic(panic)
            }
            Self::Trap(mut trap) => {
                trap.frames = lines(trap.frames, symbols);
                Error::Trap(trap)
            }
            Self::Exited { code } => Error::Exited { code },
            Self::Protocol { error, site } => Error::Protocol { error, site },
            Self::Stopped(reason) => Error::Stopped(reason),
            Self::Other(problem) => broken(&problem),
        }
    }
}

/// The frames with their lines, and no more of them than a plugin of this process can have.
fn lines(mut frames: Vec<StackFrame>, symbols: &Symbols) -> Vec<StackFrame> {
    frames.truncate(MAX_FRAMES);
    symbols.resolve(frames)
}

/// The error of a process that does what none of this version does.
pub(in crate::isolated) fn broken(problem: &str) -> Error {
    Error::Process(Box::new(ProcessError::Broken { problem: problem.to_owned() }))
}

/// Why there is no plugin in the process.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::isolated) enum NotStarted {
    Refused(String),
    Start(Failure),
    Configuration(String),
    Policy { what: String, problem: String },
    Metadata { problem: String },
    WrongMagic(u32),
    Wall(String),
    Other(String),
}

impl From<&LoadError> for NotStarted {
    fn from(error: &LoadError) -> Self {
        match error {
            LoadError::Refused { message } => Self::Refused(message.clone()),
            LoadError::Start(error) => Self::Start(error.into()),
            LoadError::Configuration { problem } => Self::Configuration(problem.clone()),
            LoadError::Policy { what, problem } => Self::Policy { what: what.clone(), problem: problem.clone() },
            LoadError::Metadata { field, problem } => Self::Metadata { problem: format!("{field}: {problem}") },
            LoadError::WrongMagic { found } => Self::WrongMagic(*found),
            LoadError::Wall { problem } => Self::Wall(problem.clone()),
            other => Self::Other(Chain(other).to_string()),
        }
    }
}

impl NotStarted {
    pub(in crate::isolated) fn into_error(self, symbols: &Symbols) -> LoadError {
        match self {
            Self::Refused(message) => LoadError::Refused { message },
            Self::Start(failure) => LoadError::Start(failure.into_error(symbols)),
            Self::Configuration(problem) => LoadError::Configuration { problem },
            Self::Policy { what, problem } => LoadError::Policy { what, problem },
            Self::Metadata { problem } => LoadError::Metadata { field: "metadata", problem },
            Self::WrongMagic(found) => LoadError::WrongMagic { found },
            Self::Wall(problem) => LoadError::Wall { problem },
            Self::Other(problem) => LoadError::Engine(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_cross_as_they_are() {
        let site = Site::new("counter").with_thread(3);
        let breach = Error::from_breach(ProtocolError::ResultTooLarge { len: 2, limit: 1 }, site.clone());
        let trap = Error::Trap(Box::new(Trap { message: "unreachable".into(), frames: Vec::new(), site }));
        let dead = Error::Dead(Box::new(trap.clone()));
        for error in [breach, trap, dead, Error::Exited { code: 3 }, Error::Stopped(StopReason::Cancelled)] {
            let sent = postcard::to_allocvec(&Failure::from(&error)).expect("errors can be encoded");
            let failure: Failure = postcard::from_bytes(&sent).expect("it is what was sent");
            let received = failure.into_error(Symbols::NONE);
            assert_eq!(Chain(&received).to_string(), Chain(&error).to_string());
        }
    }
}
