//! How deep folders may lie in each other. Programs of the host's, and the host itself, go down through a plugin's
//! folders when they remove or copy them: many of them with a stack frame and a descriptor for each level.

use super::host::{FOLDER, HostMount};
use crate::{Errno, Result, Thread};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{Dir, FileType, Mode, OFlags, openat};
use std::sync::PoisonError;

/// How many folders lie between a mount's root and the deepest one, at most.
pub(crate) const MAX_DEPTH: usize = 128;

impl HostMount {
    /// Fails if a new folder in `folder` would lie too deep.
    pub(crate) fn check_room_below(&self, folder: BorrowedFd<'_>, thread: &Thread) -> Result<()> {
        if self.depth(folder, thread)? < MAX_DEPTH { Ok(()) } else { Err(Errno::Nametoolong) }
    }

    /// Fails if what is at a name would lie too deep, or if folders in it would, where it is moved to. Two threads can
    /// make it twice as deep at most: one that makes folders in what the other one moves.
    pub(crate) fn check_move(
        &self,
        (folder, name): (BorrowedFd<'_>, &[u8]),
        to: BorrowedFd<'_>,
        thread: &Thread,
    ) -> Result<()> {
        let Ok(moved) = openat(folder, name, FOLDER | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) else {
            // It is no folder, and the move itself says what is wrong.
            return Ok(());
        };
        let to = self.depth(to, thread)?;
        if to <= self.depth(folder, thread)? {
            return Ok(());
        }
        let room = MAX_DEPTH.checked_sub(to + 1).ok_or(Errno::Nametoolong)?;
        // Each level takes a descriptor of the host's: one thread at a time goes down.
        let _one = self.descent.lock().unwrap_or_else(PoisonError::into_inner);
        check_height(moved.as_fd(), room, thread)
    }
}

/// Fails if more than `most` folders lie in each other below an open one.
fn check_height(folder: BorrowedFd<'_>, most: usize, thread: &Thread) -> Result<()> {
    let list = |folder: BorrowedFd<'_>, name: &std::ffi::CStr| {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok::<_, Errno>(Dir::new(openat(folder, name, flags, Mode::empty())?)?)
    };
    let mut open = vec![list(folder, c".")?];
    while let Some(dir) = open.last_mut() {
        thread.check_stop()?;
        let Some(entry) = dir.read().transpose()? else {
            open.pop();
            continue;
        };
        let name = entry.file_name();
        let may_be_folder = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
        if !may_be_folder || name == c"." || name == c".." {
            continue;
        }
        if open.len() > most {
            return Err(Errno::Nametoolong);
        }
        let dir = open.last().map(Dir::fd).transpose()?.ok_or(Errno::Io)?;
        match list(dir, name) {
            Ok(inner) => open.push(inner),
            // It has gone meanwhile, or nobody may look into it.
            Err(Errno::Noent | Errno::Notdir | Errno::Access) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
