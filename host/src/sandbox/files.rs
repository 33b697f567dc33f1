//! The file system that a plugin sees: what its policy mounts, and nothing else.
//!
//! wasmer-wasix checks the rights of a preopened folder only for paths that are relative to the folder. An absolute
//! path goes straight to the file system (`syscalls/wasix/path_open2.rs`). So all rules are kept here: [`Tree`] finds
//! the mount of a path, and keeps the mount's rules. The mounts are volumes: folders of the host, and scratch folders.

mod content;
mod folder;
mod mount;
mod open_file;
mod path;
mod refusal;
mod root;
mod scratch;
mod space;
mod tree;
mod volume;

pub use mount::Access;
pub(crate) use mount::{Mount, Source};
pub(crate) use open_file::take_unheard_error;
pub(crate) use path::MAX_PATH;
pub(crate) use refusal::{forget_refusal, report_refusal};
pub(crate) use root::make_root;

use crate::error::LoadError;
use crate::events::Events;
use folder::Folder;
use path::plain;
use scratch::Scratch;
use space::Space;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use tree::{Mounted, Tree};
use virtual_fs::MountFileSystem;

/// The file system with everything that the policy mounts, each mount at its place.
pub(crate) fn file_system(wanted: &[Mount], events: &Events) -> Result<MountFileSystem, LoadError> {
    let mut mounts: Vec<Mounted> = Vec::new();
    for mount in wanted {
        let wrong = |problem: String| LoadError::Policy { what: mount.to_string(), problem };
        let at = guest_path(&mount.guest).map_err(wrong)?;
        if mounts.iter().any(|other| other.at == at) {
            return Err(wrong("something else is mounted there".into()));
        }
        mounts.push(mounted(at, mount, events).map_err(wrong)?);
    }
    let root = MountFileSystem::new();
    root.mount("/", Arc::new(Tree::new(mounts, events.clone())))
        .map_err(|error| LoadError::Policy { what: "the mounts".into(), problem: error.to_string() })?;
    Ok(root)
}

fn mounted(at: PathBuf, mount: &Mount, events: &Events) -> Result<Mounted, String> {
    let space = |bytes: u64| Space::new(bytes, events.clone());
    match &mount.source {
        Source::Folder { host, access, limit } => {
            let folder = Folder::open(host, limit.map(space)).map_err(|error| match error {
                rustix::io::Errno::NOSYS => "needs Linux 5.6 or later, which has openat2".into(),
                other => std::io::Error::from(other).to_string(),
            })?;
            Ok(Mounted { at, access: *access, volume: Box::new(folder), written: |counts| &counts.written_to_mounts })
        }
        Source::Scratch { limit } => {
            let volume = Box::new(Scratch::new(space(*limit)));
            Ok(Mounted { at, access: Access::ReadWrite, volume, written: |counts| &counts.written_to_scratch })
        }
    }
}

/// The plugin's side of a mount, relative to its root.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn guest_path(path: &str) -> Result<PathBuf, String> {
    const RULE: &str = "the plugin's side of a mount is an absolute path without `.` and `..`";
    let parts = || Path::new(path).components();
    let normal = parts().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    if path.starts_with('/') && normal && !path.contains('\0') {
        plain(Path::new(path)).map_err(|_| "the path is too long".into())
    } else {
        Err(RULE.into())
    }
}
