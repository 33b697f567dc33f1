//! What can go wrong with a compiler's process.

use plugix_module::Size;
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// What went wrong with a process that should compile a module.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ChildError {
    /// The program can't be started.
    #[error("can't start the compiler's process `{}`", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The process needed more memory than it may have.
    #[error("compiling the module takes more than the {} of memory that the compiler's process may have", Size(*limit))]
    Memory {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The process ended before it answered.
    #[error("the compiler's process ended without an answer: {how}{}{said}", if said.is_empty() { "" } else { ": " })]
    Died {
        /// The signal or exit code.
        how: String,
        /// What the process wrote to standard error.
        said: String,
    },
    /// What the process answered is no compiled form of the module.
    #[error("the compiler's process gave a broken answer: {problem}: does its program begin with `run_if_child`?")]
    Answer {
        /// What is wrong with the answer.
        problem: String,
    },
}
