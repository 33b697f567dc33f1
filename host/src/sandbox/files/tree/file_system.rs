//! The tree, as wasmer-wasix asks for it.

use super::{Place, Tree};
use crate::sandbox::files::open_file::{OpenFile, Opened};
use crate::sandbox::files::path::leads_down;
use crate::sandbox::files::refusal::remember_refusal;
use crate::sandbox::files::{Access, plain};
use futures::future::BoxFuture;
use std::path::{Path, PathBuf};
use virtual_fs::{
    DirEntry, FileOpener, FileSystem, FsError, Metadata, OpenOptions, OpenOptionsConfig, ReadDir, Result, VirtualFile,
};

impl FileSystem for Tree {
    fn readlink(&self, path: &Path) -> Result<PathBuf> {
        let path = plain(path)?;
        match self.find(&path)? {
            Place::In(mount, inner) => {
                let target = mount.volume.read_link(&inner)?;
                self.check_target(&path, &target);
                Ok(target)
            }
            Place::Above => Err(FsError::InvalidInput),
        }
    }

    fn read_dir(&self, path: &Path) -> Result<ReadDir> {
        let path = plain(path)?;
        let mut entries = match self.find(&path)? {
            Place::In(mount, inner) => self.or_folder(&path, mount.volume.read_dir(&inner), Vec::new)?,
            Place::Above => Vec::new(),
        };
        let mounts = self.mounted_below(&path);
        entries.retain(|(name, _)| !mounts.contains(name));
        entries.extend(mounts.into_iter().map(|name| (name, self.folder_metadata())));
        let folder = Path::new("/").join(path);
        let entry =
            |(name, metadata)| DirEntry { path: folder.join::<&Path>(AsRef::as_ref(&name)), metadata: Ok(metadata) };
        Ok(ReadDir::new(entries.into_iter().map(entry).collect()))
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        let path = plain(path)?;
        let (mount, inner) = self.changeable("create the folder", &path)?;
        mount.volume.create_dir(&inner)
    }

    fn create_symlink(&self, target: &Path, path: &Path) -> Result<()> {
        let path = plain(path)?;
        let (mount, inner) = self.changeable("create the link", &path)?;
        if !leads_down(target) {
            return Err(self.denied("create the link", &path));
        }
        mount.volume.create_symlink(target, &inner)
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        let (mount, inner) = self.changeable("remove the folder", &plain(path)?)?;
        mount.volume.remove_dir(&inner)
    }

    fn rename<'a>(&'a self, from: &'a Path, to: &'a Path) -> BoxFuture<'a, Result<()>> {
        let renamed = || {
            let (from, to) = (plain(from)?, plain(to)?);
            let (from_mount, from_inner) = self.changeable("rename", &from)?;
            let (to_mount, to_inner) = self.changeable("rename to", &to)?;
            if !std::ptr::eq(from_mount, to_mount) {
                // As between two disks: the plugin has to copy.
                return Err(FsError::Unsupported);
            }
            to_mount.volume.rename(&from_inner, &to_inner)?;
            self.0.opened.moved(&from, &to);
            Ok(())
        };
        let renamed = renamed();
        Box::pin(std::future::ready(renamed))
    }

    fn metadata(&self, path: &Path) -> Result<Metadata> {
        self.metadata_of(path, true)
    }

    fn symlink_metadata(&self, path: &Path) -> Result<Metadata> {
        self.metadata_of(path, false)
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        let (mount, inner) = self.changeable("remove", &plain(path)?)?;
        mount.volume.remove_file(&inner)
    }

    fn new_open_options(&self) -> OpenOptions<'_> {
        OpenOptions::new(self)
    }
}

impl FileOpener for Tree {
    fn open(&self, path: &Path, how: &OpenOptionsConfig) -> Result<Box<dyn VirtualFile + Send + Sync + 'static>> {
        let path = plain(path)?;
        let creates = how.create || how.create_new || how.truncate;
        let (mount, inner) = match self.find(&path) {
            Ok(Place::In(mount, inner)) if mount.access == Access::ReadWrite || !how.would_mutate() => (mount, inner),
            // wasmer-wasix also asks for writing when a plugin only wants to read. So that alone is not reported.
            Ok(Place::In(..)) if !creates => {
                remember_refusal(&self.0.events, &path);
                return Err(FsError::PermissionDenied);
            }
            Err(error) if !creates => return Err(error),
            _ => return Err(self.denied("create or write", &path)),
        };
        let content = mount.volume.open(&inner, how)?;
        let opened = Opened { tree: self.clone(), id: self.0.opened.add(&path), written: mount.written };
        Ok(Box::new(OpenFile::new(content, how, opened)))
    }
}
