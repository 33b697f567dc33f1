//! Calls on descriptors of files and folders.

use super::super::context::{Call, Result};
use super::super::layout::Prestat;
use super::path::{old_stat, stat, times};
use plugix_system::{Errno, Lock};

/// From here on, in the place of advice: locks on parts of files. WASIX has no call for them. Plugix's guests make this
/// one. The two lowest bits are the kind of lock, as C's numbers for `l_type` are.
const RECORD_LOCK: u32 = 128;
const WAIT: u32 = 4;
const ASK: u32 = 8;

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
    let whence = u8::try_from(whence).map_err(|_| Errno::Inval)?;
    call.check(result, 8)?;
    let position = call.system.fd_seek(fd, delta.cast_signed(), whence)?;
    call.write(result, position)
}

/// That of `wasi_unstable`, which counts otherwise.
pub(super) fn seek_old(call: &mut Call<'_>, fd: u32, delta: u64, whence: u32, result: u32) -> Result {
    let whence = match whence {
        0 => 1,
        1 => 2,
        2 => 0,
        _ => return Err(Errno::Inval),
    };
    seek(call, fd, delta, whence, result)
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
    if let Some(command) = advice.checked_sub(RECORD_LOCK) {
        return lock_part(call, fd, (offset, len), command);
    }
    call.system.fd_advise(fd, offset, len, u8::try_from(advice).map_err(|_| Errno::Inval)?)
}

/// As `fcntl` with `F_SETLK`, `F_SETLKW` and `F_GETLK`.
fn lock_part(call: &mut Call<'_>, fd: u32, part: (u64, u64), command: u32) -> Result {
    let lock = match command & !(WAIT | ASK) {
        0 => Lock::Shared,
        1 => Lock::Exclusive,
        2 => Lock::Unlock,
        _ => return Err(Errno::Inval),
    };
    match command & ASK {
        0 => call.system.fd_lock_part(call.thread, fd, part, lock, command & WAIT != 0),
        _ if call.system.fd_can_lock_part(fd, part, lock)? => Ok(()),
        _ => Err(Errno::Again),
    }
}

pub(super) fn allocate(call: &mut Call<'_>, fd: u32, offset: u64, len: u64) -> Result {
    call.system.fd_allocate(call.thread, fd, offset, len)
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
    let into = call.part(buffer, room)?;
    call.check(used, 4)?;
    let len = call.system.fd_readdir(call.thread, fd, into, cookie)?;
    call.write(used, len as u32)
}

pub(super) fn prestat_get(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let name = call.system.fd_prestat_get(fd)?;
    call.write(result, Prestat { name_len: name.len() as u32, ..Prestat::default() })
}

pub(super) fn prestat_dir_name(call: &mut Call<'_>, fd: u32, buffer: u32, room: u32) -> Result {
    let name = call.system.fd_prestat_get(fd)?;
    if name.len() > room as usize {
        return Err(Errno::Nametoolong);
    }
    call.write_bytes(buffer, name.as_bytes())
}
