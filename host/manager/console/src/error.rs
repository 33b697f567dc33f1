//! Why the console didn't do what it was asked to.

use plugix_fleet::ship::ShipError;
use plugix_host::error::ModuleError;
use plugix_manager::store::grants::GrantError;
use plugix_manager::store::{NameError, StoreError};
use plugix_manager::{InstalledError, ManagerError};
use serde_json::Value;
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// Why the console didn't do what it was asked to. What was there before is as it was.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ConsoleError {
    /// A name that can't be one, or a module that states none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// What was put onto the page is no module.
    #[error("that is no module")]
    Module(#[from] ModuleError),
    /// What was put onto the page can't be kept, or not be found again.
    #[error("can't {what} {}", path.display())]
    Upload {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// There are more or fewer answers than requests.
    #[error("the plugin asks for {asked} things, and {answered} were answered")]
    Answers {
        /// How many requests there are.
        asked: usize,
        /// How many answers.
        answered: usize,
    },
    /// An answer can't be granted.
    #[error("that can't be granted")]
    Grant(#[source] GrantError),
    /// The plugin doesn't run.
    #[error("`{0}` doesn't run")]
    NotRunning(String),
    /// It can't be installed, granted, started or reloaded.
    #[error(transparent)]
    Installed(#[from] InstalledError),
    /// The method returned an error of its own.
    #[error("the method returned an error")]
    Returned(Value),
    /// The call failed.
    #[error("the call failed")]
    Call(#[source] plugix_host::Error),
    /// The fleet can't be asked.
    #[error(transparent)]
    Fleet(#[from] ShipError),
    /// What does the work has ended.
    #[error("the console is shutting down")]
    Closing,
}

impl ConsoleError {
    /// The name of the kind, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Module(_) => "module",
            Self::Upload { .. } => "upload",
            Self::Answers { .. } => "answers",
            Self::Grant(_) => "grant",
            Self::NotRunning(_) => "not-running",
            Self::Installed(error) => installed(error),
            Self::Returned(_) => "returned",
            Self::Call(_) => "call",
            Self::Fleet(_) => "fleet",
            Self::Closing => "closing",
        }
    }
}

fn installed(error: &InstalledError) -> &'static str {
    match error {
        InstalledError::Store(StoreError::UnknownPlugin { .. }) => "unknown",
        InstalledError::Store(StoreError::Unsigned { .. } | StoreError::Signatures { .. }) => "signature",
        InstalledError::Store(StoreError::Module { .. }) | InstalledError::Load { .. } => "module",
        InstalledError::Store(_) => "store",
        InstalledError::OtherVersion { .. } => "other-version",
        InstalledError::Policy { .. } => "grant",
        InstalledError::Reload(_) => "reload",
        InstalledError::Manager(ManagerError::Name(_)) => "name",
        InstalledError::Manager(_) => "manager",
        _ => "grants",
    }
}

impl From<StoreError> for ConsoleError {
    fn from(error: StoreError) -> Self {
        Self::Installed(error.into())
    }
}

impl From<ManagerError> for ConsoleError {
    fn from(error: ManagerError) -> Self {
        Self::Installed(error.into())
    }
}
