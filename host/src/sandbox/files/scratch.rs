//! A folder in the host's memory. It is gone when its plugin is.
//!
//! Each entry counts for a fixed number of bytes besides its content. So names and empty folders are limited too.

mod chunks;
mod memory_file;
mod node;

use super::content::Content;
use super::space::Space;
use super::volume::{MAX_ENTRIES, Volume};
use crate::sync::lock::lock;
use memory_file::MemoryFile;
use node::{Entry, Folder, Node};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use virtual_fs::{FileType, FsError, Metadata, OpenOptionsConfig, Result};

/// The files of one scratch folder.
#[derive(Debug)]
pub(super) struct Scratch {
    root: Mutex<Folder>,
    space: Space,
}

impl Scratch {
    pub(super) fn new(space: Space) -> Self {
        Self { root: Mutex::default(), space }
    }

    fn add(&self, path: &Path, node: impl FnOnce() -> Node) -> Result<()> {
        let mut root = lock(&self.root);
        let (folder, name) = root.parent_mut(path)?;
        if folder.contains(name) {
            return Err(FsError::AlreadyExists);
        }
        folder.insert(name, Entry::new(node(), &self.space)?);
        Ok(())
    }
}

impl Volume for Scratch {
    fn metadata(&self, path: &Path, _follow: bool) -> Result<Metadata> {
        // wasmer-wasix follows links itself, and then asks for what it found.
        if path.as_os_str().is_empty() {
            Ok(Metadata { ft: FileType::new_dir(), ..Metadata::default() })
        } else {
            Ok(lock(&self.root).get(path)?.metadata())
        }
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf> {
        match &lock(&self.root).get(path)?.node {
            Node::Link(target) => Ok(target.clone()),
            _ => Err(FsError::InvalidInput),
        }
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<(OsString, Metadata)>> {
        let mut root = lock(&self.root);
        let folder = root.folder_mut(path)?;
        if folder.len() > MAX_ENTRIES {
            Err(FsError::StorageFull)
        } else {
            Ok(folder.entries().map(|(name, entry)| (name.clone(), entry.metadata())).collect())
        }
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        self.add(path, || Node::Folder(Folder::default()))
    }

    fn create_symlink(&self, target: &Path, path: &Path) -> Result<()> {
        self.add(path, || Node::Link(target.to_owned()))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        if from == to {
            return lock(&self.root).get(from).map(drop);
        }
        if to.starts_with(from) {
            return Err(FsError::InvalidInput);
        }
        let mut root = lock(&self.root);
        let moves_folder = matches!(root.get(from)?.node, Node::Folder(_));
        let (folder, name) = root.parent_mut(to)?;
        if let Some(replaced) = folder.entry(name) {
            replaced.check_replaceable(moves_folder)?;
        }
        let (folder, old_name) = root.parent_mut(from)?;
        let moved = folder.remove(old_name)?;
        let (folder, name) = root.parent_mut(to)?;
        folder.insert(name, moved);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        let mut root = lock(&self.root);
        match root.get(path)?.node {
            Node::Folder(_) => Err(FsError::NotAFile),
            _ => remove(&mut root, path),
        }
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        let mut root = lock(&self.root);
        match &root.get(path)?.node {
            Node::Folder(folder) if folder.len() > 0 => Err(FsError::DirectoryNotEmpty),
            Node::Folder(_) => remove(&mut root, path),
            _ => Err(FsError::BaseNotDirectory),
        }
    }

    fn open(&self, path: &Path, how: &OpenOptionsConfig) -> Result<Box<dyn Content>> {
        let mut root = lock(&self.root);
        let (folder, name) = root.parent_mut(path)?;
        let file = match folder.entry(name).map(|entry| &entry.node) {
            Some(_) if how.create_new => return Err(FsError::AlreadyExists),
            Some(Node::File(file)) => file.clone(),
            Some(_) => return Err(FsError::PermissionDenied),
            None if how.create || how.create_new => {
                let file = MemoryFile::new(&self.space);
                folder.insert(name, Entry::new(Node::File(file.clone()), &self.space)?);
                file
            }
            None => return Err(FsError::EntryNotFound),
        };
        drop(root);
        if how.truncate {
            file.set_len(0)?;
        }
        Ok(Box::new(file))
    }
}

fn remove(root: &mut Folder, path: &Path) -> Result<()> {
    let (folder, name) = root.parent_mut(path)?;
    folder.remove(name).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::sandbox::files::volume::ENTRY;

    const WRITE: OpenOptionsConfig =
        OpenOptionsConfig { read: true, write: true, create: true, create_new: false, append: false, truncate: false };

    fn scratch(bytes: u64) -> Scratch {
        Scratch::new(Space::new(bytes, Events::new("test", None)))
    }

    #[test]
    fn a_removed_file_takes_space_until_it_is_closed() -> Result<()> {
        let scratch = scratch(4 * ENTRY);
        let file = scratch.open(Path::new("file"), &WRITE)?;
        assert_eq!(file.write_at(&[1; 3 * ENTRY as usize], 0).ok(), Some(3 * ENTRY as usize));
        assert!(scratch.create_dir(Path::new("folder")).is_err());
        scratch.remove_file(Path::new("file"))?;
        scratch.create_dir(Path::new("folder"))?;
        assert!(scratch.create_dir(Path::new("other")).is_err());
        drop(file);
        scratch.create_dir(Path::new("other"))
    }

    #[test]
    fn renaming_replaces_what_may_be_replaced() -> Result<()> {
        let scratch = scratch(64 * ENTRY);
        for folder in ["a", "a/b", "empty", "full", "full/x"] {
            scratch.create_dir(Path::new(folder))?;
        }
        scratch.open(Path::new("file"), &WRITE)?;
        let rename = |from: &str, to: &str| scratch.rename(Path::new(from), Path::new(to));
        assert_eq!(rename("a", "a/b/c"), Err(FsError::InvalidInput));
        assert_eq!(rename("a", "full"), Err(FsError::DirectoryNotEmpty));
        assert_eq!(rename("a", "file"), Err(FsError::BaseNotDirectory));
        assert_eq!(rename("file", "a"), Err(FsError::NotAFile));
        assert_eq!(rename("nothing", "b"), Err(FsError::EntryNotFound));
        rename("a", "empty")?;
        rename("file", "empty/b/file")?;
        assert!(scratch.metadata(Path::new("empty/b/file"), false)?.is_file());
        assert_eq!(scratch.metadata(Path::new("a"), false), Err(FsError::EntryNotFound));
        Ok(())
    }
}
