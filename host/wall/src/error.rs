//! Why a wall isn't up.

use crate::Lack;
use std::io;
use std::path::PathBuf;

/// Why a process isn't locked in. Parts of the wall may be up: such a process must end, and not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WallError {
    /// The process has several threads, and the rules of files would be those of one.
    #[error("the process has {count} threads already, and must have one")]
    Threads {
        /// How many there are.
        count: usize,
    },

    /// The kernel lacks a part of the wall, and the caller needs all of it.
    #[error("the kernel lacks {}", .lacks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", and "))]
    Lacks {
        /// What it lacks: at least one thing.
        lacks: Vec<Lack>,
    },

    /// A file or folder that the process may use can't be opened.
    #[error("can't open {}", path.display())]
    Path {
        /// Which one.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },

    /// The rules of files and ports are refused.
    #[error("the rules of files and ports are refused")]
    Files(#[source] Box<landlock::RulesetError>),

    /// The filter of system calls is refused.
    #[error("the filter of system calls is refused")]
    Filter(#[source] Box<seccompiler::Error>),

    /// Another step is refused.
    #[error("can't {step}")]
    Step {
        /// What was to be done.
        step: &'static str,
        /// What the kernel said.
        source: io::Error,
    },
}

impl WallError {
    /// For [`Result::map_err`].
    pub(crate) fn step<E: Into<io::Error>>(step: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Step { step, source: error.into() }
    }
}

impl From<landlock::RulesetError> for WallError {
    fn from(error: landlock::RulesetError) -> Self {
        Self::Files(Box::new(error))
    }
}

impl From<seccompiler::Error> for WallError {
    fn from(error: seccompiler::Error) -> Self {
        Self::Filter(Box::new(error))
    }
}
