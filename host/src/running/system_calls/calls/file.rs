//! Calls on descriptors of files and folders.

use super::super::context::{Call, Result};
use super::super::layout::{Dirent, Prestat};
#[allow(unused_imports, reason = "until `System` has these calls itself")]
use super::missing::{Files as _, Whence};
use super::path::{old_stat, stat, times};
use plugix_system::Errno;

/// Bytes of a listing that one call tells at most.
const MAX_LISTING: u32 = 1 << 20;

pub(super) fn pread(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, offset: u64, read: u32) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(read, 4)?;
    let len = call.system.fd_pread(call.thread, fd, &parts, offset)?;
    call.write(read, len as u32)
}

pub(super) fn pwrite(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, offset: u64, written: u32) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(written, 4)?;
    let len = call.system.fd_pwrite(call.thread, fd, &parts, offset)?;
    call.write(written, len as u32)
}

pub(super) fn seek(call: &mut Call<'_>, fd: u32, delta: u64, whence: u32, result: u32) -> Result {
    let whence = match whence {
        0 => Whence::Start,
        1 => Whence::Current,
        2 => Whence::End,
        _ => return Err(Errno::Inval),
    };
    seek_from(call, fd, delta, whence, result)
}

/// That of `wasi_unstable`, which counts otherwise.
pub(super) fn seek_old(call: &mut Call<'_>, fd: u32, delta: u64, whence: u32, result: u32) -> Result {
    let whence = match whence {
        0 => Whence::Current,
        1 => Whence::End,
        2 => Whence::Start,
        _ => return Err(Errno::Inval),
    };
    seek_from(call, fd, delta, whence, result)
}

fn seek_from(call: &mut Call<'_>, fd: u32, delta: u64, whence: Whence, result: u32) -> Result {
    call.check(result, 8)?;
    let position = call.system.fd_seek(fd, delta.cast_signed(), whence)?;
    call.write(result, position)
}

pub(super) fn tell(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let position = call.system.fd_tell(fd)?;
    call.write(result, position)
}

pub(super) fn sync(call: &mut Call<'_>, fd: u32) -> Result {
    call.system.fd_sync(fd)
}

pub(super) fn datasync(call: &mut Call<'_>, fd: u32) -> Result {
    call.system.fd_datasync(fd)
}

pub(super) fn advise(call: &mut Call<'_>, fd: u32, offset: u64, len: u64, advice: u32) -> Result {
    call.system.fd_advise(fd, offset, len, advice)
}

pub(super) fn allocate(call: &mut Call<'_>, fd: u32, offset: u64, len: u64) -> Result {
    call.system.fd_allocate(fd, offset, len)
}

pub(super) fn filestat_get(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let found = call.system.fd_filestat_get(fd)?;
    call.write(result, stat(&found))
}

/// That of `wasi_unstable`.
pub(super) fn filestat_get_old(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let found = call.system.fd_filestat_get(fd)?;
    call.write(result, old_stat(&found))
}

pub(super) fn filestat_set_size(call: &mut Call<'_>, fd: u32, size: u64) -> Result {
    call.system.fd_filestat_set_size(fd, size)
}

pub(super) fn filestat_set_times(call: &mut Call<'_>, fd: u32, accessed: u64, modified: u64, which: u32) -> Result {
    let [accessed, modified] = times(accessed, modified, which)?;
    call.system.fd_filestat_set_times(fd, accessed, modified)
}

/// Fills the buffer; the last entry may be cut off, which is how a program knows that there are more.
pub(super) fn readdir(call: &mut Call<'_>, fd: u32, buffer: u32, room: u32, cookie: u64, used: u32) -> Result {
    call.check(buffer, room as usize)?;
    call.check(used, 4)?;
    let most = room.min(MAX_LISTING) as usize;
    let mut listing = Vec::new();
    call.system.fd_readdir(fd, cookie, &mut |entry| {
        let head = Dirent {
            next: entry.next,
            inode: entry.inode,
            name_len: entry.name.len() as u32,
            filetype: entry.filetype as u8,
            ..Dirent::default()
        };
        listing.extend_from_slice(bytemuck::bytes_of(&head));
        listing.extend_from_slice(entry.name);
        listing.len() < most
    })?;
    listing.truncate(most);
    call.write_bytes(buffer, &listing)?;
    call.write(used, listing.len() as u32)
}

pub(super) fn prestat_get(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let name = call.system.fd_prestat(fd)?;
    call.write(result, Prestat { name_len: name.len() as u32, ..Prestat::default() })
}

pub(super) fn prestat_dir_name(call: &mut Call<'_>, fd: u32, buffer: u32, room: u32) -> Result {
    let name = call.system.fd_prestat(fd)?;
    if name.len() > room as usize {
        return Err(Errno::Nametoolong);
    }
    call.write_bytes(buffer, name.as_bytes())
}
