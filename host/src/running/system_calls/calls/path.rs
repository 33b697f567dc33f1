//! Calls with paths.

use super::super::context::{Call, Result};
use super::super::layout::{Filestat, OldFilestat};
use super::fd::flags;
use plugix_system::{Errno, Filestat as Stat, OpenFlags, Rights, Time};

const FOLLOW: u32 = 1;
const CLOSE_ON_EXEC: u32 = 1;

const SET_ACCESSED: u32 = 1;
const SET_ACCESSED_NOW: u32 = 2;
const SET_MODIFIED: u32 = 4;
const SET_MODIFIED_NOW: u32 = 8;

fn follows(flags: u32) -> Result<bool> {
    if flags & !FOLLOW == 0 { Ok(flags == FOLLOW) } else { Err(Errno::Inval) }
}

pub(super) fn stat(stat: &Stat) -> Filestat {
    Filestat {
        device: stat.device,
        inode: stat.inode,
        filetype: stat.filetype as u8,
        mode: stat.mode,
        links: stat.links,
        size: stat.size,
        accessed: stat.accessed,
        modified: stat.modified,
        changed: stat.changed,
        ..Filestat::default()
    }
}

pub(super) fn old_stat(stat: &Stat) -> OldFilestat {
    OldFilestat {
        device: stat.device,
        inode: stat.inode,
        filetype: stat.filetype as u8,
        links: u32::try_from(stat.links).unwrap_or(u32::MAX),
        size: stat.size,
        accessed: stat.accessed,
        modified: stat.modified,
        changed: stat.changed,
        ..OldFilestat::default()
    }
}

/// The times that the flags ask for: that of the last read, and that of the last change.
pub(super) fn times(accessed: u64, modified: u64, flags: u32) -> Result<[Time; 2]> {
    let time = |at, set, now| match (flags & set != 0, flags & now != 0) {
        (true, true) => Err(Errno::Inval),
        (true, false) => Ok(Time::At(at)),
        (false, true) => Ok(Time::Now),
        (false, false) => Ok(Time::Keep),
    };
    if flags & !(SET_ACCESSED | SET_ACCESSED_NOW | SET_MODIFIED | SET_MODIFIED_NOW) != 0 {
        return Err(Errno::Inval);
    }
    Ok([time(accessed, SET_ACCESSED, SET_ACCESSED_NOW)?, time(modified, SET_MODIFIED, SET_MODIFIED_NOW)?])
}

#[expect(clippy::too_many_arguments, reason = "WASI has it so")]
pub(super) fn open(
    call: &mut Call<'_>,
    folder: u32,
    lookup: u32,
    path: u32,
    len: u32,
    how: u32,
    rights: u64,
    inheriting: u64,
    status: u32,
    result: u32,
) -> Result {
    open2(call, folder, lookup, path, len, how, rights, inheriting, status, 0, result)
}

#[expect(clippy::too_many_arguments, reason = "WASIX has it so")]
pub(super) fn open2(
    call: &mut Call<'_>,
    folder: u32,
    lookup: u32,
    path: u32,
    len: u32,
    how: u32,
    rights: u64,
    inheriting: u64,
    status: u32,
    extended: u32,
    result: u32,
) -> Result {
    let path = call.path(path, len)?;
    call.check(result, 4)?;
    let flags = OpenFlags {
        follow: follows(lookup)?,
        open: u16::try_from(how).map_err(|_| Errno::Inval)?,
        rights: Rights::truncated(rights),
        inheriting: Rights::truncated(inheriting),
        fd_flags: flags(status)?,
        close_on_exec: extended & CLOSE_ON_EXEC != 0,
    };
    let fd = call.system.path_open(call.thread, folder, &path, flags)?;
    call.write(result, fd)
}

pub(super) fn create_directory(call: &mut Call<'_>, folder: u32, path: u32, len: u32) -> Result {
    let path = call.path(path, len)?;
    call.system.path_create_directory(call.thread, folder, &path)
}

