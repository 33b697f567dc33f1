//! What can go wrong with plugins that are kept, and which step failed.

use plugix_host::error::{LoadError, ReplaceError, StateError};
use plugix_store::{DiskError, NameError};
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// Why the manager didn't do what it was asked to.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ManagerError {
    /// There is no plugin of this name.
    #[error("there is no plugin `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// There is a plugin of this name already.
    #[error("there is a plugin `{name}` already: reload it, or stop it first")]
    Exists {
        /// The name.
        name: String,
    },
    /// A name that can't be that of a file.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Others call the plugin.
    #[error("`{name}` is called by {}: stop them first", .by.join(", "))]
    InUse {
        /// The plugin.
        name: String,
        /// The plugins that call it.
        by: Vec<String>,
    },
    /// The plugin doesn't start.
    #[error("`{name}` doesn't start")]
    Start {
        /// The plugin.
        name: String,
        /// Why.
        #[source]
        error: Box<LoadError>,
    },
    /// The plugin can't be shared.
    #[error("`{name}` can't be called by several threads")]
    Share {
        /// The plugin.
        name: String,
        /// Why.
        #[source]
        error: plugix_host::Error,
    },
    /// Plugins that call each other can't be brought together.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The plugin was to take over a state.
    #[error("`{name}` can't go on with its saved state: delete {} to begin without it", .file.display())]
    State {
        /// The plugin.
        name: String,
        /// Where the state is.
        file: PathBuf,
        /// Why.
        #[source]
        error: StateError,
    },
    /// The plugin isn't pooled, or it is.
    #[error("`{name}` is {}", if *.pooled { "pooled: take an instance, and call that" } else { "one instance: call it" })]
    Mode {
        /// The plugin.
        name: String,
        /// Whether it is pooled.
        pooled: bool,
    },
    /// A file can't be read or written.
    #[error("can't {what} {}", .file.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is not what the manager has written.
    #[error("{} is no saved state: {problem}", .file.display())]
    Broken {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<DiskError> for ManagerError {
    fn from(error: DiskError) -> Self {
        Self::Io { what: error.what, file: error.path, source: error.reason }
    }
}

/// Why plugins can't be linked.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum LinkError {
    /// Nobody implements the interface.
    #[error("`{plugin}` needs the interface `{interface}`, which neither the host nor another plugin provides")]
    Missing {
        /// The plugin.
        plugin: String,
        /// The interface.
        interface: String,
    },
    /// Several plugins implement it.
    #[error("`{plugin}` needs the interface `{interface}`, which several plugins implement: {}", .providers.join(", "))]
    Several {
        /// The plugin.
        plugin: String,
        /// The interface.
        interface: String,
        /// Those that implement it.
        providers: Vec<String>,
    },
    /// The plugin may not call it.
    #[error("`{plugin}` was not granted the interface `{interface}` of `{provider}`")]
    NotGranted {
        /// The plugin.
        plugin: String,
        /// The interface.
        interface: String,
        /// Who implements it.
        provider: String,
    },
    /// Plugins call each other in a circle, so that none of them can be the first.
    #[error("plugins need each other: {}", .plugins.join(" needs "))]
    Circle {
        /// The plugins. The first is the last as well.
        plugins: Vec<String>,
    },
}

/// A reload that failed. The plugin goes on as it was.
#[derive(Debug, ThisError)]
#[error("`{name}` was not reloaded: {step}")]
pub struct ReloadError {
    /// The plugin.
    pub name: String,
    /// The step that failed, and why.
    #[source]
    pub step: ReloadStep,
}

/// A step of a reload that failed.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ReloadStep {
    /// The new module doesn't compile.
    #[error("the new module doesn't compile")]
    Compile(#[source] Box<LoadError>),
    /// The two versions don't fit: the state, or the plugins that call it.
    #[error("the new version doesn't take over the state")]
    Fit(#[source] StateError),
    /// The plugins that the new version calls can't be linked.
    #[error("the new version can't be linked")]
    Link(#[source] LinkError),
    /// The new version doesn't start.
    #[error("the new version doesn't start")]
    Start(#[source] Box<ManagerError>),
    /// The old version doesn't make room.
    #[error("the new version doesn't take over")]
    Replace(#[source] ReplaceError),
    /// The plugin was stopped meanwhile.
    #[error("the plugin was stopped")]
    Stopped,
}
