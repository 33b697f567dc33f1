//! The file of grants.

use super::text::{read, write};
use super::{Answer, Coverage, Grant, GrantError, GrantsError, Origin, Prompt, Question, Subject};
use crate::ContentHash;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const MAX_LEN: u64 = 16 << 20;

/// Who may do what, kept in a file or in memory.
#[derive(Debug, Default)]
pub struct Grants {
    path: Option<PathBuf>,
    entries: Vec<Entry>,
}

/// What one module may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) origin: Origin,
    pub(super) hash: ContentHash,
    pub(super) grant: Grant,
}

impl Grants {
    /// Keeps nothing beyond the process.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Reads a file. There need not be one yet.
    ///
    /// # Errors
    /// [`GrantsError::Io`] if it can't be read, [`GrantsError::Text`] with the line if it is damaged.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, GrantsError> {
        let path = path.into();
        Ok(Self { entries: load(&path)?, path: Some(path) })
    }

    /// Reads the grants of a store's folder, `grants.toml`. There need not be any yet.
    ///
    /// # Errors
    /// Those of [`Grants::open`].
    pub fn of_home(home: impl AsRef<Path>) -> Result<Self, GrantsError> {
        Self::open(home.as_ref().join("grants.toml"))
    }

    /// What was granted to a module.
    pub fn get(&self, origin: &Origin, hash: &ContentHash) -> Option<&Grant> {
        let entry = self.entries.iter().find(|entry| entry.origin == *origin && entry.hash == *hash);
        entry.map(|entry| &entry.grant)
    }

    /// What was granted last to a module of this origin.
    pub(super) fn last(&self, origin: &Origin) -> Option<&Grant> {
        self.entries.iter().rev().find(|entry| entry.origin == *origin).map(|entry| &entry.grant)
    }

    /// All that was granted: to whom, and what.
    pub fn iter(&self) -> impl Iterator<Item = (&Origin, &ContentHash, &Grant)> {
        self.entries.iter().map(|entry| (&entry.origin, &entry.hash, &entry.grant))
    }

    /// Keeps what a module is granted, in the place of what it was granted before.
    ///
    /// # Errors
    /// [`GrantsError::Io`] or [`GrantsError::Text`]. Then the file is as it was.
    pub fn set(&mut self, origin: &Origin, hash: &ContentHash, grant: Grant) -> Result<(), GrantsError> {
        let entry = Entry { origin: origin.clone(), hash: *hash, grant };
        self.change(|entries| {
            entries.retain(|kept| kept.origin != entry.origin || kept.hash != entry.hash);
            entries.push(entry);
        })
    }

    /// Forgets what was granted to modules of an origin, and what was refused. They are asked again.
    ///
    /// # Errors
    /// [`GrantsError::Io`] or [`GrantsError::Text`]. Then the file is as it was.
    pub fn forget(&mut self, origin: &Origin) -> Result<(), GrantsError> {
        self.change(|entries| entries.retain(|kept| kept.origin != *origin))
    }

    /// What a module may do when it starts. Requests that were never answered are asked of the prompt, and what it says is
    /// kept.
    ///
    /// # Errors
    /// [`GrantsError::Refused`] if the plugin needs what was refused, [`GrantsError::Prompt`] if nobody answered,
    /// [`GrantsError::Grant`] if more was allowed than was asked for, and what reading and writing the file gives.
    pub fn decide(&mut self, subject: &Subject<'_>, prompt: &mut dyn Prompt) -> Result<Grant, GrantsError> {
        let Subject { origin, hash, requests, .. } = *subject;
        let grant = match self.check(origin, hash, requests) {
            Coverage::Covered { grant, is_new: false } => return Ok(grant),
            Coverage::Covered { grant, is_new: true } => grant,
            Coverage::Refused { needed, .. } => return Err(GrantsError::Refused { origin: origin.clone(), needed }),
            Coverage::Asks { mut granted, additional, is_known } => {
                let question = Question { subject, asked: &additional, granted: &granted, is_known };
                let Answer { decisions, added } = prompt.ask(&question)?;
                let (asked, answered) = (additional.len(), decisions.len());
                if asked != answered {
                    return Err(GrantError::Answers { asked, answered }.into());
                }
                for (request, decision) in additional.iter().zip(decisions) {
                    granted.decide(request.item.clone(), decision)?;
                }
                added.into_iter().for_each(|added| granted.add(added));
                granted
            }
        };
        self.set(origin, hash, grant.clone())?;
        match grant.refuses(requests) {
            needed if needed.is_empty() => Ok(grant),
            needed => Err(GrantsError::Refused { origin: origin.clone(), needed }),
        }
    }

    /// Changes the entries, those that another process has written meanwhile as well.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<(), GrantsError> {
        let Some(path) = &self.path else {
            change(&mut self.entries);
            return Ok(());
        };
        let mut lock = fd_lock::RwLock::new(lock_file(path)?);
        let _held = lock.write().map_err(failed("lock", path))?;
        let mut entries = load(path)?;
        change(&mut entries);
        save(path, &write(&entries))?;
        self.entries = entries;
        Ok(())
    }
}

fn load(path: &Path) -> Result<Vec<Entry>, GrantsError> {
    let failed = failed("read", path);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut text = String::new();
    if (&mut file).take(MAX_LEN + 1).read_to_string(&mut text).map_err(&failed)? as u64 > MAX_LEN {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(read(&text, Some(path))?)
}

/// The file that is locked while the grants are changed. The grants' own file is another one after each change.
fn lock_file(path: &Path) -> Result<File, GrantsError> {
    let failed = failed("lock", path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(&failed)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(failed)
}

/// Puts the new file in the place of the old one at once. Values of variables may be secrets: the user alone can read it.
fn save(path: &Path, text: &str) -> Result<(), GrantsError> {
    let failed = failed("write", path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(&failed)?;
    file.write_all(text.as_bytes()).map_err(&failed)?;
    file.as_file().sync_all().map_err(&failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn failed(what: &'static str, path: &Path) -> impl Fn(io::Error) -> GrantsError {
    move |source| GrantsError::Io { what, path: path.to_owned(), source }
}
