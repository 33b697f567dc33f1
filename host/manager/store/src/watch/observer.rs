//! When a changed file is read, and what is told of it. It knows the time only as it is told.

use super::{Arrived, Change, Patience};
use crate::error::FileProblem;
use crate::fetch::signatures;
use crate::folder::{Folder, chain, is_module};
use crate::{ContentHash, StoreError};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Watches files that somebody else says have changed.
pub(super) struct Observer {
    folder: Folder,
    patience: Patience,
    /// Files that have changed, and when they are read.
    pending: BTreeMap<PathBuf, Pending>,
    /// What was told last of each file.
    told: HashMap<PathBuf, Told>,
}

struct Pending {
    due: Instant,
    /// What was no module when it was read last.
    broken: Option<String>,
}

#[derive(PartialEq)]
enum Told {
    Arrived { hash: ContentHash, signatures: ContentHash },
    Broken(String),
}

impl Observer {
    pub(super) fn new(folder: Folder, patience: Patience) -> Self {
        Self { folder, patience, pending: BTreeMap::new(), told: HashMap::new() }
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file that is there to begin with.
    pub(super) fn begin(&mut self, path: &Path, now: Instant) {
        self.pending.insert(path.to_owned(), Pending { due: now, broken: None });
    }

    /// A file has changed, or a signature beside it.
    pub(super) fn touch(&mut self, path: &Path, now: Instant) {
        if let Some(path) = module_of(path) {
            self.pending.insert(path, Pending { due: now + self.patience.quiet, broken: None });
        }
    }

    /// Any file may have changed.
    pub(super) fn touch_all(&mut self, now: Instant) {
        let files: Vec<_> = self.told.keys().cloned().chain(self.folder.files().unwrap_or_default()).collect();
        files.iter().for_each(|path| self.touch(path, now));
    }

    /// When the next file is read.
    pub(super) fn next(&self) -> Option<Instant> {
        self.pending.values().map(|pending| pending.due).min()
    }

    /// Reads the files whose time has come.
    pub(super) fn advance(&mut self, now: Instant, tell: &mut impl FnMut(Change)) {
        let due = self.pending.extract_if(.., |_, pending| pending.due <= now);
        for (file, pending) in due.collect::<Vec<_>>() {
            let (state, change) = match self.look(&file) {
                Ok(arrived) => {
                    let signatures = ContentHash::of(arrived.signatures.texts().concat().as_bytes());
                    (Told::Arrived { hash: arrived.module.hash, signatures }, Change::Arrived(arrived))
                }
                Err(Trouble::Gone) => {
                    if self.told.remove(&file).is_some() {
                        tell(Change::Gone { file });
                    }
                    continue;
                }
                Err(Trouble::Changing) => {
                    self.touch(&file, now);
                    continue;
                }
                Err(Trouble::Broken { reason, .. }) if self.told.get(&file) == Some(&Told::Broken(reason.clone())) => {
                    continue;
                }
                // Somebody may be in the middle of writing it.
                Err(Trouble::Broken { fingerprint, .. }) if pending.broken.as_ref() != Some(&fingerprint) => {
                    let pending = Pending { due: now + self.patience.broken, broken: Some(fingerprint) };
                    self.pending.insert(file, pending);
                    continue;
                }
                Err(Trouble::Broken { reason, .. }) => {
                    (Told::Broken(reason.clone()), Change::Broken { file: file.clone(), reason })
                }
            };
            if self.told.get(&file) != Some(&state) {
                self.told.insert(file, state);
                tell(change);
            }
        }
    }

    fn look(&self, file: &Path) -> Result<Arrived, Trouble> {
        let read = self.folder.read(file)?;
        let module = match read.module {
            Ok(module) => module,
            Err(error) => {
                let reason = chain(&error);
                return Err(Trouble::Broken { fingerprint: read.hash.hex(), reason });
            }
        };
        let signatures = signatures(file)?;
        Ok(Arrived { file: file.to_owned(), module, bytes: read.bytes.into(), signatures })
    }
}

enum Trouble {
    Gone,
    Changing,
    Broken {
        /// What is the same while the file is the same.
        fingerprint: String,
        reason: String,
    },
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Disk { reason, .. } if reason.kind() == io::ErrorKind::NotFound => Self::Gone,
            StoreError::File { problem: FileProblem::Changing, .. } => Self::Changing,
            error => {
                let reason = chain(&error);
                Self::Broken { fingerprint: reason.clone(), reason }
            }
        }
    }
}

/// The module that a file is, or is a signature of.
fn module_of(path: &Path) -> Option<PathBuf> {
    if is_module(path) {
        return Some(path.to_owned());
    }
    let name = path.file_name()?.to_str()?.strip_suffix(".minisig")?;
    let end = name.rfind(".wasm").map(|at| at + ".wasm".len())?;
    Some(path.with_file_name(&name[..end])).filter(|path| is_module(path))
}

#[cfg(test)]
mod tests;
