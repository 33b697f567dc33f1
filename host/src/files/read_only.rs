//! A file system that can't be changed.
//!
//! wasmer-wasix checks the rights of a preopened folder only for paths that are relative to it; an absolute path goes
//! straight to the file system (`syscalls/wasix/path_open2.rs`). So it is the file system that refuses.

mod file;

use file::ReadOnlyFile;
use futures::future::BoxFuture;
use std::path::{Path, PathBuf};
use virtual_fs::{
    FileOpener, FileSystem, FsError, Metadata, OpenOptions, OpenOptionsConfig, ReadDir, Result, VirtualFile,
};

/// Lists and reads what `F` has, and refuses all else with [`FsError::PermissionDenied`].
#[derive(Debug)]
pub(super) struct ReadOnly<F>(pub(super) F);

impl<F: FileSystem> FileSystem for ReadOnly<F> {
    fn readlink(&self, path: &Path) -> Result<PathBuf> {
        self.0.readlink(path)
    }

    fn read_dir(&self, path: &Path) -> Result<ReadDir> {
        self.0.read_dir(path)
    }

    fn create_dir(&self, _: &Path) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn create_symlink(&self, _: &Path, _: &Path) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn hard_link(&self, _: &Path, _: &Path) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn remove_dir(&self, _: &Path) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn rename<'a>(&'a self, _: &'a Path, _: &'a Path) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(FsError::PermissionDenied) })
    }

    fn metadata(&self, path: &Path) -> Result<Metadata> {
        self.0.metadata(path)
    }

    fn symlink_metadata(&self, path: &Path) -> Result<Metadata> {
        self.0.symlink_metadata(path)
    }

    fn remove_file(&self, _: &Path) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn new_open_options(&self) -> OpenOptions<'_> {
        OpenOptions::new(self)
    }
}

impl<F: FileSystem> FileOpener for ReadOnly<F> {
    fn open(&self, path: &Path, options: &OpenOptionsConfig) -> Result<Box<dyn VirtualFile + Send + Sync + 'static>> {
        if options.would_mutate() {
            return Err(FsError::PermissionDenied);
        }
        let file = self.0.new_open_options().options(options.clone()).open(path)?;
        Ok(Box::new(ReadOnlyFile(file)))
    }
}
