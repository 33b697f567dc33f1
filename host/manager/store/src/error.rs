//! What can go wrong with kept plugins: what it was, where, and what to do.

use crate::fetch::FetchError;
use crate::lock::LockError;
use crate::signature::{PolicyError, SignatureError, SignaturesError};
use crate::{ContentHash, NameError, PluginName, SourceError};
use plugix_module::ModuleError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error as ThisError;

/// Something went wrong with the kept plugins. What was kept before is kept still.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum StoreError {
    /// Another manager has the folder.
    #[error("{} is in use by another program: end that one, or name another folder", home.display())]
    InUse {
        /// The folder.
        home: PathBuf,
    },
    /// The disk or the operating system refuses.
    #[error("can't {what} {}", path.display())]
    Disk {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// The reason.
        #[source]
        reason: io::Error,
    },
    /// The lock file can't be trusted.
    #[error("the lock file {} can't be used; nothing was changed: mend it, or remove it and add its plugins again", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// The reason.
        #[source]
        reason: LockError,
    },
    /// There is no plugin of this name.
    #[error("there is no plugin `{name}`{}", there_are(known))]
    UnknownPlugin {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<PluginName>,
    },
    /// There is a plugin of this name from another source.
    #[error("there is a plugin `{name}` already, from {source_text}: remove it, or give the new one another name")]
    NameTaken {
        /// The name.
        name: PluginName,
        /// Where the plugin of this name comes from.
        source_text: String,
    },
    /// The lock file names a module that isn't kept.
    #[error("the module {hash} is not kept in {}: restore it (`plugix restore`), or update its plugin", folder.display())]
    ModuleMissing {
        /// The module's hash.
        hash: ContentHash,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A kept module isn't the one that its name says.
    #[error("{} was changed: its hash is {found}; remove the file, and restore it (`plugix restore`)", path.display())]
    ModuleChanged {
        /// The file.
        path: PathBuf,
        /// The hash of what it holds.
        found: ContentHash,
    },
    /// A source delivers another module than it must.
    #[error(
        "{source_text} has the module {found}, and {expected} was expected: it is another version, or was tampered with"
    )]
    OtherModule {
        /// The source.
        source_text: String,
        /// The hash that the module must have.
        expected: ContentHash,
        /// The hash that it has.
        found: ContentHash,
    },
    /// A file is no regular file, or too large.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// What a source delivers is no module.
    #[error("{source_text} has no module")]
    Module {
        /// The source.
        source_text: String,
        /// The reason.
        #[source]
        reason: ModuleError,
    },
    /// A module doesn't say a name that can be used.
    #[error("{source_text} needs a name")]
    Name {
        /// The source.
        source_text: String,
        /// Why the module's own isn't one.
        #[source]
        reason: NameError,
    },
    /// A folder has no module of a plugin's name, or several.
    #[error("{} has {count} modules of the plugin `{name}`, and one was expected", folder.display())]
    InFolder {
        /// The folder.
        folder: PathBuf,
        /// The plugin's name.
        name: PluginName,
        /// How many there are.
        count: usize,
    },
    /// A module isn't signed as it must be.
    #[error("{source_text} is not signed as it must be")]
    Unsigned {
        /// The source.
        source_text: String,
        /// The reason.
        #[source]
        reason: SignatureError,
    },
    /// What should be signatures is something else.
    #[error("the signatures of {source_text} can't be read")]
    Signatures {
        /// The source of the module.
        source_text: String,
        /// The reason.
        #[source]
        reason: SignaturesError,
    },
    /// The policy of signatures can't be used.
    #[error("{}", path.display())]
    Policy {
        /// The policy's file.
        path: PathBuf,
        /// The reason.
        #[source]
        reason: PolicyError,
    },
    /// The credentials can't be used.
    #[error("the credentials in {} can't be used: {what}", path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A folder can't be watched.
    #[error("{} can't be watched", folder.display())]
    Watch {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        #[source]
        reason: notify::Error,
    },
    /// The network or the other side failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A text is no source, or one that this can't be done with.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum FileProblem {
    /// A folder, a device or something else.
    #[error("it is no regular file")]
    NotRegular,
    /// It is larger than is taken.
    #[error("it is larger than {0} bytes, which is the limit")]
    TooLarge(u64),
    /// It changes while it is read.
    #[error("it changes while it is read: wait until it is written")]
    Changing,
    /// It should be text and isn't.
    #[error("it is no text in UTF-8")]
    NotText,
}

impl StoreError {
    /// Whether the reason is that no space is left.
    pub fn is_disk_full(&self) -> bool {
        let reason = match self {
            Self::Disk { reason, .. } => Some(reason),
            Self::Fetch(error) => error.disk(),
            _ => None,
        };
        reason.is_some_and(|reason| {
            use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
            matches!(reason.kind(), StorageFull | QuotaExceeded | FileTooLarge)
        })
    }

    pub(crate) fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |reason| Self::Disk { what, path, reason }
    }

    pub(crate) fn file(path: &Path, problem: FileProblem) -> Self {
        Self::File { path: path.to_owned(), problem }
    }
}

fn there_are(names: &[PluginName]) -> String {
    match names {
        [] => "; there are none yet".to_owned(),
        names => format!("; there are {}", names.iter().map(PluginName::as_str).collect::<Vec<_>>().join(", ")),
    }
}
