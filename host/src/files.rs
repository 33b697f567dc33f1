//! The file system that a plugin sees: the folders that its policy mounts, and nothing else.

mod read_only;

use crate::policy::Mount;
use crate::{Access, LoadError};
use read_only::ReadOnly;
use std::path::{Component, Path};
use std::sync::Arc;
use tokio::runtime::Handle;
use virtual_fs::{FileSystem, MountFileSystem, host_fs};

/// Mounts each folder at its place.
pub(crate) fn file_system(mounts: &[Mount], io: &Handle) -> Result<MountFileSystem, LoadError> {
    let root = MountFileSystem::new();
    for mount in mounts {
        let wrong = |problem: String| LoadError::Policy {
            what: format!("mount {} at {}", mount.host.display(), mount.guest),
            problem,
        };
        check_guest_path(&mount.guest).map_err(wrong)?;
        let folder = std::fs::metadata(&mount.host).map_err(|error| wrong(error.to_string()))?;
        if !folder.is_dir() {
            return Err(wrong("not a folder".into()));
        }
        let folder = host_fs::FileSystem::new(io.clone(), &mount.host).map_err(|error| wrong(error.to_string()))?;
        let folder: Arc<dyn FileSystem + Send + Sync> = match mount.access {
            Access::ReadOnly => Arc::new(ReadOnly(folder)),
            Access::ReadWrite => Arc::new(folder),
        };
        root.mount(&mount.guest, folder).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(root)
}

fn check_guest_path(path: &str) -> Result<(), String> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    match path.starts_with('/') && plain && !path.contains('\0') {
        true => Ok(()),
        false => Err("the plugin's side of a mount is an absolute path without `.` and `..`".into()),
    }
}