pub(super) fn remove_directory(call: &mut Call<'_>, folder: u32, path: u32, len: u32) -> Result {
    let path = call.path(path, len)?;
    call.system.path_remove_directory(call.thread, folder, &path)
}

pub(super) fn unlink_file(call: &mut Call<'_>, folder: u32, path: u32, len: u32) -> Result {
    let path = call.path(path, len)?;
    call.system.path_unlink_file(call.thread, folder, &path)
}

pub(super) fn filestat_get(call: &mut Call<'_>, folder: u32, lookup: u32, path: u32, len: u32, result: u32) -> Result {
    let path = call.path(path, len)?;
    let found = call.system.path_filestat_get(call.thread, folder, follows(lookup)?, &path)?;
    call.write(result, stat(&found))
}

/// That of `wasi_unstable`.
pub(super) fn filestat_get_old(
    call: &mut Call<'_>,
    folder: u32,
    lookup: u32,
    path: u32,
    len: u32,
    result: u32,
) -> Result {
    let path = call.path(path, len)?;
    let found = call.system.path_filestat_get(call.thread, folder, follows(lookup)?, &path)?;
    call.write(result, old_stat(&found))
}

#[expect(clippy::too_many_arguments, reason = "WASI has it so")]
pub(super) fn filestat_set_times(
    call: &mut Call<'_>,
    folder: u32,
    lookup: u32,
    path: u32,
    len: u32,
    accessed: u64,
    modified: u64,
    which: u32,
) -> Result {
    let path = call.path(path, len)?;
    let [accessed, modified] = times(accessed, modified, which)?;
    call.system.path_filestat_set_times(call.thread, folder, follows(lookup)?, &path, accessed, modified)
}

#[expect(clippy::too_many_arguments, reason = "WASI has it so")]
pub(super) fn link(
    call: &mut Call<'_>,
    from: u32,
    lookup: u32,
    old: u32,
    old_len: u32,
    to: u32,
    new: u32,
    new_len: u32,
) -> Result {
    let (old, new) = (call.path(old, old_len)?, call.path(new, new_len)?);
    call.system.path_link(call.thread, from, follows(lookup)?, &old, to, &new)
}

pub(super) fn rename(
    call: &mut Call<'_>,
    from: u32,
    old: u32,
    old_len: u32,
    to: u32,
    new: u32,
    new_len: u32,
) -> Result {
    let (old, new) = (call.path(old, old_len)?, call.path(new, new_len)?);
    call.system.path_rename(call.thread, from, &old, to, &new)
}

pub(super) fn symlink(call: &mut Call<'_>, target: u32, target_len: u32, folder: u32, path: u32, len: u32) -> Result {
    let (target, path) = (call.path(target, target_len)?, call.path(path, len)?);
    call.system.path_symlink(call.thread, &target, folder, &path)
}

pub(super) fn readlink(
    call: &mut Call<'_>,
    folder: u32,
    path: u32,
    len: u32,
    buffer: u32,
    room: u32,
    used: u32,
) -> Result {
    let path = call.path(path, len)?;
    let into = call.part(buffer, room)?;
    call.check(used, 4)?;
    let len = call.system.path_readlink(call.thread, folder, &path, into)?;
    call.write(used, len as u32)
}

pub(super) fn chdir(call: &mut Call<'_>, path: u32, len: u32) -> Result {
    let path = call.path(path, len)?;
    call.system.chdir(call.thread, &path)
}

/// Tells how long it is in any case; a zero follows if there is room.
pub(super) fn getcwd(call: &mut Call<'_>, buffer: u32, len: u32) -> Result {
    let room = call.read::<u32>(len)?;
    let mut path = call.system.getcwd()?;
    call.write(len, path.len() as u32)?;
    if path.len() > room as usize {
        return Err(Errno::Range);
    }
    if buffer == 0 || room == 0 {
        return Err(Errno::Inval);
    }
    if path.len() < room as usize {
        path.push(0);
    }
    call.write_bytes(buffer, &path)
}
