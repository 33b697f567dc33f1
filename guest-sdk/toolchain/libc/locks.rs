//! Locks on files: wasix-libc has none.

use crate::calls::{fd_advise, fd_filestat_get, fd_tell, is_more_than_wasix, sock_set_opt_size};
use crate::errno::{AGAIN, Errno, INVAL, NOTSUP, fail, outcome};
use crate::stat::Filestat;
use core::ffi::{c_int, c_short, c_void};

/// WASIX has no call for it. Plugix's host takes it for an option.
const FILE_LOCK: u32 = 128;

#[unsafe(no_mangle)]
extern "C" fn flock(fd: c_int, operation: c_int) -> c_int {
    match u64::try_from(operation) {
        // SAFETY: only numbers are given.
        Ok(operation) if is_more_than_wasix() => outcome(unsafe { sock_set_opt_size(fd, FILE_LOCK, operation) }),
        _ => fail(NOTSUP),
    }
}

/// Commands of `fcntl`. The C library has none for locks; a program that wants them has Linux's numbers, as SQLite does.
const GET_LOCK: c_int = 12;
const SET_LOCK: c_int = 13;
const SET_LOCK_WAIT: c_int = 14;

/// From here on, in the place of advice: locks on parts of files, which WASIX has no call for either.
const RECORD_LOCK: u32 = 128;
const WAIT: u32 = 4;
const ASK: u32 = 8;

const READ: c_short = 0;
const WRITE: c_short = 1;
const UNLOCK: c_short = 2;

const SEEK_SET: c_short = 0;
const SEEK_CUR: c_short = 1;
const SEEK_END: c_short = 2;

/// `struct flock`.
#[repr(C)]
struct Record {
    kind: c_short,
    whence: c_short,
    start: i64,
    len: i64,
    owner: c_int,
}

unsafe extern "C" {
    fn __real_fcntl(fd: c_int, command: c_int, arguments: *const c_void) -> c_int;
}

/// In the place of what follows the last named argument, a function gets a pointer to it.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fcntl(fd: c_int, command: c_int, arguments: *const c_void) -> c_int {
    if !matches!(command, GET_LOCK | SET_LOCK | SET_LOCK_WAIT) || !is_more_than_wasix() {
        // SAFETY: they are the caller's.
        return unsafe { __real_fcntl(fd, command, arguments) };
    }
    // SAFETY: these commands have one further argument, which points to the caller's record.
    let record = unsafe { &mut **arguments.cast::<*mut Record>() };
    outcome(match (record.part(fd), command) {
        (Ok(part), GET_LOCK) => record.ask(fd, part),
        (Ok(part), SET_LOCK_WAIT) => call(fd, part, record.kind, WAIT),
        (Ok(part), _) => call(fd, part, record.kind, 0),
        (Err(error), _) => error,
    })
}

fn call(fd: c_int, (start, len): (u64, u64), kind: c_short, how: u32) -> Errno {
    match kind {
        // SAFETY: only numbers are given.
        READ | WRITE | UNLOCK => unsafe { fd_advise(fd, start, len, RECORD_LOCK | kind as u32 | how) },
        _ => INVAL,
    }
}

impl Record {
    /// Where the part begins, and its length.
    fn part(&self, fd: c_int) -> Result<(u64, u64), Errno> {
        let mut base = 0;
        let mut stat = Filestat::default();
        // SAFETY: there is room for the answer.
        let error = unsafe {
            match self.whence {
                SEEK_SET => 0,
                SEEK_CUR => fd_tell(fd, &mut base),
                SEEK_END => fd_filestat_get(fd, &mut stat),
                _ => INVAL,
            }
        };
        if error != 0 {
            return Err(error);
        }
        let start = (base.max(stat.size) as i64).checked_add(self.start);
        // A negative length is that of what comes before.
        let first = start.and_then(|start| start.checked_add(self.len.min(0)));
        match first.map(u64::try_from) {
            Some(Ok(first)) => Ok((first, self.len.unsigned_abs())),
            _ => Err(INVAL),
        }
    }

    /// Tells who has a part: another program, which isn't named.
    fn ask(&mut self, fd: c_int, part: (u64, u64)) -> Errno {
        match call(fd, part, self.kind, ASK) {
            0 => self.kind = UNLOCK,
            AGAIN => {
                let is_shared = call(fd, part, READ, ASK) == 0;
                let kind = if is_shared { READ } else { WRITE };
                let (start, len) = (part.0 as i64, part.1 as i64);
                *self = Self { kind, whence: SEEK_SET, start, len, owner: -1 };
            }
            error => return error,
        }
        0
    }
}
