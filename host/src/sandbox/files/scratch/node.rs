//! Files, folders and links in memory.

use super::memory_file::{MemoryFile, now};
use crate::sandbox::files::content::Content;
use crate::sandbox::files::space::{Space, Taken};
use crate::sandbox::files::volume::ENTRY;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use virtual_fs::{FileType, FsError, Metadata, Result};

/// Something with a name. It takes space until it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) node: Node,
    made: u64,
    _taken: Taken,
}

#[derive(Debug)]
pub(super) enum Node {
    File(MemoryFile),
    Folder(Folder),
    Link(PathBuf),
}

/// Entries by name.
#[derive(Debug, Default)]
pub(super) struct Folder(BTreeMap<OsString, Entry>);

impl Entry {
    pub(super) fn new(node: Node, space: &Space) -> Result<Self> {
        Ok(Self { node, made: now(), _taken: Taken::new(space, ENTRY)? })
    }

    pub(super) fn metadata(&self) -> Metadata {
        let found = |ft, len| Metadata { ft, accessed: self.made, created: self.made, modified: self.made, len };
        match &self.node {
            Node::File(file) => file.metadata().unwrap_or_default(),
            Node::Folder(_) => found(FileType::new_dir(), 0),
            Node::Link(target) => {
                found(FileType { symlink: true, ..FileType::default() }, target.as_os_str().len() as u64)
            }
        }
    }

    /// Fails unless a folder (if `by_folder`) or something else may take this entry's place.
    pub(super) fn check_replaceable(&self, by_folder: bool) -> Result<()> {
        match (&self.node, by_folder) {
            (Node::Folder(folder), true) if folder.len() > 0 => Err(FsError::DirectoryNotEmpty),
            (Node::Folder(_), true) | (Node::File(_) | Node::Link(_), false) => Ok(()),
            (Node::Folder(_), false) => Err(FsError::NotAFile),
            (Node::File(_) | Node::Link(_), true) => Err(FsError::BaseNotDirectory),
        }
    }
}

impl Folder {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&OsString, &Entry)> {
        self.0.iter()
    }

    pub(super) fn contains(&self, name: &OsStr) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn entry(&self, name: &OsStr) -> Option<&Entry> {
        self.0.get(name)
    }

    /// Adds an entry. An earlier entry of this name is gone.
    pub(super) fn insert(&mut self, name: &OsStr, entry: Entry) {
        self.0.insert(name.to_owned(), entry);
    }

    pub(super) fn remove(&mut self, name: &OsStr) -> Result<Entry> {
        self.0.remove(name).ok_or(FsError::EntryNotFound)
    }

    /// The entry at a path. The path is not that of the folder itself.
    pub(super) fn get(&mut self, path: &Path) -> Result<&Entry> {
        let (folder, name) = self.parent_mut(path)?;
        folder.entry(name).ok_or(FsError::EntryNotFound)
    }

    /// The folder that contains a path, and the path's name in there.
    pub(super) fn parent_mut<'p>(&mut self, path: &'p Path) -> Result<(&mut Self, &'p OsStr)> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(FsError::PermissionDenied);
        };
        Ok((self.folder_mut(parent)?, name))
    }

    /// The folder at a path.
    pub(super) fn folder_mut(&mut self, path: &Path) -> Result<&mut Self> {
        path.iter().try_fold(self, |folder, name| match folder.0.get_mut(name).map(|entry| &mut entry.node) {
            Some(Node::Folder(folder)) => Ok(folder),
            Some(_) => Err(FsError::BaseNotDirectory),
            None => Err(FsError::EntryNotFound),
        })
    }
}
