//! Why the console didn't do what it was asked to.

use plugix_host::error::{LoadError, ModuleError};
use plugix_manager::policy::GrantPolicyError;
use plugix_manager::store::grants::{GrantError, GrantsError};
use plugix_manager::{ManagerError, ReloadError};
use serde_json::Value;
use thiserror::Error as ThisError;

/// Why the console didn't do what it was asked to. What was there before is as it was.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ConsoleError {
    /// No plugin of this name is installed.
    #[error("no plugin `{0}` is installed")]
    Unknown(String),
    /// A name that can't be one.
    #[error("`{0}` is no name for a plugin: use letters, digits, `-`, `_` and `.`, and no `.` in front")]
    Name(String),
    /// The module can't run here.
    #[error("the module can't be installed")]
    Load(#[source] LoadError),
    /// The module is no plugin.
    #[error("the module is no plugin")]
    NotAPlugin(#[source] ModuleError),
    /// Somebody has put another version there since the page was drawn.
    #[error("this version is not there any more: look at what the plugin asks for now")]
    OtherVersion,
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
    /// Grants can't be kept.
    #[error("the grants can't be kept")]
    Grants(#[source] GrantsError),
    /// A grant makes no policy.
    #[error("the grant can't be carried out")]
    Policy(#[source] GrantPolicyError),
    /// The plugin doesn't run.
    #[error("`{0}` doesn't run")]
    NotRunning(String),
    /// The manager refused.
    #[error(transparent)]
    Manager(#[from] ManagerError),
    /// A reload failed. The plugin goes on as it was.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// The method returned an error of its own.
    #[error("the method returned an error")]
    Returned(Value),
    /// The call failed.
    #[error("the call failed")]
    Call(#[source] plugix_host::Error),
    /// What does the work has ended.
    #[error("the console is shutting down")]
    Closing,
}

impl ConsoleError {
    /// The name of the kind, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown",
            Self::Name(_) => "name",
            Self::Load(_) => "module",
            Self::NotAPlugin(_) => "not-a-plugin",
            Self::OtherVersion => "other-version",
            Self::Answers { .. } => "answers",
            Self::Grant(_) | Self::Policy(_) => "grant",
            Self::Grants(_) => "grants",
            Self::NotRunning(_) => "not-running",
            Self::Manager(_) => "manager",
            Self::Reload(_) => "reload",
            Self::Returned(_) => "returned",
            Self::Call(_) => "call",
            Self::Closing => "closing",
        }
    }
}
