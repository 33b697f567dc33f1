//! What can go wrong with a plugin's process.

use thiserror::Error as ThisError;

/// What went wrong with the process that a plugin has for itself.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ProcessError {
    /// The process has ended, and the host didn't end it.
    #[error("the plugin's process has ended: {how}{}{said}", if said.is_empty() { "" } else { ": " })]
    Died {
        /// The signal or exit code.
        how: String,
        /// What the process wrote to standard error.
        said: String,
    },
    /// The process says what no process of this version says: something has taken it over, or it is another program.
    #[error("the plugin's process broke the protocol: {problem}: does its program begin with `run_if_child`?")]
    Broken {
        /// What it did.
        problem: String,
    },
}
