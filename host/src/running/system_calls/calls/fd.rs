//! Calls on descriptors of all kinds.

use super::super::context::{Call, Result};
use super::super::layout::Fdstat;
use plugix_system::{Errno, FdFlags};

const CLOSE_ON_EXEC: u32 = 1;
const EVENT_SEMAPHORE: u32 = 1;
const EVENT_NONBLOCK: u32 = 4;

pub(super) fn flags(bits: u32) -> Result<FdFlags> {
    u16::try_from(bits).ok().and_then(FdFlags::from_bits).ok_or(Errno::Inval)
}

pub(super) fn read(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, read: u32) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(read, 4)?;
    let len = call.system.fd_read(call.thread, fd, &parts)?;
    call.write(read, len as u32)
}

pub(super) fn write(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, written: u32) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(written, 4)?;
    let len = call.system.fd_write(call.thread, fd, &parts)?;
    call.write(written, len as u32)
}

pub(super) fn close(call: &mut Call<'_>, fd: u32) -> Result {
    call.system.fd_close(fd)
}

pub(super) fn dup(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    call.check(result, 4)?;
    let fd = call.system.fd_dup(fd, 0, false)?;
    call.write(result, fd)
}

/// WASIX's is `fcntl`'s `F_DUPFD`, in spite of its name.
pub(super) fn dup2(call: &mut Call<'_>, fd: u32, least: u32, close_on_exec: u32, result: u32) -> Result {
    call.check(result, 4)?;
    let fd = call.system.fd_dup(fd, least, close_on_exec != 0)?;
    call.write(result, fd)
}

pub(super) fn renumber(call: &mut Call<'_>, from: u32, to: u32) -> Result {
    // WASIX's C library calls it for `dup2`.
    match call.system.is_strict() {
        true => call.system.fd_renumber(from, to),
        false => call.system.fd_dup2(from, to, false),
    }
}

pub(super) fn fdstat_get(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let stat = call.system.fd_fdstat_get(fd)?;
    call.write(
        result,
        Fdstat {
            filetype: stat.filetype as u8,
            flags: stat.flags.bits(),
            rights: stat.rights.bits(),
            inheriting: stat.inheriting.bits(),
            ..Fdstat::default()
        },
    )
}

pub(super) fn fdstat_set_flags(call: &mut Call<'_>, fd: u32, bits: u32) -> Result {
    call.system.fd_fdstat_set_flags(fd, flags(bits)?)
}

pub(super) fn fdstat_set_rights(call: &mut Call<'_>, fd: u32, _rights: u64, _inheriting: u64) -> Result {
    call.system.fd_fdstat_set_rights(fd)
}

pub(super) fn fdflags_get(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let close_on_exec = call.system.fd_fdflags_get(fd)?;
    call.write(result, u16::from(close_on_exec))
}

pub(super) fn fdflags_set(call: &mut Call<'_>, fd: u32, bits: u32) -> Result {
    if bits & !CLOSE_ON_EXEC != 0 {
        return Err(Errno::Inval);
    }
    call.system.fd_fdflags_set(fd, bits & CLOSE_ON_EXEC != 0)
}

pub(super) fn pipe(call: &mut Call<'_>, reader: u32, writer: u32) -> Result {
    call.check(reader, 4)?;
    call.check(writer, 4)?;
    let [from, to] = call.system.fd_pipe()?;
    call.write(reader, from)?;
    call.write(writer, to)
}

pub(super) fn event(call: &mut Call<'_>, count: u64, flags: u32, result: u32) -> Result {
    if flags & !(EVENT_SEMAPHORE | EVENT_NONBLOCK) != 0 {
        return Err(Errno::Inval);
    }
    call.check(result, 4)?;
    let status = if flags & EVENT_NONBLOCK != 0 { FdFlags::NONBLOCK } else { FdFlags::default() };
    let fd = call.system.fd_event(count, flags & EVENT_SEMAPHORE != 0, status)?;
    call.write(result, fd)
}
